/** Writes what follows for notifications, inside the transaction that holds the events which it follows from. */
import type { Transaction } from "kysely";
import type { Hot } from "../events/hot.ts";
import { toDeliveryRow } from "../events/rows.ts";
import { encodeText } from "../events/text.ts";
import type { NoticeFlush } from "../notice-types.ts";
import type { Tables } from "../schema.ts";
import { StoreError } from "../types.ts";
import { keyOf, toNoticeRow, toStateRow } from "./rows.ts";

type Open = Transaction<Tables>;

/** Rows in one statement: databases limit how many parameters one has (SQLite: 32766). */
const AT_ONCE = 500;

/** @throws StoreError `Superseded` when the groups are another process's by now; nothing is then written. */
export async function writeFlush(open: Open, hot: Hot, flush: NoticeFlush, now: number): Promise<void> {
  const { owner, put, drop, deliveries, notices } = flush;
  await assertOwner(open, owner);
  const changed = [...put, ...drop];
  for (const part of parts(changed.map(keyOf))) {
    await open.deleteFrom("notice_state").where("id", "in", part).execute();
    await open.deleteFrom("notice_events").where("group_id", "in", part).execute();
  }
  for (const part of parts(put.map(toStateRow))) await open.insertInto("notice_state").values(part).execute();
  const held = put.flatMap((one) => one.events.map((event) => ({ group_id: keyOf(one), event })));
  for (const part of parts(held)) {
    await open
      .insertInto("notice_events")
      .values(part)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  if (deliveries.length > 0) {
    await hot.addDeliveries(
      open,
      deliveries.map(({ event, ...delivery }) => toDeliveryRow(delivery, event, now)),
    );
  }
  for (const part of parts(notices.map(toNoticeRow))) {
    await open
      .insertInto("notices")
      .values(part)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

async function assertOwner(open: Open, owner: string): Promise<void> {
  const kept = encodeText(owner);
  // Writing the same locks the row, so that nobody takes over before this transaction ends.
  const { numUpdatedRows } = await open
    .updateTable("notice_owner")
    .set({ owner: kept })
    .where("owner", "=", kept)
    .executeTakeFirst();
  if (numUpdatedRows > 0n) return;
  throw new StoreError("Superseded", "Another process has the notifications by now; nothing was written.");
}

function parts<T>(rows: readonly T[]): T[][] {
  const count = Math.ceil(rows.length / AT_ONCE);
  return Array.from({ length: count }, (_, at) => rows.slice(at * AT_ONCE, (at + 1) * AT_ONCE));
}
