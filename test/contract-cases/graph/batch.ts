/**
 * Many requests in one (learn.microsoft.com/graph/json-batching).
 *
 * At most 20 go in one; the answers come in any order and are matched by id. The outer status says nothing
 * about the inner ones: an inner 429 has a `Retry-After` of its own, is waited for, and sent again alone.
 */
import { ConnectorError, type HttpWriter, type OpenContext } from "../../../src/connector-kit/index.ts";
import { failureOf } from "./protocol.ts";

export const BATCH_MOST = 20;

/** How often a part that is told to come again later is sent. */
const ROUNDS = 5;
/** Milliseconds to wait when a 429 does not say. */
const UNTOLD = 1000;

export interface Part {
  method: "POST" | "PATCH" | "DELETE";
  /** Below `/v1.0`, with a leading slash. */
  url: string;
  body?: unknown;
  /** Completes "refused to …". */
  what: string;
}

interface PartAnswer {
  id: string;
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export type PartOutcome = PartAnswer | ConnectorError;

export interface Batcher {
  http: HttpWriter;
  wait: OpenContext["wait"];
  /** Sending any part twice does no harm. */
  repeatable: boolean;
}

/** @returns what became of each part, in the order given. Never throws for what the platform answers. */
export async function sendBatch(batcher: Batcher, parts: readonly Part[]): Promise<PartOutcome[]> {
  const outcomes = new Map<number, PartOutcome>();
  let open = [...parts.keys()];
  for (let round = 1; open.length > 0; round += 1) {
    const held: number[] = [];
    for (let at = 0; at < open.length; at += BATCH_MOST) {
      await sendSome(batcher, parts, open.slice(at, at + BATCH_MOST), outcomes);
    }
    for (const index of open) if (isHeld(outcomes.get(index))) held.push(index);
    if (held.length === 0 || round === ROUNDS) break;
    const pause = Math.max(...held.map((index) => (outcomes.get(index) as ConnectorError).retryAfter ?? UNTOLD));
    const waited = await batcher.wait(pause).then(
      () => true,
      () => false,
    );
    if (!waited) break;
    open = held;
  }
  return parts.map((_, index) => outcomes.get(index) as PartOutcome);
}

async function sendSome(
  { http, repeatable }: Batcher,
  parts: readonly Part[],
  indices: readonly number[],
  outcomes: Map<number, PartOutcome>,
): Promise<void> {
  const some = indices.map((index) => ({ index, part: parts[index] as Part }));
  const requests = some.map(({ index, part: { method, url, body } }) => ({
    id: String(index),
    method,
    url,
    ...(body === undefined ? {} : { body, headers: { "Content-Type": "application/json" } }),
  }));
  try {
    const what = some.length === 1 ? (some[0]?.part.what as string) : `carry out ${some.length} requests in one`;
    const { body } = await http.post("/v1.0/$batch", { json: { requests }, repeatable, what });
    const answers = new Map((body as { responses: PartAnswer[] }).responses.map((answer) => [answer.id, answer]));
    for (const { index, part } of some) outcomes.set(index, outcomeOf(part, answers.get(String(index)), repeatable));
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    for (const { index } of some) outcomes.set(index, error);
  }
}

function outcomeOf({ what }: Part, answer: PartAnswer | undefined, repeatable: boolean): PartOutcome {
  if (!answer) {
    const message = `Microsoft Graph did not say whether it could ${what}.`;
    return new ConnectorError("UNAVAILABLE", message, { outcomeUnknown: !repeatable });
  }
  const failure = failureOf(answer.status, answer.body);
  if (!failure) return answer;
  const { code, message, platformCode } = failure;
  const seconds = Number(retryAfterOf(answer) ?? Number.NaN);
  return new ConnectorError(code, `Microsoft Graph refused to ${what}: ${message}`, {
    status: answer.status,
    outcomeUnknown: code === "UNAVAILABLE" && !repeatable,
    ...(platformCode === undefined ? {} : { platformCode }),
    ...(Number.isNaN(seconds) ? {} : { retryAfter: seconds * 1000 }),
  });
}

function retryAfterOf({ headers = {} }: PartAnswer): string | undefined {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === "retry-after")?.[1];
}

/** Only an inner 429 is sent again here: a batch that failed as a whole was tried again by the client. */
function isHeld(outcome: PartOutcome | undefined): boolean {
  return outcome instanceof ConnectorError && outcome.code === "RATE_LIMITED" && outcome.status === 429;
}
