/** `plumbline notifications stats`. */
import { parseDuration } from "../../connector-kit/http/duration.ts";
import { type NoticeStats, statsOf } from "../../notifications/notice-stats.ts";
import type { Run } from "../command.ts";
import type { NotificationsStatsFlags } from "../commands/notifications.ts";
import { UserError } from "../errors.ts";
import { withLastingStore } from "../lasting.ts";

const notificationsStats: Run<NotificationsStatsFlags> = async (invocation, flags) => {
  const { output, surroundings } = invocation;
  const since = flags.since === undefined ? undefined : surroundings.clock.now() - readDuration(flags.since);
  const filter = {
    ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
    ...(since === undefined ? {} : { since }),
  };
  const counts = await withLastingStore(
    invocation,
    flags,
    "read",
    async (store) => (await store?.notices.counts(filter)) ?? [],
  );
  const stats = statsOf(counts);
  if (flags.output === "text") output.print(render(stats));
  else await output.data(stats, flags.output);
  return 0;
};
export default notificationsStats;

function readDuration(text: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    throw new UserError(`--since: ${(cause as Error).message}`, { cause });
  }
}

function render({ total, delivered, waiting, failed, repeated, suppressed, receivers }: NoticeStats): string {
  const { throttled, muted, silenced, inhibited, lost } = suppressed;
  return [
    `Notifications: ${total}, of which ${delivered} delivered, ${waiting} waiting, ${failed} failed, ${repeated} repeats.`,
    `Events kept back: ${throttled} throttled, ${muted} muted, ${silenced} silenced, ${inhibited} inhibited, ${lost} lost.`,
    ...Object.entries(receivers).map(
      ([receiver, one]) =>
        `  ${receiver}: ${one.total}, ${one.delivered} delivered, ${one.waiting} waiting, ${one.failed} failed`,
    ),
  ].join("\n");
}
