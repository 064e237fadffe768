/**
 * The audit log: append-only, each entry sealed by the hash of the one before it.
 *
 * The chain shows that an entry was changed or taken out afterwards; it cannot show that the whole log was
 * made anew by somebody who may write to the database.
 */
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { Kysely, Transaction } from "kysely";
import type { AuditEntry, AuditFilter, AuditRecord, AuditStore } from "../event-types.ts";
import type { AuditRow, Tables } from "../schema.ts";
import { decodeText, encodeText } from "./text.ts";

/** What stands for the hash before the first entry. */
export const FIRST_HASH = "0".repeat(64);
/** Entries that are read at once. */
const PAGE = 500;

/** @returns the hash of an entry: SHA-256 of the previous hash and of the record as RFC 8785 JSON, as hex. */
export function auditHash(previous: string, seq: number, record: AuditRecord): string {
  return createHash("sha256")
    .update(`${previous}\n${canonicalize(wellFormed({ seq, ...record }))}`)
    .digest("hex");
}

/** RFC 8785 knows no lone surrogates; they are hashed in the form in which they are kept. */
function wellFormed(value: object): unknown {
  return JSON.parse(JSON.stringify(value), (_, inner) => (typeof inner === "string" ? encodeText(inner) : inner));
}

/** What looking through an audit log gives. */
export type TrailVerdict = { entries: number } | { broken: { seq: number } };

/**
 * Looks whether each entry is sealed by the one before it.
 *
 * @param trail all entries, in order. @returns how many hold, or the first that does not.
 */
export async function verifyTrail(trail: AsyncIterable<AuditEntry> | Iterable<AuditEntry>): Promise<TrailVerdict> {
  let previous = FIRST_HASH;
  let entries = 0;
  for await (const { seq, hash, ...record } of trail) {
    entries += 1;
    if (seq !== entries || hash !== auditHash(previous, seq, record)) return { broken: { seq } };
    previous = hash;
  }
  return { entries };
}

/** @param run carries out a transaction in which nobody else appends. */
export function createAuditStore(
  db: Kysely<Tables>,
  run: <T>(work: (open: Transaction<Tables>) => Promise<T>) => Promise<T>,
): AuditStore {
  return {
    async append(records: readonly AuditRecord[]) {
      if (records.length > 0) await run((open) => append(open, records));
    },
    async audit(filter: AuditFilter) {
      let query = db.selectFrom("audit").selectAll().orderBy("seq", "desc").limit(filter.limit);
      if (filter.resourceType !== undefined) query = query.where("resource_type", "=", filter.resourceType);
      if (filter.resourceId !== undefined) query = query.where("resource_id", "=", encodeText(filter.resourceId));
      if (filter.actor !== undefined) query = query.where("actor", "=", encodeText(filter.actor));
      if (filter.after !== undefined) query = query.where("seq", "<", filter.after);
      return (await query.execute()).map(toEntry);
    },
    async *auditTrail() {
      for (let last = 0; ; ) {
        const query = db.selectFrom("audit").selectAll().where("seq", ">", last).orderBy("seq").limit(PAGE);
        const rows = await query.execute();
        yield* rows.map(toEntry);
        const end = rows.at(-1);
        if (!end) return;
        last = end.seq;
      }
    },
  };
}

async function append(open: Transaction<Tables>, records: readonly AuditRecord[]): Promise<void> {
  const last = await open
    .selectFrom("audit")
    .select(["seq", "hash"])
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
  let { seq, hash } = last ?? { seq: 0, hash: FIRST_HASH };
  const rows = records.map((record): AuditRow => {
    seq += 1;
    hash = auditHash(hash, seq, record);
    return toRow(record, seq, hash);
  });
  await open.insertInto("audit").values(rows).execute();
}

function toRow(record: AuditRecord, seq: number, hash: string): AuditRow {
  return {
    seq,
    at: record.at,
    actor: encodeText(record.actor),
    action: record.action,
    resource_type: record.resourceType,
    resource_id: encodeText(record.resourceId),
    outcome: record.outcome,
    commit_id: record.commit ?? null,
    trace: record.trace ?? null,
    details: record.details === undefined ? null : encodeText(JSON.stringify(record.details)),
    hash,
  };
}

function toEntry(row: AuditRow): AuditEntry {
  return {
    seq: row.seq,
    at: row.at,
    actor: decodeText(row.actor),
    action: row.action,
    resourceType: row.resource_type,
    resourceId: decodeText(row.resource_id),
    outcome: row.outcome as AuditEntry["outcome"],
    ...(row.commit_id === null ? {} : { commit: row.commit_id }),
    ...(row.trace === null ? {} : { trace: row.trace }),
    ...(row.details === null ? {} : { details: JSON.parse(decodeText(row.details)) }),
    hash: row.hash,
  };
}
