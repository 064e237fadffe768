/** What only a thread that writes to the SQLite file can do wrong; what it writes is the same code. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { StoreError } from "../../../src/store/index.ts";
import { openSqliteStore } from "../../../src/store/sqlite-store.ts";
import { createWritingThread } from "../../../src/store/thread/thread.ts";
import { START, temporaryFolder, VERSION } from "../support.ts";
import { event } from "./support.ts";

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
