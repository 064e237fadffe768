/**
 * Looks for things whose create got no answer, or met something, before anybody thinks of sending it again.
 *
 * Creates that went out in one request are lost together, so they are looked for together: one wait and one
 * read, however many there are.
 */
import type { Observed, ObservedParent } from "../connector-kit/contract.ts";
import { ConnectorError } from "../connector-kit/errors.ts";
import type { Clock } from "../connector-kit/http/types.ts";
import { matchKind } from "./match.ts";
import type { Desired, PlannedChange } from "./types.ts";

export interface LookUpInput {
  reader: unknown;
  guard<T>(run: () => Promise<T>): Promise<T>;
  clock: Clock;
  /** How long a read may lag behind a write, in milliseconds. */
  settle: number;
}

/** A create without an answer, or one that was refused since there is such a thing. */
export interface Lost {
  change: PlannedChange;
  parent: ObservedParent;
  /** Why there is no answer. */
  error: ConnectorError;
}

/**
 * @param lost creates of one kind.
 * @returns the thing that a create made; an error where two go by its key. One that is left out was not found.
 * @throws ConnectorError when the things cannot be read.
 */
export async function lookUpCreated(
  { reader, guard, clock, settle }: LookUpInput,
  lost: readonly Lost[],
): Promise<ReadonlyMap<PlannedChange, Observed | ConnectorError>> {
  const desired = lost.map(({ change }) => change.desired as Desired);
  const kind = (desired[0] as Desired).kind;
  const parents = kind.parent ? [...new Set(lost.map(({ parent }) => parent))] : [];
  const fields = new Set(desired.flatMap(({ spec }) => Object.keys(spec)));
  const seen: Observed[] = [];
  if (lost.some(({ error }) => error.outcomeUnknown)) await clock.sleep(settle);
  await guard(async () => {
    const keys = desired.map(({ entry }) => entry.key);
    for await (const one of kind.resource.list(reader, { parents, keys, fields })) {
      if ("error" in one) throw one.error;
      seen.push(one);
    }
  });
  const { declared, ambiguous } = matchKind({ kind, desired, observed: seen, inventory: new Map() });
  const found = new Map<PlannedChange, Observed | ConnectorError>();
  for (const { change, error } of lost) {
    const entry = change.desired as Desired;
    const thing = ambiguous.has(entry) ? twice(change, error) : declared.get(entry)?.observed;
    if (thing) found.set(change, thing);
  }
  return found;
}

function twice({ key }: PlannedChange, cause: ConnectorError): ConnectorError {
  const message = `Two things go by "${key}" after a create without an answer; remove one of them.`;
  return new ConnectorError("CONFLICT", message, { cause, outcomeUnknown: true });
}
