/** Adds up what the log of notifications counts. Pure. */
import type { NoticeCount } from "../store/notice-types.ts";

export interface NoticeStats {
  /** Notifications, one for each receiver. */
  total: number;
  delivered: number;
  waiting: number;
  failed: number;
  /** Of the total: those that were told again since they still held. */
  repeated: number;
  /** Events, by what kept them back; those of `throttled` and `muted` are told later. */
  suppressed: { throttled: number; muted: number; silenced: number; inhibited: number; lost: number };
  receivers: Readonly<Record<string, ReceiverStats>>;
}

export type ReceiverStats = Pick<NoticeStats, "total" | "delivered" | "waiting" | "failed">;

export function statsOf(counts: readonly NoticeCount[]): NoticeStats {
  const told = counts.filter(({ kind }) => kind === "notify");
  const byReceiver = Map.groupBy(told, ({ receiver = "" }) => receiver);
  const events = (...reasons: string[]) =>
    sum(
      counts.filter(({ reason }) => reasons.includes(reason)),
      "events",
    );
  return {
    ...outcomes(told),
    repeated: sum(
      told.filter(({ reason }) => reason === "Repeat"),
      "notices",
    ),
    suppressed: {
      throttled: events("Throttled"),
      muted: events("MuteTime", "NotActive"),
      silenced: events("Silenced"),
      inhibited: events("Inhibited"),
      lost: events("RouteGone"),
    },
    receivers: Object.fromEntries([...byReceiver].map(([receiver, mine]) => [receiver, outcomes(mine)])),
  };
}

function outcomes(told: readonly NoticeCount[]): ReceiverStats {
  const of = (...states: string[]) =>
    sum(
      told.filter(({ state = "" }) => states.includes(state)),
      "notices",
    );
  return {
    total: sum(told, "notices"),
    delivered: of("done"),
    waiting: of("waiting", "running"),
    failed: of("dead", "skipped", "gone"),
  };
}

function sum(counts: readonly NoticeCount[], field: "notices" | "events"): number {
  return counts.reduce((total, one) => total + one[field], 0);
}
