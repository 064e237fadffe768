/**
 * What a pass is about to write, kept in the state until it is told: a process that is killed on the way leaves it to
 * the next one, which can only say what was planned. The event's id comes from the pass, so that one which was told
 * just before the kill is not told again.
 */
import { readJson, writeJson } from "../events/json.ts";
import { ALERT_KIND, type Store } from "../store/types.ts";
import type { Moment } from "./own-events.ts";
import type { ToldChanges } from "./told-changes.ts";

export interface Begun {
  told: ToldChanges;
  /** Of the pass. */
  trace: string;
}

export interface Writing {
  begin(owner: string, told: ToldChanges, at: Moment): Promise<void>;
  end(owner: string): Promise<void>;
  /** @returns what a pass began and nobody told of. */
  left(owner: string): Promise<Begun | undefined>;
}

export function createWriting(store: Pick<Store, "object" | "putObject" | "dropObject">): Writing {
  /** Where there is a record, as far as this process knows. */
  const open = new Set<string>();
  return {
    async begin(owner, told, { now, trace }) {
      const condition = {
        type: "Writing",
        status: "True" as const,
        reason: "Begun",
        message: writeJson(told),
        lastTransitionTime: new Date(now).toISOString(),
        observedGeneration: 1,
      };
      const record = { kind: ALERT_KIND, name: nameOf(owner), generation: 1, digest: trace, conditions: [condition] };
      open.add(owner);
      await store.putObject(record);
    },
    async end(owner) {
      if (!open.has(owner)) return;
      await store.dropObject(ALERT_KIND, nameOf(owner));
      open.delete(owner);
    },
    async left(owner) {
      const record = await store.object(ALERT_KIND, nameOf(owner));
      const condition = record?.conditions.find(({ type }) => type === "Writing");
      if (record) open.add(owner);
      return record && condition && { told: readJson(condition.message) as ToldChanges, trace: record.digest };
    },
  };
}

/** What stands for the pass in the event's id. */
export function occurrenceOf(owner: string, trace: string): string {
  return JSON.stringify(["writing", owner, trace]);
}

const nameOf = (owner: string) => `writing/${owner}`;
