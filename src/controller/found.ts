/** What the last pass over an Integration found to differ, kept for who asks. */
import type { Change, Plan } from "../api/plan.ts";
import type { PassEnd } from "../reconcile/pass-end.ts";

/** A change as the API tells it: no values. */
export type FoundChange = Pick<Change, "action" | "kind" | "key"> & { fields: readonly string[]; reason?: string };

export interface Found {
  /** Milliseconds since 1970. */
  checkedAt: number;
  end: PassEnd;
  changes: readonly FoundChange[];
}

/** @param checkedAt milliseconds since 1970. */
export function foundBy(plan: Plan, end: PassEnd, checkedAt: number): Found {
  return { checkedAt, end, changes: changesIn(plan).map(foundChange) };
}

export function changesIn(plan: Plan): readonly Change[] {
  return plan.integrations.flatMap(({ changes }) => changes);
}

function foundChange({ action, kind, key, fields, reason }: Change): FoundChange {
  return { action, kind, key, fields: fields.map(({ path }) => path), ...(reason ? { reason } : {}) };
}
