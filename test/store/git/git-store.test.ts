/** The store in a Git ref, over a ref that a test can race, delay and take away. */
import { expect, onTestFinished, test } from "vitest";
import { LOOK_INTERVAL, openGitStore } from "../../../src/store/git/git-store.ts";
import type { Revision, StateRef } from "../../../src/store/git/remote-ref.ts";
import { type StoreClock, StoreError } from "../../../src/store/index.ts";
import { storeContract } from "../contract.ts";
import { entry, holder, SYSTEM, steppingClock, VERSION } from "../support.ts";

const LEASE = 30_000;

/** A ref in memory, as a server keeps it for many. */
class SharedRef implements StateRef {
  readonly where = "git:refs/plumbline/state";
  revision: Revision = { id: undefined, text: undefined };
  writes = 0;
  /** Runs before each write reaches the server. */
  before: () => void | Promise<void> = () => undefined;

  async read(): Promise<Revision> {
    return this.revision;
  }

  async write(text: string, expected: string | undefined): Promise<string | undefined> {
    await this.before();
    if (this.revision.id !== expected) return undefined;
    this.writes += 1;
    this.revision = { id: `c${this.writes}`, text };
    return this.revision.id;
  }

  async close(): Promise<void> {
    // The server stays.
  }
}

async function open(ref: StateRef, clock: StoreClock = steppingClock()) {
  const store = await openGitStore({ ref, version: VERSION, lease: LEASE, clock });
  onTestFinished(() => store.close());
  return store;
}

const refs = new Map<unknown, SharedRef>();
storeContract(
  "the store in a ref",
  async (clock) => {
    const ref = new SharedRef();
    const store = await open(ref, clock);
    refs.set(store, ref);
    return store;
  },
  async (store) => open(refs.get(store) as SharedRef),
  { interval: LOOK_INTERVAL },
);

/** Stops writes until it is told to let them go. */
function gate(ref: SharedRef) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  ref.before = () => {
    reach();
    return promise;
  };
  return { reached, open: resolve };
}

const intent = (key: string) => ({ kind: "channels", key, integration: "default/acme", startedAt: 1 });

test("updates that come in while a push is under way go together in the next one", async () => {
  const ref = new SharedRef();
  const store = await open(ref);
  const { reached, open: letGo } = gate(ref);
  const first = store.update(SYSTEM, { intend: [intent("first")] });
  await reached;
  const others = ["a", "b", "c"].map((key) => store.update(SYSTEM, { intend: [intent(key)] }));
  letGo();
  await Promise.all([first, ...others]);
  expect(ref.writes).toBe(2);
  expect((await (await open(ref)).system(SYSTEM))?.intents).toHaveLength(4);
});

test("an update is over only when it was pushed", async () => {
  const ref = new SharedRef();
  const store = await open(ref);
  const { reached, open: letGo } = gate(ref);
  let over = false;
  const update = store.update(SYSTEM, { intend: [intent("a")] }).then(() => {
    over = true;
  });
  await reached;
  expect({ over, seen: await store.system(SYSTEM) }).toEqual({ over: false, seen: undefined });
  letGo();
  await update;
  expect(ref.revision.text).toContain('"key":"a"');
});

test("an update that cannot be applied is refused alone; those that went with it are pushed", async () => {
  const ref = new SharedRef();
  const store = await open(ref);
  const broken = {
    ...entry("channels", "b"),
    get id(): string {
      throw new Error("unreadable");
    },
  };
  const ends = await Promise.allSettled([
    store.update(SYSTEM, { put: [entry("channels", "a")] }),
    store.update(SYSTEM, { put: [broken] }),
    store.update(SYSTEM, { put: [entry("channels", "c")] }),
  ]);
  expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect((await (await open(ref)).system(SYSTEM))?.inventory.map(({ key }) => key)).toEqual(["a", "c"]);
});

test("a write of somebody without the lock in between loses nothing of either", async () => {
  const ref = new SharedRef();
  const [one, two] = [await open(ref), await open(ref)];
  const lock = await one.lock(holder, 0);
  await two.update(SYSTEM, { put: [entry("channels", "two")] });
  await one.update(SYSTEM, { put: [entry("channels", "one")] });
  await lock.release();
  expect((await (await open(ref)).system(SYSTEM))?.inventory.map(({ key }) => key)).toEqual(["one", "two"]);
});

test("of two that take the lock at once, one gets it and the other is told who", async () => {
  const ref = new SharedRef();
  const [one, two] = [await open(ref), await open(ref)];
  const { reached, open: letGo } = gate(ref);
  const locks = [one.lock(holder, 0), two.lock({ ...holder, pid: 456 }, 0)];
  await reached;
  letGo();
  const ends = await Promise.allSettled(locks);
  expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  expect((ends[1] as PromiseRejectedResult).reason.message).toContain("pid 123 on host build-7");
});

test("the message about a lock says when its lease ends, and names the job", async () => {
  const ref = new SharedRef();
  await (await open(ref)).lock({ ...holder, job: "https://ci.example/jobs/7" }, 0);
  await expect((await open(ref)).lock(holder, 0)).rejects.toThrow(
    /of https:\/\/ci\.example\/jobs\/7 since .* its lease ends at 2026-11-25 12:00:33 UTC, and the next run takes over\.$/,
  );
});

test("a lock that nobody renews is taken over when its lease ends, not before", async () => {
  const ref = new SharedRef();
  await (await open(ref)).lock(holder, 0); // its clock stands still, as that of a killed job
  const clock = steppingClock();
  const next = await open(ref, clock);
  await expect(next.lock(holder, LEASE - 1)).rejects.toMatchObject({ code: "Locked" });
  await clock.sleep(1);
  await next.lock({ ...holder, pid: 456 }, 0);
  expect(JSON.parse(ref.revision.text ?? "").holder.pid).toBe(456);
});

test("a lock is renewed while its holder is alive, however little it writes", async () => {
  const ref = new SharedRef();
  const clock = steppingClock();
  await (await open(ref, clock)).lock(holder, 0);
  const other = await open(ref, clock);
  await expect(other.lock({ ...holder, pid: 456 }, 10 * LEASE)).rejects.toThrow("pid 123");
});

test("a holder that was taken over writes nothing more, and says who took over", async () => {
  const ref = new SharedRef();
  const slow = await open(ref);
  const slowLock = await slow.lock(holder, 0);
  await slow.update(SYSTEM, { intend: [intent("before")] });
  const clock = steppingClock();
  await clock.sleep(LEASE);
  const next = await open(ref, clock);
  await next.lock({ ...holder, pid: 456 }, 0);
  expect((await next.system(SYSTEM))?.intents).toEqual([intent("before")]);
  const { text } = ref.revision;
  for (const late of ["one", "two"]) {
    await expect(slow.update(SYSTEM, { intend: [intent(late)] })).rejects.toMatchObject({
      code: "Locked",
      message: expect.stringMatching(/not renewed in time, and the state was taken over by pid 456 on host build-7/),
    });
  }
  await slowLock.release();
  expect(ref.revision.text).toBe(text);
  await next.update(SYSTEM, { settle: [{ kind: "channels", key: "before" }] });
});

test("a holder that was taken over by one that is done already is refused too", async () => {
  const ref = new SharedRef();
  const slow = await open(ref);
  await slow.lock(holder, 0);
  const clock = steppingClock();
  await clock.sleep(LEASE);
  const next = await open(ref, clock);
  await (await next.lock({ ...holder, pid: 456 }, 0)).release();
  await expect(slow.update(SYSTEM, { intend: [intent("late")] })).rejects.toThrow("was taken over. Nothing more");
});

test("a holder whose lease ran out and that nobody replaced goes on", async () => {
  const ref = new SharedRef();
  const clock = steppingClock();
  const store = await open(ref, { ...clock, every: () => () => undefined });
  await store.lock(holder, 0);
  await clock.sleep(2 * LEASE);
  await store.update(SYSTEM, { intend: [intent("a")] });
  await expect((await open(ref, clock)).lock(holder, 0)).rejects.toMatchObject({ code: "Locked" });
});

test("a failed push refuses all that went with it, and is not taken for written", async () => {
  const ref = new SharedRef();
  const store = await open(ref);
  ref.before = () => {
    throw new StoreError("Unwritable", "The remote did not take it.");
  };
  const updates = ["a", "b"].map((key) => store.update(SYSTEM, { intend: [intent(key)] }));
  expect((await Promise.allSettled(updates)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await store.system(SYSTEM)).toBeUndefined();
});

test("a lock that cannot be freed does not fail what was done under it", async () => {
  const ref = new SharedRef();
  const store = await open(ref);
  const lock = await store.lock(holder, 0);
  ref.before = () => {
    throw new StoreError("Unwritable", "The remote did not take it.");
  };
  await lock.release();
  expect(ref.revision.text).toContain('"holder"');
});

test("closing frees the lock after the last update", async () => {
  const ref = new SharedRef();
  const store = await open(ref);
  await store.lock(holder, 0);
  const update = store.update(SYSTEM, { intend: [intent("a")] });
  await store.close();
  await update;
  expect(ref.revision.text).not.toContain('"holder"');
  expect(ref.revision.text).toContain('"key":"a"');
});

test("one that races for ever is given up with a message", async () => {
  const ref = new SharedRef();
  const store = await open(ref);
  let moves = 0;
  ref.before = () => {
    ref.revision = { ...ref.revision, id: `other-${moves++}` };
  };
  await expect(store.update(SYSTEM, {})).rejects.toThrow("Others keep writing to git:refs/plumbline/state.");
});
