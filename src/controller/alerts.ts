/**
 * What was told last of things that begin and end, kept in the state: told once, also by another process, and told
 * even if the process is killed on the way.
 *
 * The event goes into the inbox first and the record is written after it. Killed in between, the next process tells it
 * again under the same id, since that comes from the record's counter; the inbox takes an id once. Only who holds the
 * state tells, so that what was read once stays true.
 */
import { createHash } from "node:crypto";
import type { NewEvent } from "../store/event-types.ts";
import { ALERT_KIND, type ObjectState, type Store } from "../store/types.ts";
import type { Moment } from "./own-events.ts";

export interface AlertsOptions {
  store: Pick<Store, "objects" | "putObject">;
  /** Puts an own event into the inbox, on disk when it resolves. */
  raise(events: readonly NewEvent[]): Promise<void>;
}

export interface Alerts {
  /**
   * @param fingerprint of what it is about. @param content what there is to be told, as text; another one is told anew.
   *   Undefined: it is over.
   * @param make the event, asked only where there is something new.
   */
  tell(fingerprint: string, content: string | undefined, at: Moment, make: (at: Moment) => NewEvent): Promise<void>;
  isFiring(fingerprint: string): Promise<boolean>;
  /** @returns the fingerprints of what is not over. */
  firing(): Promise<readonly string[]>;
}

export function createAlerts({ store, raise }: AlertsOptions): Alerts {
  let reading: Promise<Map<string, ObjectState>> | undefined;
  const records = () => {
    reading ??= read(store).catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    return reading;
  };
  return {
    async tell(fingerprint, content, at, make) {
      const known = await records();
      const before = known.get(fingerprint);
      const digest = content === undefined ? "" : digestOf(content);
      if (content === undefined ? !isTrue(before) : isTrue(before) && before?.digest === digest) return;
      const generation = (before?.generation ?? 0) + 1;
      await raise([make({ ...at, occurrence: JSON.stringify([fingerprint, generation, digest]) })]);
      const next = recordOf(fingerprint, generation, digest, at.now);
      await store.putObject(next);
      known.set(fingerprint, next);
    },
    isFiring: async (fingerprint) => isTrue((await records()).get(fingerprint)),
    firing: async () => [...(await records()).values()].filter(isTrue).map(({ name }) => name),
  };
}

async function read(store: Pick<Store, "objects">): Promise<Map<string, ObjectState>> {
  const objects = await store.objects();
  return new Map(objects.filter(({ kind }) => kind === ALERT_KIND).map((one) => [one.name, one]));
}

/** One that is over stays: its counter keeps the next one's event from being taken for an earlier one. */
function recordOf(name: string, generation: number, digest: string, now: number): ObjectState {
  const firing = digest !== "";
  const condition = {
    type: "Firing",
    status: firing ? ("True" as const) : ("False" as const),
    reason: firing ? "Told" : "Over",
    message: "",
    lastTransitionTime: new Date(now).toISOString(),
    observedGeneration: generation,
  };
  return { kind: ALERT_KIND, name, generation, digest, conditions: [condition] };
}

function isTrue(record: ObjectState | undefined): boolean {
  return record?.conditions.some(({ type, status }) => type === "Firing" && status === "True") ?? false;
}

const digestOf = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 32);
