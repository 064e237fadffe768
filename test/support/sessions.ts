/** Sessions of the connector kit for tests: each with a transport of its own and a clock that does not wait. */

import { createTransport } from "../../src/connector-kit/http/transport.ts";
import type { Clock } from "../../src/connector-kit/http/types.ts";
import type { Connector } from "../../src/connector-kit/index.ts";
import { openSession, type Session } from "../../src/connector-kit/session.ts";

export interface TestSession {
  session: Session;
  close(): Promise<void>;
}

/** A clock on which waiting takes no time: it jumps to when the wait would end. @param start milliseconds since 1970. */
export function jumpingClock(start: number): Clock {
  let passed = 0;
  return {
    now: () => start + passed,
    monotonic: () => passed,
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      passed += milliseconds;
    },
  };
}

/** Opens a connector so that nothing is shared with another session: no stored answers, limits or breaker. */
export async function openTestSession(
  connector: Connector,
  given: { connection: Readonly<Record<string, unknown>>; credentials: Readonly<Record<string, string>> },
): Promise<TestSession> {
  const clock = jumpingClock(Date.UTC(2026, 10, 25));
  // The loopback interface is named by the operator, as `allow.hosts` would.
  const transport = createTransport({ clock, random: () => 0.5, trust: () => "named" });
  const session = await openSession(connector, { transport, ...given, lane: "background" });
  return { session, close: () => transport.close() };
}
