/** Reads one system's memory, in the order of the tables' keys: by kind, then by key. */
import type { Transaction } from "kysely";
import { toFailure, toIntent, toInventoryEntry } from "./rows.ts";
import type { Tables } from "./schema.ts";
import type { SystemState } from "./types.ts";

/**
 * To be called inside a transaction, so that the three lists are of one moment.
 *
 * @returns undefined for a system of which nothing was ever recorded.
 */
export async function readSystem(transaction: Transaction<Tables>, system: string): Promise<SystemState | undefined> {
  const [known] = await transaction.selectFrom("systems").select("system").where("system", "=", system).execute();
  if (!known) return undefined;
  const inventory = transaction
    .selectFrom("inventory")
    .selectAll()
    .where("system", "=", system)
    .orderBy("kind")
    .orderBy("key");
  const intents = transaction
    .selectFrom("intents")
    .selectAll()
    .where("system", "=", system)
    .orderBy("kind")
    .orderBy("key");
  const failures = transaction
    .selectFrom("failures")
    .selectAll()
    .where("system", "=", system)
    .orderBy("kind")
    .orderBy("key");
  return {
    inventory: (await inventory.execute()).map(toInventoryEntry),
    intents: (await intents.execute()).map(toIntent),
    failures: (await failures.execute()).map(toFailure),
  };
}
