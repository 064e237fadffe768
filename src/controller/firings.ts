/**
 * When each Rule and route was last followed, and what went wrong last.
 *
 * What is carried out is noted in memory and written a few seconds later, all of it at once, so that no event waits for
 * it. A process that is killed before it wrote loses nothing: what it missed is read out of the deliveries when the next
 * one begins.
 */
import type { Clock } from "../connector-kit/http/types.ts";
import { type EventLog, messageOf } from "../events/log.ts";
import type { Performed, Performer } from "../events/types.ts";
import { passedOver } from "../rules/progress.ts";
import type { Delivery, StoredEvent } from "../store/event-types.ts";
import type { Firing, FiringStore } from "../store/firing-types.ts";

/** Milliseconds between a change and its being written, with all that came meanwhile. */
export const WRITE_AFTER = 5000;

/** What is no failure of the delivery: the program's end, and a limit that is waited for. */
const passing: ReadonlySet<string> = new Set(["Interrupted", "RATE_LIMITED"]);

export interface FiringsOptions {
  store: FiringStore;
  clock: Clock;
  log: EventLog;
}

export interface Firings {
  /** Reads what is on record, and what the deliveries tell beyond it. */
  begin(): Promise<void>;
  /** @returns a performer that does the same, and is noted. */
  watch(performer: Performer): Performer;
  /** Notes what went wrong and ended no attempt. */
  failed(delivery: Delivery, failure: { code: string; message: string }): void;
  /** As they are now; before {@link begin} as they are on record. */
  list(): Promise<readonly Firing[]>;
  /** Forgets all but these. @param declared as `Kind namespace/name`. */
  keep(declared: ReadonlySet<string>): Promise<void>;
  /** Writes what is not written yet. */
  stop(): Promise<void>;
}

export function createFirings(options: FiringsOptions): Firings {
  return new Noted(options);
}

class Noted implements Firings {
  readonly #options: FiringsOptions;
  readonly #known = new Map<string, Firing>();
  readonly #unwritten = new Set<string>();
  readonly #ending = new AbortController();
  #begun = false;
  #writing: Promise<void> | undefined;

  constructor(options: FiringsOptions) {
    this.#options = options;
  }

  async begin(): Promise<void> {
    const { store } = this.#options;
    const recorded = await store.list();
    const newest = recorded.reduce((most, { fired }) => Math.max(most, fired?.event ?? 0), 0);
    const missed = await store.after(newest);
    const noted = [...this.#known.values()];
    this.#known.clear();
    for (const firing of recorded) this.#known.set(keyOf(firing), firing);
    for (const firing of [...missed, ...noted]) this.#note(firing);
    this.#begun = true;
  }

  watch(performer: Performer): Performer {
    return {
      perform: async (delivery, performance) => {
        try {
          const performed = await performer.perform(delivery, performance);
          const failure = failureOf(performed);
          if (failure) this.failed(delivery, failure);
          if (!(performed.outcome === "skipped" && performed.code === "RuleGone")) {
            this.#note(firedBy(delivery, performance.event.stored));
          }
          return performed;
        } catch (error) {
          this.failed(delivery, { code: "Internal", message: messageOf(error) });
          throw error;
        }
      },
    };
  }

  failed(delivery: Delivery, { code, message }: { code: string; message: string }): void {
    const at = this.#options.clock.now();
    this.#note({ ...ownerOf(delivery), failed: { at, event: delivery.event, code, message } });
  }

  async list(): Promise<readonly Firing[]> {
    return this.#begun ? [...this.#known.values()] : this.#options.store.list();
  }

  async keep(declared: ReadonlySet<string>): Promise<void> {
    for (const { kind, name } of await this.list()) {
      const key = keyOf({ kind, name });
      if (declared.has(key)) continue;
      this.#known.delete(key);
      this.#unwritten.delete(key);
      await this.#options.store.drop(kind, name);
    }
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#writing;
    await this.#write();
  }

  /** Takes over what is newer. */
  #note({ kind, name, fired, failed }: Firing): void {
    const key = keyOf({ kind, name });
    const known = this.#known.get(key);
    const newerFired = fired && !(known?.fired && known.fired.at > fired.at) ? fired : known?.fired;
    const newerFailed = failed && !(known?.failed && known.failed.at > failed.at) ? failed : known?.failed;
    const next: Firing = { kind, name };
    if (newerFired) next.fired = newerFired;
    if (newerFailed) next.failed = newerFailed;
    this.#known.set(key, next);
    this.#unwritten.add(key);
    this.#writing ??= this.#writeLater().finally(() => {
      this.#writing = undefined;
    });
  }

  async #writeLater(): Promise<void> {
    const { clock } = this.#options;
    while (this.#unwritten.size > 0 && !this.#ending.signal.aborted) {
      await clock.sleep(WRITE_AFTER, this.#ending.signal).catch(() => undefined);
      if (!this.#ending.signal.aborted) await this.#write();
    }
  }

  async #write(): Promise<void> {
    const keys = [...this.#unwritten];
    if (keys.length === 0) return;
    this.#unwritten.clear();
    try {
      await this.#options.store.put(keys.flatMap((key) => this.#known.get(key) ?? []));
    } catch (error) {
      for (const key of keys) this.#unwritten.add(key);
      this.#options.log.error({}, `when Rules and routes last fired could not be written: ${messageOf(error)}`);
    }
  }
}

function failureOf(performed: Performed): { code: string; message: string } | undefined {
  if (performed.outcome === "done") return passedOver(performed.progress);
  if (performed.outcome === "skipped" || passing.has(performed.code)) return undefined;
  return performed;
}

function firedBy(delivery: Delivery, { seq, id, source, type, trace }: StoredEvent): Firing {
  const { kind, name } = ownerOf(delivery);
  return { kind, name, fired: { at: delivery.createdAt, event: seq, id, source, type, trace } };
}

function ownerOf({ kind, namespace, target }: Delivery): Pick<Firing, "kind" | "name"> {
  return { kind: kind === "rule" ? "Rule" : "NotificationRoute", name: `${namespace}/${target}` };
}

function keyOf({ kind, name }: Pick<Firing, "kind" | "name">): string {
  return `${kind} ${name}`;
}
