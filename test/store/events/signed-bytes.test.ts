/** What SQLite's way of remembering signed bytes can do wrong; that they are remembered is part of the contract. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import type { LastingStore } from "../../../src/store/index.ts";
import { MIGRATIONS, migrate } from "../../../src/store/migrations.ts";
import { openSqliteStore } from "../../../src/store/sqlite-store.ts";
import { START, temporaryFolder, VERSION } from "../support.ts";
import { event } from "./support.ts";

/** How many are kept in memory. */
const MOST = 4096;

const newFile = async () => join(await temporaryFolder(), "state.db");
const hash = (n: number) => n.toString(16).padStart(64, "0");
const signed = (n: number) => event(`e${n}`, { signedHash: hash(n) });
const again = (n: number) => event(`again-${n}`, { signedHash: hash(n) });

async function open(file: string): Promise<LastingStore> {
  const store = await openSqliteStore({ file, version: VERSION });
  onTestFinished(() => store.close());
  return store;
}

/** What is in the file, as anyone reads it. */
function inFile(file: string): { hashes: number; settled: string | undefined } {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const count = database.prepare("select count(*) as count from signed").get()?.count as number;
    const settled = database.prepare("select value from meta where name = 'signed-settled'").get();
    return { hashes: count, settled: settled?.value as string | undefined };
  } finally {
    database.close();
  }
}

async function outcomes(store: LastingStore, numbers: readonly number[]): Promise<string[]> {
  return (await store.events.accept(numbers.map(again))).map(({ outcome }) => outcome);
}

test("the newest stand with their events only, and go into the table when enough have come together", async () => {
  const file = await newFile();
  const store = await open(file);
  const all = Array.from({ length: MOST - 1 }, (_, n) => signed(n));
  await store.events.accept(all);
  expect(inFile(file)).toEqual({ hashes: 0, settled: undefined });
  await store.events.accept([signed(MOST)]);
  expect(inFile(file)).toEqual({ hashes: MOST, settled: String(MOST) });
  await store.events.accept([signed(MOST + 1)]);
  expect(inFile(file).hashes).toBe(MOST);
  expect(await outcomes(store, [0, MOST, MOST + 1, MOST + 2])).toEqual(["replay", "replay", "replay", "stored"]);
});

test("few of large events go into the table too, so that little has to be read at a start", async () => {
  const file = await newFile();
  const store = await open(file);
  const data = "x".repeat(1024 * 1024);
  for (let n = 0; n < 15; n++) await store.events.accept([{ ...signed(n), data }]);
  expect(inFile(file).hashes).toBe(0);
  await store.events.accept([{ ...signed(15), data }]);
  expect(inFile(file).hashes).toBe(16);
});

test("those that are in no table yet are found after opening the state anew", async () => {
  const file = await newFile();
  const first = await openSqliteStore({ file, version: VERSION });
  await first.events.accept([signed(1), event("plain"), signed(2)]);
  await first.close();
  expect(inFile(file).hashes).toBe(0);
  expect(await outcomes(await open(file), [1, 2, 3])).toEqual(["replay", "replay", "stored"]);
});

test("those that another process took in are found, whether they are in the table by then or not", async () => {
  const file = await newFile();
  const [one, other] = [await open(file), await open(file)];
  await one.events.accept([signed(1)]);
  await other.events.accept([signed(2)]);
  expect(await outcomes(one, [2])).toEqual(["replay"]);
  await other.events.accept(Array.from({ length: MOST }, (_, n) => signed(10 + n)));
  expect(inFile(file).hashes).toBeGreaterThan(MOST);
  expect(await outcomes(one, [1, 2, 10, 10 + MOST - 1])).toEqual(["replay", "replay", "replay", "replay"]);
  await one.events.accept(Array.from({ length: MOST }, (_, n) => signed(10_000 + n)));
  expect(await outcomes(other, [1, 2, 10, 10_000])).toEqual(["replay", "replay", "replay", "replay"]);
});

test("a state of the format before keeps what it remembers", async () => {
  const file = await newFile();
  const older = new DatabaseSync(file);
  migrate(older, { where: file, version: "0.1.0", migrations: MIGRATIONS.slice(0, 4) });
  older.exec(`
    insert into events (namespace, source, id, type, received_at, trace, hops, attributes, data, signed_hash, state, repeats, bytes)
      values ('default', '/default/gh', 'old', 'github.issues', ${START}, 't', 0, '{}', '{}', '${hash(1)}', 'dispatched', 0, 2);
    insert into signed (source, hash, seq, at) values ('/default/gh', '${hash(1)}', 1, ${START})`);
  older.close();
  const store = await open(file);
  expect(inFile(file)).toEqual({ hashes: 1, settled: "1" });
  expect(await outcomes(store, [1, 2])).toEqual(["replay", "stored"]);
});
