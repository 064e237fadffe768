/** Between what the store hands out and the rows it keeps. What is undefined is left out, as in JSON. */
import type { FailureRow, HolderRow, IntentRow, InventoryRow, ObjectRow } from "./schema.ts";
import type { Holder, Intent, InventoryEntry, ObjectState, PermanentFailure } from "./types.ts";

export function toInventoryRow(system: string, entry: InventoryEntry): InventoryRow {
  return {
    system,
    kind: entry.kind,
    key: entry.key,
    id: entry.id,
    integration: entry.integration,
    applied: entry.applied,
    lifecycle: toJson(entry.lifecycle),
    hashes: toJson(entry.hashes),
    loops: toJson(entry.loops),
    written_at: entry.writtenAt ?? null,
  };
}

export function toInventoryEntry(row: InventoryRow): InventoryEntry {
  const entry: InventoryEntry = {
    kind: row.kind,
    key: row.key,
    id: row.id,
    integration: row.integration,
    applied: row.applied,
  };
  if (row.lifecycle !== null) entry.lifecycle = JSON.parse(row.lifecycle);
  if (row.hashes !== null) entry.hashes = JSON.parse(row.hashes);
  if (row.loops !== null) entry.loops = JSON.parse(row.loops);
  if (row.written_at !== null) entry.writtenAt = row.written_at;
  return entry;
}

export function toIntentRow(system: string, intent: Intent): IntentRow {
  const { kind, key, integration, startedAt } = intent;
  return { system, kind, key, integration, started_at: startedAt };
}

export function toIntent({ kind, key, integration, started_at }: IntentRow): Intent {
  return { kind, key, integration, startedAt: started_at };
}

export function toFailureRow(system: string, failure: PermanentFailure): FailureRow {
  const { kind, key, digest, code, message, at } = failure;
  return { system, kind, key, digest, code, message, at };
}

export function toFailure({ kind, key, digest, code, message, at }: FailureRow): PermanentFailure {
  return { kind, key, digest, code, message, at };
}

export function toObjectRow(object: ObjectState): ObjectRow {
  return {
    kind: object.kind,
    name: object.name,
    platform: object.platform ?? null,
    system: object.system ?? null,
    generation: object.generation,
    digest: object.digest,
    observed_generation: object.observedGeneration ?? null,
    conditions: JSON.stringify(object.conditions),
  };
}

export function toObjectState(row: ObjectRow): ObjectState {
  return {
    kind: row.kind,
    name: row.name,
    ...(row.platform === null ? {} : { platform: row.platform }),
    ...(row.system === null ? {} : { system: row.system }),
    generation: row.generation,
    digest: row.digest,
    ...(row.observed_generation === null ? {} : { observedGeneration: row.observed_generation }),
    conditions: JSON.parse(row.conditions),
  };
}

export function toHolderRow({ pid, host, command, since }: Holder): HolderRow {
  return { slot: 1, pid, host, command, since };
}

export function toHolder({ pid, host, command, since }: HolderRow): Holder {
  return { pid, host, command, since };
}

function toJson(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
