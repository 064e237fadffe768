/** The tables of the newest format, as Kysely types. `migrations.ts` makes them. */

/** What every table about a system's things is keyed by. */
export interface Identity {
  system: string;
  kind: string;
  key: string;
}

export interface InventoryRow extends Identity {
  id: string;
  integration: string;
  applied: string;
  /** JSON, like the two that follow. */
  lifecycle: string | null;
  hashes: string | null;
  loops: string | null;
  written_at: number | null;
}

export interface IntentRow extends Identity {
  integration: string;
  started_at: number;
}

export interface FailureRow extends Identity {
  digest: string;
  code: string;
  message: string;
  at: number;
}

export interface ObjectRow {
  kind: string;
  name: string;
  platform: string | null;
  system: string | null;
  generation: number;
  digest: string;
  observed_generation: number | null;
  /** JSON. */
  conditions: string;
}

/** Who holds the lock, or held it last; at most one row, whose slot is 1. */
export interface HolderRow {
  slot: number;
  pid: number;
  host: string;
  command: string;
  since: string;
}

/** Facts about the file itself; this table keeps its form in all formats. */
export interface MetaRow {
  name: string;
  value: string;
}

export interface Tables {
  /** Systems of which anything was ever recorded. */
  systems: { system: string };
  inventory: InventoryRow;
  intents: IntentRow;
  failures: FailureRow;
  objects: ObjectRow;
  holder: HolderRow;
  meta: MetaRow;
}

/** The tables whose rows belong to one thing, by what a row holds. */
export interface ThingTables {
  inventory: InventoryRow;
  intents: IntentRow;
  failures: FailureRow;
}

/** The columns of those tables, in the order in which statements bind them. */
export const THING_COLUMNS: { readonly [T in keyof ThingTables]: readonly (keyof ThingTables[T] & string)[] } = {
  inventory: ["system", "kind", "key", "id", "integration", "applied", "lifecycle", "hashes", "loops", "written_at"],
  intents: ["system", "kind", "key", "integration", "started_at"],
  failures: ["system", "kind", "key", "digest", "code", "message", "at"],
};
