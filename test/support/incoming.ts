/** Answers for tests that stand in for the network. */
import type { Incoming } from "../../src/connector-kit/http/dispatch.ts";

/** @returns the answer as the way out gives it. */
export function incoming(response: Response): Incoming {
  const { status, headers, body } = response;
  return { status, headers: Object.fromEntries(headers), body: body ?? nothing() };
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // An answer without a body.
}
