/**
 * Which signed bytes came before, on SQLite.
 *
 * Their hashes are random: written one by one into a table that is sorted by them, each costs a page of it. So the
 * newest stand in the rows of their events only, and are kept in memory to be found. Some thousand at a time then go
 * into the table `signed`, in its order, so that they share its pages.
 */
import type { StatementSync } from "node:sqlite";
import type { NewEventRow } from "./hot.ts";

/** So many are kept in memory at most, some 200 bytes each, but for those of one more transaction. */
const MOST = 4096;
/** Bytes of their events at most: so much is read again when the program starts. */
const MOST_BYTES = 16 * 1024 * 1024;

/** The row of `meta` that holds the seq of the last event whose hash is in `signed`. */
const SETTLED = "signed-settled";

const AFTER =
  "select seq, source, signed_hash as hash, received_at as at, bytes from events where seq > ? order by seq";
const LAST_SETTLED = `select cast(value as integer) as seq from meta where name = '${SETTLED}'`;
const FIND = "select seq from signed where source = ? and hash = ? and at > ?";
/** Where a hash is there from before it was forgotten, the later event counts. */
const SIGN = `insert into signed (source, hash, seq, at) values (?, ?, ?, ?)
  on conflict (source, hash) do update set seq = excluded.seq, at = excluded.at`;
const SETTLE = `insert or replace into meta (name, value) values ('${SETTLED}', ?)`;

interface Signed {
  seq: number;
  /** When it was received, in milliseconds since 1970. */
  at: number;
}

interface Event extends Signed {
  source: string;
  hash: string | null;
  bytes: number;
}

/** All of it is to be called inside a transaction. */
export interface SignedBytes {
  /** Learns of the events that other connections have taken in; before the first {@link find} of a transaction. */
  look(): void;
  /** @returns the seq of the event with these signed bytes, if it came after `since`. */
  find(row: SignedRow, since: number): number | undefined;
  /** Remembers those of an event that was just added. */
  add(row: SignedRow & Pick<NewEventRow, "received_at" | "bytes">, seq: number): void;
  /** Brings the table up to date where enough have come together. */
  settleMany(): void;
  /** Brings the table up to date: before events are deleted. */
  settle(): void;
  /** Nothing of what is in memory is sure: a transaction was not committed. */
  forget(): void;
}

export type SignedRow = Pick<NewEventRow, "source" | "signed_hash">;

/** @param prepared gives a statement of the connection. */
export function createSignedBytes(prepared: (sql: string) => StatementSync): SignedBytes {
  /** By source, then by hash. */
  const newest = new Map<string, Map<string, Signed>>();
  let count = 0;
  let bytes = 0;
  /** The last event that is known here; undefined when that has to be asked. */
  let last: number | undefined;

  function clear(): void {
    newest.clear();
    count = 0;
    bytes = 0;
  }

  function learn({ seq, source, hash, at, bytes: size }: Event): void {
    last = seq;
    bytes += size;
    if (hash === null) return;
    count += 1;
    const ofSource = newest.get(source);
    if (ofSource) ofSource.set(hash, { seq, at });
    else newest.set(source, new Map([[hash, { seq, at }]]));
  }

  function look(): void {
    if (last === undefined) {
      clear();
      last = (prepared(LAST_SETTLED).get()?.seq as number | undefined) ?? 0;
    }
    for (const row of prepared(AFTER).iterate(last)) learn(row as unknown as Event);
  }

  function settle(): void {
    const sign = prepared(SIGN);
    for (const [source, hashes] of newest) {
      // In the table's order.
      const sorted = [...hashes].sort(([one], [other]) => (one < other ? -1 : 1));
      for (const [hash, { seq, at }] of sorted) sign.run(source, hash, seq, at);
    }
    prepared(SETTLE).run(String(last));
    clear();
  }

  return {
    look,
    find({ source, signed_hash: hash }, since) {
      if (hash === null) return undefined;
      const one = newest.get(source)?.get(hash);
      if (one && one.at > since) return one.seq;
      return prepared(FIND).get(source, hash, since)?.seq as number | undefined;
    },
    add({ source, signed_hash: hash, received_at: at, bytes: size }, seq) {
      learn({ seq, source, hash, at, bytes: size });
    },
    settleMany() {
      if (count >= MOST || bytes >= MOST_BYTES) settle();
    },
    settle() {
      look();
      settle();
    },
    forget() {
      last = undefined;
    },
  };
}
