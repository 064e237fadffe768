/** On SQLite only the holder of the state works: what a killed one was at is free as soon as another holds it. */
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openSqliteStore } from "../../../src/store/sqlite-store.ts";
import { holder, START, temporaryFolder, VERSION } from "../support.ts";
import { claimed, delivery, followed } from "./support.ts";

async function twoPrograms() {
  const file = join(await temporaryFolder(), "state.db");
  const clock = {
    now: () => START,
    monotonic: () => START,
    sleep: async () => undefined,
    every: () => () => undefined,
  };
  const [killed, next] = await Promise.all([1, 2].map(() => openSqliteStore({ file, version: VERSION, clock })));
  if (!killed || !next) throw new Error("Two were opened.");
  onTestFinished(async () => {
    await killed.close();
    await next.close();
  });
  await followed(killed.events, "e1", [delivery("d1")]);
  expect(await claimed(killed.events)).toEqual(["d1"]);
  return next;
}

test("a delivery that a killed program was at is claimed by the next holder of the state at once", async () => {
  const next = await twoPrograms();
  await next.lock(holder, 0);
  expect(await claimed(next.events, { worker: "w2" })).toEqual(["d1"]);
  expect(await next.events.attempts("d1")).toMatchObject([{ outcome: "lost" }]);
});

test("a program that does not hold the state takes nothing from the one that does", async () => {
  const next = await twoPrograms();
  expect(await claimed(next.events, { worker: "w2" })).toEqual([]);
});
