/** What holds between processes: the lock, and what a kill -9 leaves behind. */
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { entry, holder, SYSTEM, startChild, steppingClock, temporaryFolder, VERSION } from "./support.ts";

async function state() {
  return join(await temporaryFolder(), ".plumbline", "state.db");
}

async function open(file: string, clock = steppingClock()) {
  const store = await openSqliteStore({ file, version: VERSION, clock });
  onTestFinished(() => store.close());
  return store;
}

test("an apply in another process is refused, naming the one that holds the state", async () => {
  const file = await state();
  await (await open(file)).lock(holder, 0);
  expect(await startChild("try", file).line()).toMatch(
    /^Locked: Another apply holds this state: pid 123 on host build-7 \("plumbline apply -f \."\) since 2026-11-25 12:00:03 UTC\./,
  );
});

test("a holder that is killed frees the lock at once, and its name blocks nobody", async () => {
  const file = await state();
  const child = startChild("hold", file);
  expect(await child.line()).toBe("held");
  const store = await open(file);
  await expect(store.lock(holder, 0)).rejects.toThrow(`pid ${child.process.pid} on host here`);
  await child.kill();
  await store.lock(holder, 0);
  await expect((await open(file)).lock(holder, 0)).rejects.toThrow("pid 123");
});

test("one that waits gets the lock when the holder is killed", async () => {
  const file = await state();
  const child = startChild("hold", file);
  expect(await child.line()).toBe("held");
  const clock = steppingClock(async (elapsed) => {
    if (elapsed === 200) await child.kill();
  });
  const store = await open(file, clock);
  await store.lock(holder, 1000);
  expect(clock.monotonic()).toBe(200);
});

test("others read and write while a process holds the state", async () => {
  const file = await state();
  expect(await startChild("hold", file).line()).toBe("held");
  const store = await open(file);
  await store.update(SYSTEM, { put: [entry("channels", "a")] });
  expect((await store.system(SYSTEM))?.inventory).toEqual([entry("channels", "a")]);
});

test("a process that is killed in a transaction leaves nothing of it, and no lock", async () => {
  const file = await state();
  const store = await open(file);
  await store.update("s", { put: [entry("channels", "before")] });
  const child = startChild("half", file);
  expect(await child.line()).toBe("half");
  await child.kill();
  await store.lock(holder, 0);
  expect(await store.system("s")).toEqual({ inventory: [entry("channels", "before")], intents: [], failures: [] });
  await store.update("s", { put: [entry("channels", "z")] });
  expect((await store.system("s"))?.inventory).toHaveLength(2);
});

test("a process that is killed between updates keeps every one that it reported, and halves of none", async () => {
  const file = await state();
  const child = startChild("pairs", file);
  let reported = -1;
  while (reported < 40) reported = Number(await child.line());
  await child.kill();
  const { inventory = [] } = (await (await open(file)).system("s")) ?? {};
  const keys = (kind: string) => inventory.filter((thing) => thing.kind === kind).map(({ key }) => key);
  expect(keys("a")).toEqual(keys("b"));
  expect(keys("a")).toEqual(expect.arrayContaining(Array.from({ length: reported + 1 }, (_, index) => `${index}`)));
});

test("processes that create the state at once all get it, and lose no update", async () => {
  const file = await state();
  const children = ["a", "b", "c", "d"].map((name) => startChild("write", file, name));
  expect(await Promise.all(children.map((child) => child.line()))).toEqual(children.map(() => "written"));
  expect((await (await open(file)).system("s"))?.intents).toHaveLength(80);
});
