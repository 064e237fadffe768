/** What only a thread that writes to the SQLite file can do wrong; what it writes is the same code. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { StoreError } from "../../../src/store/index.ts";
import { openSqliteStore } from "../../../src/store/sqlite-store.ts";
import type { ToThread } from "../../../src/store/thread/protocol.ts";
import { createWritingThread } from "../../../src/store/thread/thread.ts";
import { START, temporaryFolder, VERSION } from "../support.ts";
import { delivery, event, following, holdOf } from "./support.ts";

async function open(file: string) {
  const store = await openSqliteStore({ file, version: VERSION, thread: true });
  onTestFinished(() => store.close());
  return store;
}

describe("events that a thread writes", () => {
  test("are in the file when the call resolves, for everyone who reads it", async () => {
    const store = await open(join(await temporaryFolder(), "state.db"));
    await store.events.accept([event("a")]);
    const other = await openSqliteStore({ file: store.url.slice("sqlite:".length), version: VERSION, mode: "read" });
    onTestFinished(() => other.close());
    expect(await other.events.events({ limit: 10 })).toMatchObject([{ id: "a" }]);
  });

  test("come one after the other, in the order of the calls", async () => {
    const { events } = await open(join(await temporaryFolder(), "state.db"));
    const calls = Array.from({ length: 50 }, (_, at) => events.accept([event(`e${at}`)]));
    const seqs = (await Promise.all(calls)).map(([answer]) => answer?.seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => (a as number) - (b as number)));
  });

  test("are written by the time that the store is closed, when nobody waits for them", async () => {
    const store = await open(join(await temporaryFolder(), "state.db"));
    const accepted = store.events.accept([event("a")]);
    await store.close();
    expect(await accepted).toMatchObject([{ outcome: "stored" }]);
  });

  test("work when a claim crosses over with all that its delivery has", async () => {
    const { events } = await open(join(await temporaryFolder(), "state.db"));
    const [accepted] = await events.accept([event("a")]);
    const delivery = { id: "d", kind: "rule", namespace: "default", target: "r", orderingKey: "k" } as const;
    const deliveries = [{ ...delivery, notBefore: START, input: "{}", trace: "ab".repeat(16) }];
    await events.dispatch([{ seq: accepted?.seq as number, state: "dispatched", deliveries }]);
    const claim = { now: START, limit: 5, worker: "w", until: START + 1000, passAfter: 1000 };
    expect((await events.claim(claim)).deliveries).toMatchObject([
      { id: "d", state: "running", attempts: 1, trace: "ab".repeat(16) },
    ]);
    expect(await events.renew("w", START + 2000, new Map([["d", "half"]]), ["d"])).toEqual(["d"]);
    expect(await events.delivery("d")).toMatchObject({ progress: "half", notBefore: START + 2000 });
  });
});

/** Sees what goes over to threads, from now on. */
function watchMessages(): { groups(): number[]; ids(): number[]; all(): readonly ToThread[] } {
  const sent = vi.spyOn(Worker.prototype, "postMessage");
  onTestFinished(() => sent.mockRestore());
  const all = () => sent.mock.calls.map(([message]) => message as ToThread);
  const calls = () => all().filter((message) => message !== "close");
  return {
    all,
    groups: () => calls().map(({ length }) => length),
    ids: () =>
      calls()
        .flat()
        .map(([id]) => id),
  };
}

/** Threads over a file that is there. */
async function threadOver() {
  const file = join(await temporaryFolder(), "state.db");
  const store = await open(file);
  const thread = createWritingThread({ file, version: VERSION });
  onTestFinished(() => thread.close());
  return { thread, store };
}

test("what follows ahead crosses over, and the answer says what the worker has", async () => {
  const { events } = await open(join(await temporaryFolder(), "state.db"));
  const ahead = { following: [following([delivery("a"), delivery("b")]), undefined], hold: holdOf() };
  expect((await events.accept([event("e1"), event("e2")], ahead)).map(({ followed }) => followed)).toEqual([
    { given: ["a"] },
    undefined,
  ]);
});

describe("a thread with many calls", () => {
  const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

  test("has four groups at most; what is asked meanwhile goes over as one when it answers, each once and in order", async () => {
    const sent = watchMessages();
    const { thread, store } = await threadOver();
    const answers = upTo(200).map((n) => thread.methods.accept([event(`e${n}`)]));
    expect(sent.groups()).toEqual([16, 16, 16, 16]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent.groups()).toHaveLength(4);
    const stored = (await Promise.all(answers)).flat();
    expect(stored.filter(({ outcome }) => outcome === "stored")).toHaveLength(200);
    expect(sent.groups()).toEqual([16, 16, 16, 16, 136]);
    expect(sent.ids()).toEqual(upTo(200));
    const kept = await store.events.events({ limit: 300 });
    expect(kept.map(({ id }) => id).toReversed()).toEqual(upTo(200).map((n) => `e${n}`));
  });

  test("takes new ones at once when it has answered all", async () => {
    const { thread } = await threadOver();
    for (const round of [1, 2, 3]) {
      const answers = upTo(90).map((n) => thread.methods.accept([event(`${round}-${n}`)]));
      expect((await Promise.all(answers)).flat().every(({ outcome }) => outcome === "stored")).toBe(true);
    }
    const sent = watchMessages();
    const answers = upTo(64).map((n) => thread.methods.accept([event(`last${n}`)]));
    expect(sent.groups()).toEqual([16, 16, 16, 16]);
    await Promise.all(answers);
  });

  test("answers calls that fail, and their groups count no longer", async () => {
    const { thread } = await threadOver();
    const bad = { ...event("bad"), namespace: null as unknown as string };
    const calls = upTo(150).map((n) => thread.methods.accept(n % 3 === 0 ? [bad] : [event(`e${n}`)]));
    const settled = await Promise.allSettled(calls);
    expect(settled.filter(({ status }) => status === "rejected")).toHaveLength(50);
    const sent = watchMessages();
    const again = upTo(64).map((n) => thread.methods.accept([event(`again${n}`)]));
    expect(sent.groups()).toEqual([16, 16, 16, 16]);
    await Promise.all(again);
  });

  test("carries out all that it was asked before it closes, also what had not gone over", async () => {
    const sent = watchMessages();
    const { thread, store } = await threadOver();
    const answers = upTo(100).map((n) => thread.methods.accept([event(`e${n}`)]));
    expect(sent.ids()).toEqual(upTo(64));
    const closed = thread.close();
    expect(sent.all().at(-1)).toBe("close");
    expect(sent.ids()).toEqual(upTo(100));
    await closed;
    expect((await Promise.all(answers)).flat().filter(({ outcome }) => outcome === "stored")).toHaveLength(100);
    expect(await store.events.events({ limit: 200 })).toHaveLength(100);
    expect(sent.ids()).toEqual(upTo(100));
  });

  test("that ends fails all of them, and another takes what comes after, whatever the first had", async () => {
    const file = join(await temporaryFolder(), "state.db");
    await writeFile(file, "no database at all, and longer than a header");
    const thread = createWritingThread({ file, version: VERSION });
    onTestFinished(() => thread.close());
    const failed = await Promise.allSettled(upTo(100).map((n) => thread.methods.accept([event(`e${n}`)])));
    expect(failed.filter(({ status }) => status === "rejected")).toHaveLength(100);
    await writeFile(file, "");
    const sent = watchMessages();
    const answers = upTo(100).map((n) => thread.methods.accept([event(`e${n}`)]));
    expect((await Promise.all(answers)).flat().every(({ outcome }) => outcome === "stored")).toBe(true);
    expect(sent.ids()).toEqual(upTo(100).map((n) => n + 100));
  });
});

describe("a thread", () => {
  test("that cannot open the file fails the calls with a remedy, and the next call starts another", async () => {
    const file = join(await temporaryFolder(), "sub", "state.db");
    await mkdir(join(file, ".."));
    await writeFile(file, "no database at all, and longer than a header");
    const thread = createWritingThread({ file, version: VERSION });
    const failed = await thread.methods.accept([event("a")]).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(StoreError);
    expect((failed as StoreError).message).toContain(file);
    await writeFile(file, "");
    expect(await thread.methods.accept([event("a")])).toMatchObject([{ outcome: "stored" }]);
    await thread.close();
  });

  test("that was never needed was never started, and closes at once", async () => {
    const thread = createWritingThread({ file: join(await temporaryFolder(), "none", "state.db"), version: VERSION });
    await thread.close();
  });

  test("tells an error of the store by its code", async () => {
    const { events } = await open(join(await temporaryFolder(), "state.db"));
    const flush = { owner: "nobody", put: [], drop: [], deliveries: [], notices: [] };
    await expect(events.dispatch([], flush)).rejects.toMatchObject({ name: "StoreError", code: "Superseded" });
  });
});
