/** What the store says of Rules and NotificationRoutes: their conditions. Written only when they moved. */
import type { Condition } from "../api/index.ts";
import { isOwnRecord, type ObjectState, type Store } from "../store/types.ts";
import { type Judged, type Judgement, judgeHidden, judgements } from "./judge.ts";

const types = ["Ready", "Accepted", "ResolvedRefs"] as const;

/**
 * Writes the conditions of all Rules and routes, and forgets those that are gone.
 *
 * @returns those that are not, as `Kind namespace/name`.
 */
export async function recordFollowers(
  judged: Judged,
  store: Pick<Store, "objects" | "putObjects" | "dropObject">,
  now: number,
): Promise<ReadonlySet<string>> {
  const there = new Set<string>();
  const moved: ObjectState[] = [];
  const recorded = (await store.objects()).filter((one) => one.kind !== "Integration" && !isOwnRecord(one));
  const before = new Map(recorded.map((state) => [`${state.kind} ${state.name}`, state]));
  for (const judgement of judgements(judged)) {
    const identity = `${judgement.kind} ${judgement.name}`;
    const next = followerState(judgement, before.get(identity), now);
    if (next) moved.push(next);
    before.delete(identity);
    there.add(identity);
  }
  for (const state of before.values()) {
    const one = { kind: state.kind as Judgement["kind"], name: state.name };
    const hidden = judgeHidden(judged.snapshot, one);
    if (!hidden) {
      await store.dropObject(one.kind, one.name);
      continue;
    }
    there.add(`${one.kind} ${one.name}`);
    const next = followerState(hidden, state, now);
    if (next) moved.push(next);
  }
  await store.putObjects(moved);
  return there;
}

/** @returns undefined when nothing moved. */
export function followerState(
  judgement: Judgement,
  before: ObjectState | undefined,
  now: number,
): ObjectState | undefined {
  const { kind, name, digest = before?.digest ?? "" } = judgement;
  // Of what was never right there is no digest, so the first one is no change.
  const moved = before !== undefined && before.digest !== digest && before.digest !== "";
  const generation = (before?.generation ?? 1) + (moved ? 1 : 0);
  const conditions = types.map((type): Condition => {
    const known = before?.conditions.find((one) => one.type === type);
    const { status, reason, message } = judgement[type];
    const lastTransitionTime = known?.status === status ? known.lastTransitionTime : new Date(now).toISOString();
    return { type, status, reason, message, lastTransitionTime, observedGeneration: generation };
  });
  if (before?.digest === digest && textOf(before.conditions) === textOf(conditions)) return undefined;
  return { kind, name, generation, digest, observedGeneration: generation, conditions };
}

/** Whatever order a database gives the properties back in. */
function textOf(conditions: readonly Condition[]): string {
  return JSON.stringify(conditions.map((one) => Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))));
}
