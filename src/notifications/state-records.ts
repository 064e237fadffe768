/** What the store keeps so that a restart neither repeats nor loses a notification: plain data, a record a thing. */
import type { GroupRecord } from "./group-state.ts";
import type { SourceRecord } from "./inhibition.ts";

export type StateRecord =
  | { kind: "group"; id: string; value: GroupRecord }
  /** Until when a route may not tell of a type. */
  | { kind: "throttle"; id: string; value: { until: number } }
  /** An alert that may inhibit. */
  | { kind: "source"; id: string; value: SourceRecord };

/** What changed since it was asked last; to be written in one transaction with what follows from the decisions. */
export interface StateChanges {
  put: readonly StateRecord[];
  drop: readonly { kind: StateRecord["kind"]; id: string }[];
}
