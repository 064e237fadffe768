/**
 * The store over a ref of a remote, for CI that applies with nothing else to run.
 *
 * An update has been pushed when its promise resolves. Pushes are slow, so those that come in while one is
 * under way go together in the next. The lock is a lease in the same commit: each push renews it, and since
 * the server takes a push only from the commit that was read, a holder whose lease somebody took over is
 * refused there and stops. Reads show the state as it was at opening, at the lock or at the last push.
 */
import { randomUUID } from "node:crypto";
import { type StoreClock, systemClock } from "../clock.ts";
import {
  objectOf,
  objectsOf,
  type StateDocument,
  systemOf,
  systemsOf,
  withObject,
  withoutObject,
  withUpdate,
} from "../document.ts";
import { nameOf, timeOf, waitFor } from "../lock.ts";
import { type Holder, type HolderLock, type ObjectState, type Store, StoreError, type SystemUpdate } from "../types.ts";
import { type Content, isLive, type Lease, parse, serialise } from "./format.ts";
import type { StateRef } from "./remote-ref.ts";

export interface GitStoreOptions {
  ref: StateRef;
  /** The version of this program, recorded for older ones. */
  version: string;
  /** Milliseconds that a lock is held for without being renewed. */
  lease: number;
  /** Default: the machine's time. */
  clock?: StoreClock;
}

/** Milliseconds between two looks at a lock that somebody else holds. */
export const LOOK_INTERVAL = 2000;
/** How often somebody else may be faster before a write is given up. */
const MOST_RACES = 10;
/** A lease is renewed this often in its time. */
const RENEWALS = 3;

/** What a commit holds, and which one it is. */
interface Version extends Content {
  id: string | undefined;
}

/** A change that waits for the next push. */
interface Pending {
  change(document: StateDocument): StateDocument;
  resolve(): void;
  reject(error: unknown): void;
}

/** The lock, as the one who has it knows it. */
interface Held {
  lease: Lease;
  /** When it was last pushed, by the monotonic clock. */
  renewedAt: number;
  stopRenewing(): void;
}

/** Reads the state. @throws StoreError */
export async function openGitStore(options: GitStoreOptions): Promise<Store> {
  const { ref, version } = options;
  try {
    const { id, text } = await ref.read();
    return new GitStore(options, { id, ...parse(text, ref.where, version) });
  } catch (error) {
    await ref.close();
    throw error;
  }
}

class GitStore implements Store {
  readonly url: string;
  readonly #options: GitStoreOptions;
  readonly #clock: StoreClock;
  #version: Version;
  #pending: Pending[] = [];
  /** The end of all that is under way: the ref is read and written by one at a time. */
  #tail: Promise<unknown> = Promise.resolve();
  #held: Held | undefined;
  /** Why nothing more is written. */
  #lost: StoreError | undefined;

  constructor(options: GitStoreOptions, version: Version) {
    this.url = options.ref.where;
    this.#options = options;
    this.#clock = options.clock ?? systemClock();
    this.#version = version;
  }

  async system(system: string) {
    return systemOf(this.#version.document, system);
  }

  async systems() {
    return systemsOf(this.#version.document);
  }

  async objects() {
    return objectsOf(this.#version.document);
  }

  async object(kind: string, name: string) {
    return objectOf(this.#version.document, kind, name);
  }

  update(system: string, update: SystemUpdate): Promise<void> {
    return this.#enqueue((document) => withUpdate(document, system, update));
  }

  putObject(object: ObjectState): Promise<void> {
    return this.#enqueue((document) => withObject(document, object));
  }

  putObjects(objects: readonly ObjectState[]): Promise<void> {
    if (objects.length === 0) return Promise.resolve();
    return this.#enqueue((document) => objects.reduce(withObject, document));
  }

  dropObject(kind: string, name: string): Promise<void> {
    return this.#enqueue((document) => withoutObject(document, kind, name));
  }

  async lock(holder: Holder, waitMilliseconds: number): Promise<HolderLock> {
    const token = randomUUID();
    await waitFor({
      attempt: () => this.#inTurn(() => this.#take(holder, token)),
      holder: async () => this.#version.lease,
      hint: () => expiryHint(this.#version.lease),
      clock: this.#clock,
      interval: LOOK_INTERVAL,
      waitMilliseconds,
    });
    return { release: () => this.#inTurn(() => this.#release(token)) };
  }

  /** Frees the lock where it is held; what was not awaited by then is not written. */
  async close(): Promise<void> {
    const token = this.#held?.lease.token;
    if (token !== undefined) await this.#inTurn(() => this.#release(token));
    await this.#tail;
    await this.#options.ref.close();
  }

  #enqueue(change: Pending["change"]): Promise<void> {
    if (this.#lost) return Promise.reject(this.#lost);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#pending.push({ change, resolve, reject });
    if (this.#pending.length === 1) this.#inTurn(() => this.#flush());
    return promise;
  }

  /** Runs something when all before it has ended. */
  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(run);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Pushes all changes that wait by now. */
  async #flush(): Promise<void> {
    await new Promise(setImmediate); // those of the same moment come along
    let group = this.#pending;
    this.#pending = [];
    try {
      await this.#swap(({ document }) => {
        const applied = applyAll(document, group);
        group = applied.group;
        return group.length > 0 && { document: applied.document, lease: this.#renewed() };
      });
      for (const { resolve } of group) resolve();
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  /**
   * Writes what comes after the version that stands there, as often as somebody else is faster.
   *
   * @param next false for nothing to write. @returns whether something was written.
   * @throws StoreError when the lease was lost.
   */
  async #swap(next: (version: Version) => Content | false): Promise<boolean> {
    const { ref, version } = this.#options;
    for (let races = 0; races < MOST_RACES; races++) {
      this.#assertHeld();
      const content = next(this.#version);
      if (!content) return false;
      const pushedAt = this.#clock.monotonic();
      const id = await ref.write(serialise(content, version), this.#version.id);
      if (id !== undefined) {
        this.#version = { id, ...content };
        if (this.#held && content.lease) Object.assign(this.#held, { lease: content.lease, renewedAt: pushedAt });
        return true;
      }
      await this.#reread();
    }
    throw new StoreError("Locked", `Others keep writing to ${this.url}. Wait for them, then run the command again.`);
  }

  async #reread(): Promise<void> {
    const { ref, version } = this.#options;
    const { id, text } = await ref.read();
    this.#version = { id, ...parse(text, this.url, version) };
  }

  /** @returns undefined while somebody else holds it. */
  async #take(holder: Holder, token: string): Promise<true | undefined> {
    await this.#reread();
    const stands = this.#version.lease;
    if (isLive(stands, this.#clock.now())) return undefined;
    this.#held?.stopRenewing(); // its lease ran out
    this.#held = undefined;
    this.#lost = undefined;
    const takenAt = this.#clock.monotonic();
    let lease: Lease | undefined;
    await this.#swap(({ document, lease: other }) => {
      if (isLive(other, this.#clock.now())) return false;
      lease = { ...holder, token, until: this.#until() };
      return { document, lease };
    });
    if (!lease || this.#version.lease?.token !== token) return undefined;
    const stopRenewing = this.#clock.every(this.#options.lease / RENEWALS, () => this.#renew(token));
    this.#held = { lease, renewedAt: takenAt, stopRenewing };
    return true;
  }

  /** One that fails is made good by the next one, or by the next update; those tell what is wrong. */
  #renew(token: string): void {
    const due = this.#options.lease / RENEWALS;
    const run = async () => {
      if (this.#held?.lease.token !== token || this.#clock.monotonic() - this.#held.renewedAt < due / 2) return;
      await this.#swap(({ document }) => ({ document, lease: this.#renewed() }));
    };
    this.#inTurn(run).catch(() => undefined);
  }

  /** A lock that cannot be freed ends with its lease. */
  async #release(token: string): Promise<void> {
    const held = this.#held;
    if (held?.lease.token !== token) return;
    held.stopRenewing();
    try {
      await this.#swap(({ document }) => ({ document, lease: undefined }));
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    } finally {
      this.#held = undefined;
    }
  }

  /** Whose lease stands there after a write: ours, or as it was. */
  #renewed(): Lease | undefined {
    return this.#held ? { ...this.#held.lease, until: this.#until() } : this.#version.lease;
  }

  #until(): string {
    return new Date(this.#clock.now() + this.#options.lease).toISOString();
  }

  #assertHeld(): void {
    if (this.#lost) throw this.#lost;
    const stands = this.#version.lease;
    if (!this.#held || stands?.token === this.#held.lease.token) return;
    this.#held.stopRenewing();
    this.#lost = takenOver(this.url, stands);
    throw this.#lost;
  }
}

/** Applies changes in their order; one that cannot be applied is refused alone. */
function applyAll(before: StateDocument, pending: readonly Pending[]): { document: StateDocument; group: Pending[] } {
  const group: Pending[] = [];
  let document = before;
  for (const one of pending) {
    try {
      document = one.change(document);
      group.push(one);
    } catch (error) {
      one.reject(error);
    }
  }
  return { document, group };
}

function expiryHint(lease: Lease | undefined): string {
  return lease ? `If it was killed, its lease ends at ${timeOf(lease.until)}, and the next run takes over.` : "";
}

function takenOver(where: string, other: Lease | undefined): StoreError {
  const who = other ? ` by ${nameOf(other)}` : "";
  return new StoreError(
    "Locked",
    `The lease of this run on ${where} was not renewed in time, and the state was taken over${who}. ` +
      "Nothing more is written here. Run the command again: what was sent and not recorded is looked up first.",
  );
}
