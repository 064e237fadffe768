/**
 * Taking events into the inbox: which are new, which came before, which are the same signed bytes again. What is known
 * by then to follow from a new one is written with it, unless its turn has not come.
 */
import type { Transaction } from "kysely";
import type { Accepted, Following, Hold, Intake } from "../event-types.ts";
import type { Tables } from "../schema.ts";
import {
  type EventMark,
  type Hot,
  identityOf,
  type Known,
  type NewDeliveryRow,
  type NewEventRow,
  orderOf,
  signedKeyOf,
} from "./hot.ts";
import { toEventRow } from "./rows.ts";
import { decodeText, encodeText } from "./text.ts";
import { freshOf } from "./work.ts";

/** How long signed bytes are remembered, in milliseconds: 24 hours. */
export const REMEMBER_SIGNED = 24 * 60 * 60 * 1000;

type Open = Transaction<Tables>;

/**
 * To be called inside a transaction.
 *
 * @param now milliseconds since 1970. @returns one answer for each event, in order. Of equal ones in one call the first
 *   is stored.
 */
export async function accept(open: Open, hot: Hot, intakes: readonly Intake[], now: number): Promise<Accepted[]> {
  const rows = intakes.map(({ event }) => toEventRow(event));
  const since = Math.min(...rows.map((row) => row.received_at)) - REMEMBER_SIGNED;
  const known = await hot.knownBefore(open, rows, since);
  const fresh = firstOfEach(rows.filter((row) => earlier(known, row) === undefined));
  const isThere = async (row: NewEventRow) => earlier(await hot.known(open, [row], since), row) !== undefined;
  const decided = await inTurn(open, hot, fresh, {
    intakes: new Map(rows.map((row, at) => [row, intakes[at] as Intake])),
    isThere,
  });
  const added = fresh.length > 0 ? await hot.addEvents(open, fresh, since) : [];
  const stored = new Map(fresh.map((row, index) => [row, added[index]]));
  const given = decided.size > 0 ? await follow(open, hot, decided, stored, now) : new Map<NewEventRow, string[]>();
  const changed = fresh.length < rows.length || added.includes(undefined);
  const by = changed ? await hot.known(open, rows, since) : known;
  const answers = rows.map((row) => answerFor(row, stored.get(row), by, given.get(row)));
  await countRepeats(open, answers);
  return answers;
}

/** An event of which it is decided what follows. */
interface Decided {
  following: Following;
  hold: Hold | undefined;
}

/** Of events that come after one that is pending nothing follows yet. @returns the others; their rows say so. */
async function inTurn(
  open: Open,
  hot: Hot,
  fresh: readonly NewEventRow[],
  { intakes, isThere }: { intakes: ReadonlyMap<NewEventRow, Intake>; isThere(row: NewEventRow): Promise<boolean> },
): Promise<ReadonlyMap<NewEventRow, Decided>> {
  const decided = new Map<NewEventRow, Decided>();
  if (!fresh.some((row) => intakes.get(row)?.following)) return decided;
  for (const row of fresh) {
    const { following, hold } = intakes.get(row) ?? {};
    if (!following && (await isThere(row))) continue;
    if (!following || (decided.size === 0 && (await hot.hasPending(open)))) break;
    row.state = following.state;
    row.note = following.note === undefined ? null : encodeText(following.note);
    decided.set(row, { following, hold });
  }
  return decided;
}

/** Writes what follows. @returns for each event the deliveries that its worker has now. */
async function follow(
  open: Open,
  hot: Hot,
  decided: ReadonlyMap<NewEventRow, Decided>,
  stored: ReadonlyMap<NewEventRow, number | undefined>,
  now: number,
): Promise<ReadonlyMap<NewEventRow, string[]>> {
  const marks: EventMark[] = [];
  const rows: { row: NewDeliveryRow; hold: Hold | undefined; of: string[] }[] = [];
  const given = new Map<NewEventRow, string[]>();
  for (const [event, { following, hold }] of decided) {
    const seq = stored.get(event);
    if (seq === undefined) continue;
    const of: string[] = [];
    given.set(event, of);
    if (following.deliveries.length === 0) continue;
    const { deliveries, note } = await freshOf(open, hot, { ...following, seq }, now);
    if (note !== (following.note ?? ""))
      marks.push({ seq, state: following.state, note: encodeText(note), data: null });
    for (const row of deliveries) rows.push({ row, hold, of });
  }
  if (marks.length > 0) await hot.markEvents(open, marks);
  if (rows.length === 0) return given;
  const held = rows.filter(({ row, hold }) => hold && row.concurrency === null && row.due <= hold.now);
  const busy = new Set(
    held.length === 0
      ? []
      : await hot.openKeys(
          open,
          held.map(({ row }) => row),
        ),
  );
  for (const { row, hold } of rows) {
    const order = orderOf(row);
    if (hold && row.concurrency === null && row.due <= hold.now && !busy.has(order)) {
      Object.assign(row, { state: "running", worker: hold.worker, due: hold.until, attempts: 1 });
    }
    busy.add(order);
  }
  const added = await hot.addDeliveries(
    open,
    rows.map(({ row }) => row),
  );
  for (const { row, of } of rows) {
    // Of equal ids the first was added.
    const isAdded = added.delete(row.id);
    if (isAdded && row.state === "running") of.push(decodeText(row.id));
  }
  return given;
}

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

function answerFor(
  row: NewEventRow,
  seq: number | undefined,
  known: Known,
  given: readonly string[] | undefined,
): Accepted {
  if (seq !== undefined) return { outcome: "stored", seq, ...(given ? { followed: { given } } : {}) };
  const same = known.events.get(identityOf(row));
  if (same !== undefined) return { outcome: "duplicate", seq: same };
  return { outcome: "replay", seq: known.signed.get(signedKeyOf(row)) ?? 0 };
}

async function countRepeats(open: Open, answers: readonly Accepted[]): Promise<void> {
  for (const { outcome, seq } of answers) {
    if (outcome === "stored") continue;
    await open
      .updateTable("events")
      .set((builder) => ({ repeats: builder("repeats", "+", 1) }))
      .where("seq", "=", seq)
      .execute();
  }
}
