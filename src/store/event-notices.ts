/** What routes did with one event, for whoever shows the event: the log of notices is by number, not by event. */
import type { StoredEvent } from "./event-types.ts";
import type { Notice, NoticeStore } from "./notice-types.ts";

/** Lines of the log that are read at once. */
const PAGE = 500;

/** @returns the lines about an event, the oldest first. Those from before it came are not read. */
export async function noticesAbout(
  store: Pick<NoticeStore, "notices">,
  { seq, namespace, receivedAt }: Pick<StoredEvent, "seq" | "namespace" | "receivedAt">,
): Promise<Notice[]> {
  const found: Notice[] = [];
  for (let before: number | undefined; ; ) {
    const page = await store.notices({ namespace, limit: PAGE, ...(before === undefined ? {} : { before }) });
    found.push(...page.filter(({ events }) => events.includes(seq)));
    const last = page.at(-1);
    if (!last || page.length < PAGE || last.at < receivedAt) return found.reverse();
    before = last.seq;
  }
}
