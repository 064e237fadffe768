/** A session of the generic webhook with a receiver before it, or with an answer that nobody sent. */
import { onTestFinished } from "vitest";
import type { HostTrust } from "../../../src/connector-kit/http/public-address.ts";
import { createTransport } from "../../../src/connector-kit/http/transport.ts";
import { type Action, openSession, type Session } from "../../../src/connector-kit/index.ts";
import webhook from "../../../src/connectors/webhook/index.ts";
import { type Answer, type Receiver, startReceiver } from "../../support/receiver.ts";
import { jumpingClock } from "../../support/sessions.ts";

/** When the tests' clock starts. */
export const START = Date.UTC(2026, 10, 25, 12);

interface Given {
  connection?: Readonly<Record<string, unknown>>;
  credentials?: Readonly<Record<string, string>>;
  /** Default: the operator named the host. */
  trust?: HostTrust;
}

/** @throws ConnectorError when the settings cannot be right. */
export async function opened({ connection = {}, credentials = {}, trust = () => "named" }: Given): Promise<Session> {
  const transport = createTransport({ clock: jumpingClock(START), random: () => 0.5, trust });
  onTestFinished(() => transport.close());
  return openSession(webhook, { transport, connection, credentials, lane: "interactive" });
}

/** Does an action as `execute` and rules do. */
export function act(
  session: Session,
  name: "send" | "send_cloudevent",
  parameters: Readonly<Record<string, unknown>>,
  key = "run-1",
): Promise<unknown> {
  const action = webhook.actions?.[name] as Action;
  return session.guardErrors(() => action.run(session.writer, { ...parameters }, { key }));
}

/** A session that leads to a receiver of its own. */
export async function withReceiver(
  given: Given = {},
  answer?: (n: number) => Answer,
  path = "/hook?token=t",
): Promise<{ session: Session; receiver: Receiver }> {
  const receiver = await startReceiver(answer);
  onTestFinished(() => receiver.close());
  const session = await opened({ ...given, connection: { url: receiver.url + path, ...given.connection } });
  return { session, receiver };
}
