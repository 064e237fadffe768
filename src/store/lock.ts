/**
 * The right to apply: one holder per state.
 *
 * The holder keeps `BEGIN EXCLUSIVE` open on a database file of its own. The kernel frees it with the
 * process, even at a kill -9, so nothing stale ever blocks; who holds it is written elsewhere and only
 * serves the message. The file must not be opened by anything else in this process (see `folder.ts`).
 */
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { StoreClock } from "./clock.ts";
import { sqliteCode } from "./errors.ts";
import { createFile, ensureFolder } from "./folder.ts";
import { type Holder, StoreError } from "./types.ts";

/** Milliseconds between two tries. */
const POLL_INTERVAL = 100;
const SQLITE_BUSY = 5;

/** Something that one may hold: `attempt` gives it, or undefined while somebody else has it. */
export interface Waiting<T> {
  attempt(): T | undefined | Promise<T | undefined>;
  /** Who holds it, as far as that is known. */
  holder(): Promise<Holder | undefined>;
  /** A sentence about when it comes free by itself. */
  hint?(): string;
  clock: Pick<StoreClock, "monotonic" | "sleep">;
  /** Milliseconds between two tries; default {@link POLL_INTERVAL}. */
  interval?: number;
  /** Milliseconds to wait for it; 0 tries once. */
  waitMilliseconds: number;
}

/**
 * Waits for something that another one holds.
 *
 * @throws StoreError `Locked`, naming the holder, when the time is over.
 */
export async function waitFor<T>(waiting: Waiting<T>): Promise<T> {
  const { clock, interval = POLL_INTERVAL } = waiting;
  const deadline = clock.monotonic() + waiting.waitMilliseconds;
  for (;;) {
    const held = await waiting.attempt();
    if (held !== undefined) return held;
    const left = deadline - clock.monotonic();
    if (left <= 0) throw locked(await waiting.holder(), waiting.hint?.());
    await clock.sleep(Math.min(interval, left));
  }
}

/** An open lock file, to be tried again and again without opening it anew. */
export class LockFile {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Opens the file, creating it where it is not there. */
  static async open(file: string): Promise<LockFile> {
    await ensureFolder(dirname(file));
    await createFile(file);
    return new LockFile(new DatabaseSync(file, { timeout: 0 }));
  }

  /** @returns this when the lock is now held, undefined when somebody else holds it. */
  attempt(): this | undefined {
    try {
      // Nothing is ever written, so no journal need lie about; setting that already meets the lock.
      this.#database.exec("pragma journal_mode = memory; begin exclusive");
      return this;
    } catch (error) {
      if (sqliteCode(error) === SQLITE_BUSY) return undefined;
      throw error;
    }
  }

  /** Frees the lock where it is held. Doing it twice is doing it once. */
  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

function locked(holder: Holder | undefined, hint = ""): StoreError {
  const who = holder ? `: ${nameOf(holder)}` : "";
  const said =
    holder?.command === "plumbline controller"
      ? `A controller holds this state${who}. It applies by itself what its manifests say, and frees the state when it is stopped.`
      : `Another apply holds this state${who}. Wait for it, or pass --lock-timeout 5m to wait here.`;
  return new StoreError("Locked", `${said}${hint && ` ${hint}`}`);
}

/** A holder as messages call it. */
export function nameOf({ pid, host, command, since, job }: Holder): string {
  return `pid ${pid} on host ${host} ("${command}")${job === undefined ? "" : ` of ${job}`} since ${timeOf(since)}`;
}

/** `2026-11-25T12:00:03.000Z` as `2026-11-25 12:00:03 UTC`; what is no date as it is. */
export function timeOf(since: string): string {
  const time = new Date(since);
  if (Number.isNaN(time.getTime())) return since;
  return `${time.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
