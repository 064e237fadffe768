/** Taking events into the inbox: which are new, which came before, which are the same signed bytes again. */
import type { Transaction } from "kysely";
import type { Accepted, NewEvent } from "../event-types.ts";
import type { Tables } from "../schema.ts";
import { type Hot, identityOf, type NewEventRow, signedKeyOf } from "./hot.ts";
import { toEventRow } from "./rows.ts";

/** How long signed bytes are remembered, in milliseconds: 24 hours. */
export const REMEMBER_SIGNED = 24 * 60 * 60 * 1000;

/**
 * To be called inside a transaction.
 *
 * @returns one answer for each event, in order. Of equal ones in one call the first is stored.
 */
export async function accept(open: Transaction<Tables>, hot: Hot, events: readonly NewEvent[]): Promise<Accepted[]> {
  const rows = events.map(toEventRow);
  const since = Math.min(...rows.map((row) => row.received_at)) - REMEMBER_SIGNED;
  const known = await hot.known(open, rows, since);
  const fresh = firstOfEach(rows.filter((row) => earlier(known, row) === undefined));
  const added = fresh.length > 0 ? await hot.addEvents(open, fresh, since) : [];
  const stored = new Map(fresh.map((row, index) => [row, added[index]]));
  const now = fresh.length < rows.length || added.includes(undefined) ? await hot.known(open, rows, since) : known;
  const answers = rows.map((row) => answerFor(row, stored.get(row), now));
  await countRepeats(open, answers);
  return answers;
}

type Known = Awaited<ReturnType<Hot["known"]>>;

/** The event that a row repeats, if it was there before. */
function earlier({ events, signed }: Known, row: NewEventRow): Omit<Accepted, "outcome"> | undefined {
  const seq = events.get(identityOf(row)) ?? (row.signed_hash === null ? undefined : signed.get(signedKeyOf(row)));
  return seq === undefined ? undefined : { seq };
}

function firstOfEach(rows: readonly NewEventRow[]): NewEventRow[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const names = [identityOf(row), ...(row.signed_hash === null ? [] : [`signed\n${signedKeyOf(row)}`])];
    const isNew = names.every((name) => !seen.has(name));
    if (isNew) for (const name of names) seen.add(name);
    return isNew;
  });
}

function answerFor(row: NewEventRow, seq: number | undefined, known: Known): Accepted {
  if (seq !== undefined) return { outcome: "stored", seq };
  const same = known.events.get(identityOf(row));
  if (same !== undefined) return { outcome: "duplicate", seq: same };
  return { outcome: "replay", seq: known.signed.get(signedKeyOf(row)) ?? 0 };
}

async function countRepeats(open: Transaction<Tables>, answers: readonly Accepted[]): Promise<void> {
  for (const { outcome, seq } of answers) {
    if (outcome === "stored") continue;
    await open
      .updateTable("events")
      .set((builder) => ({ repeats: builder("repeats", "+", 1) }))
      .where("seq", "=", seq)
      .execute();
  }
}
