/** Answers for tests that stand in for the network. */
import type { Incoming } from "../../src/connector-kit/http/collect.ts";

/** @returns the answer as the way out gives it. */
export async function incoming(response: Response): Promise<Incoming> {
  const { status, headers } = response;
  return { status, headers: Object.fromEntries(headers), bytes: Buffer.from(await response.arrayBuffer()) };
}
