/**
 * How an Integration is, as own events tell it: whether it can be reconciled, and whether its system can be reached.
 * Pure.
 *
 * A failure to connect that may be over by itself is told only once it has lasted a while: a system that restarts is no
 * reason to wake anybody. When it began is what the condition says, so that a restart of this program starts nothing
 * anew.
 */
import type { Condition, Failure } from "../api/index.ts";
import type { Pass } from "../reconcile/pass.ts";
import type { PassEnd } from "../reconcile/pass-end.ts";
import type { ObjectState } from "../store/types.ts";

/** Milliseconds for which a connection may fail, in a way that may be over by itself, before it is told. */
export const TOLERANCE = 60_000;

/** Reasons of being unready that are as somebody wanted it. */
const wanted: ReadonlySet<string> = new Set(["Suspended", "DependencyNotReady"]);
/** Failures of this program, which say nothing of the system. */
const inside: ReadonlySet<string> = new Set([...wanted, "Interrupted", "StateLost", "Internal"]);

/** @returns why it cannot be reconciled; undefined where it can; `wanted` where it is as somebody wanted it. */
export function readyFailure(state: ObjectState): Failure | undefined | "wanted" {
  const ready = conditionOf(state, "Ready");
  if (ready?.status === "True") return undefined;
  if (ready?.status !== "False" || wanted.has(ready.reason)) return "wanted";
  return { code: ready.reason, message: ready.message };
}

export type Health =
  /** Nothing is to be told now. */
  "unknown" | { failure: Failure; since: number } | { failure?: undefined; since: number };

/** @param state as it stands on record after the pass. */
export function healthOf(
  pass: Pick<Pass, "error" | "identity">,
  end: PassEnd,
  state: ObjectState | undefined,
  now: number,
): Health {
  const { error, identity } = pass;
  const connected = state && conditionOf(state, "Connected");
  const since = connected ? Date.parse(connected.lastTransitionTime) : now;
  if (!error || identity) return { since };
  if (inside.has(error.code)) return "unknown";
  if (end.end === "again" && now - since < TOLERANCE) return "unknown";
  return { failure: error, since };
}

function conditionOf({ conditions }: ObjectState, wantedType: string): Condition | undefined {
  return conditions.find(({ type }) => type === wantedType);
}
