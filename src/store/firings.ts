/** {@link FiringStore} over one database, SQLite or PostgreSQL. */
import type { Insertable, Kysely, Selectable } from "kysely";
import { decodeText, encodeText } from "./events/text.ts";
import type { Failed, Fired, Firing, FiringStore } from "./firing-types.ts";
import type { FiringRow, Tables } from "./schema.ts";

type Explain = <T>(run: () => Promise<T>) => Promise<T>;

/** Rows of one statement: far below the parameters that either database takes. */
const AT_ONCE = 500;

/** @param explain makes one error with a remedy of what the database throws. */
export function createFiringStore(db: Kysely<Tables>, explain: Explain): FiringStore {
  return {
    list: () =>
      explain(async () => {
        const rows = await db.selectFrom("firings").selectAll().orderBy("kind").orderBy("name").execute();
        return rows.map(toFiring);
      }),
    put: (firings) => explain(() => put(db, firings)),
    drop: (kind, name) =>
      explain(async () => {
        await db.deleteFrom("firings").where("kind", "=", kind).where("name", "=", name).execute();
      }),
    after: (event) => explain(() => after(db, event)),
  };
}

async function put(db: Kysely<Tables>, firings: readonly Firing[]): Promise<void> {
  await db.transaction().execute(async (open) => {
    for (let start = 0; start < firings.length; start += AT_ONCE) {
      await open
        .insertInto("firings")
        .values(firings.slice(start, start + AT_ONCE).map(toRow))
        .onConflict((conflict) =>
          conflict.columns(["kind", "name"]).doUpdateSet((excluded) => ({
            fired_at: excluded.ref("excluded.fired_at"),
            event: excluded.ref("excluded.event"),
            event_id: excluded.ref("excluded.event_id"),
            event_source: excluded.ref("excluded.event_source"),
            event_type: excluded.ref("excluded.event_type"),
            trace: excluded.ref("excluded.trace"),
            failed_at: excluded.ref("excluded.failed_at"),
            failed_event: excluded.ref("excluded.failed_event"),
            code: excluded.ref("excluded.code"),
            message: excluded.ref("excluded.message"),
          })),
        )
        .execute();
    }
  });
}

interface Target {
  kind: string;
  namespace: string;
  target: string;
  /** Of their deliveries the newest event's. */
  event: number | string | bigint | null;
}

async function after(db: Kysely<Tables>, event: number): Promise<Firing[]> {
  const found = new Map<string, Firing>();
  const of = ({ kind, namespace, target }: Target): Firing => {
    const firing: Firing = { kind: kind === "rule" ? "Rule" : "NotificationRoute", name: `${namespace}/${target}` };
    const known = found.get(`${firing.kind} ${firing.name}`) ?? firing;
    found.set(`${firing.kind} ${firing.name}`, known);
    return known;
  };
  for (const target of await newestOf(db, event, false)) {
    const fired = await firedBy(db, target);
    if (fired) of(target).fired = fired;
  }
  for (const target of await newestOf(db, event, true)) {
    const failed = await failedBy(db, target);
    if (failed) of(target).failed = failed;
  }
  return [...found.values()];
}

/** @param dead only what was given up. */
function newestOf(db: Kysely<Tables>, event: number, dead: boolean): Promise<Target[]> {
  const query = db
    .selectFrom("deliveries")
    .select(["kind", "namespace", "target"])
    .select(({ fn }) => fn.max("event").as("event"))
    .where("event", ">", event)
    .where("attempts", ">", 0)
    .groupBy(["kind", "namespace", "target"]);
  return (dead ? query.where("state", "=", "dead") : query).execute();
}

/** The deliveries of one event to one target. */
function deliveriesOf(db: Kysely<Tables>, { kind, namespace, target, event }: Target) {
  return db
    .selectFrom("deliveries")
    .where("deliveries.event", "=", Number(event))
    .where("deliveries.kind", "=", kind)
    .where("deliveries.namespace", "=", namespace)
    .where("deliveries.target", "=", target)
    .orderBy("deliveries.position", "desc")
    .limit(1);
}

async function firedBy(db: Kysely<Tables>, target: Target): Promise<Fired | undefined> {
  const row = await deliveriesOf(db, target)
    .innerJoin("events", "events.seq", "deliveries.event")
    .select(["deliveries.created_at as at", "events.seq", "events.id", "events.source", "events.type", "events.trace"])
    .executeTakeFirst();
  if (!row) return undefined;
  const { at, seq, id, source, type, trace } = row;
  return { at, event: seq, id: decodeText(id), source: decodeText(source), type: decodeText(type), trace };
}

async function failedBy(db: Kysely<Tables>, target: Target): Promise<Failed | undefined> {
  const row = await deliveriesOf(db, target)
    .where("state", "=", "dead")
    .select(["finished_at as at", "event", "code", "message"])
    .executeTakeFirst();
  if (!row || row.at === null) return undefined;
  return { at: row.at, event: row.event, code: row.code ?? "", message: decodeText(row.message ?? "") };
}

function toRow({ kind, name, fired, failed }: Firing): Insertable<FiringRow> {
  return {
    kind,
    name,
    fired_at: fired?.at ?? null,
    event: fired?.event ?? null,
    event_id: fired ? encodeText(fired.id) : null,
    event_source: fired ? encodeText(fired.source) : null,
    event_type: fired ? encodeText(fired.type) : null,
    trace: fired?.trace ?? null,
    failed_at: failed?.at ?? null,
    failed_event: failed?.event ?? null,
    code: failed?.code ?? null,
    message: failed ? encodeText(failed.message) : null,
  };
}

function toFiring(row: Selectable<FiringRow>): Firing {
  const { kind, name, fired_at: firedAt, event, failed_at: failedAt, failed_event: failedEvent } = row;
  const fired = firedAt === null ? undefined : firedOf(row, firedAt, event ?? 0);
  const failed =
    failedAt === null
      ? undefined
      : { at: failedAt, event: failedEvent ?? 0, code: row.code ?? "", message: decodeText(row.message ?? "") };
  return { kind: kind as Firing["kind"], name, ...(fired ? { fired } : {}), ...(failed ? { failed } : {}) };
}

function firedOf(row: Selectable<FiringRow>, at: number, event: number): Fired {
  const [id, source, type] = [row.event_id, row.event_source, row.event_type].map((text) => decodeText(text ?? ""));
  return { at, event, id: id ?? "", source: source ?? "", type: type ?? "", trace: row.trace ?? "" };
}
