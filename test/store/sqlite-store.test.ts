import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CompiledQuery, Kysely, sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../src/store/database.ts";
import { type StoreClock, systemClock } from "../../src/store/index.ts";
import { rowStatement, sqliteDialect } from "../../src/store/sqlite-dialect.ts";
import { lockFileOf, openSqliteStore, SqliteStore } from "../../src/store/sqlite-store.ts";
import { storeContract } from "./contract.ts";
import { entry, holder, SYSTEM, temporaryFolder, VERSION } from "./support.ts";

async function open(file: string, clock?: StoreClock) {
  const store = await openSqliteStore({ file, version: VERSION, ...(clock ? { clock } : {}) });
  onTestFinished(() => store.close());
  return store;
}

storeContract(
  "the store in SQLite",
  async (clock) => open(join(await temporaryFolder(), ".plumbline", "state.db"), clock),
  async (store) => {
    await store.close();
    return open(store.url.slice("sqlite:".length));
  },
);

const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

test("the folder and every file in it are for this user alone, and Git ignores them", async () => {
  const folder = join(await temporaryFolder(), ".plumbline");
  const store = await open(join(folder, "state.db"));
  await store.lock(holder, 0);
  await store.update(SYSTEM, { put: [entry("channels", "a")] });
  expect(await mode(folder)).toBe("700");
  const files = (await readdir(folder)).sort();
  expect(files).toEqual([".gitignore", "lock.db", "state.db", "state.db-shm", "state.db-wal"]);
  expect(await Promise.all(files.map((file) => mode(join(folder, file))))).toEqual(files.map(() => "600"));
  expect(await readFile(join(folder, ".gitignore"), "utf8")).toBe("*\n");
});

test("a folder that somebody else made keeps its mode and gets no .gitignore", async () => {
  const folder = join(await temporaryFolder(), "data");
  await mkdir(folder);
  await chmod(folder, 0o755);
  await (await open(join(folder, "prod.db"))).close();
  expect(await readdir(folder)).toEqual(["prod.db"]);
  expect(await mode(folder)).toBe("755");
});

test("two states in one folder have a lock each", async () => {
  const folder = await temporaryFolder();
  expect(lockFileOf(join(folder, "state.db"))).toBe(join(folder, "lock.db"));
  const [one, two] = [await open(join(folder, "one.db")), await open(join(folder, "two.db"))];
  await one.lock(holder, 0);
  await two.lock(holder, 0);
  await expect((await open(join(folder, "one.db"))).lock(holder, 0)).rejects.toMatchObject({ code: "Locked" });
  await expect((await open(join(folder, "two.db"))).lock(holder, 0)).rejects.toMatchObject({ code: "Locked" });
});

test("closing the store frees its lock", async () => {
  const file = join(await temporaryFolder(), "state.db");
  const first = await open(file);
  await first.lock(holder, 0);
  await first.close();
  const second = await open(file);
  await second.lock(holder, 0);
  await expect((await open(file)).lock(holder, 0)).rejects.toMatchObject({ code: "Locked" });
});

test("opening the same state twice in one process frees no lock", async () => {
  const file = join(await temporaryFolder(), "state.db");
  await (await open(file)).lock(holder, 0);
  await (await open(file)).close();
  await expect((await open(file)).lock(holder, 0)).rejects.toMatchObject({ code: "Locked" });
});

test("commits are synced and references are checked", async () => {
  const file = join(await temporaryFolder(), "state.db");
  const database = await openDatabase({ file, where: file, version: VERSION, clock: systemClock(), mode: "write" });
  onTestFinished(() => database.close());
  const pragma = (name: string) => Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0];
  expect(["journal_mode", "synchronous", "foreign_keys", "busy_timeout"].map(pragma)).toEqual(["wal", 2, 1, 5000]);
});

test("a full disk is one clear error, and nothing of the update is kept", async () => {
  const file = join(await temporaryFolder(), "state.db");
  const database = await openDatabase({ file, where: file, version: VERSION, clock: systemClock(), mode: "write" });
  const store = new SqliteStore(database, file, systemClock());
  onTestFinished(() => store.close());
  await store.update(SYSTEM, { put: [entry("channels", "a")] });
  database.exec("pragma max_page_count = 30");
  const put = Array.from({ length: 2000 }, (_, index) => entry("channels", `k${index}`));
  const update = { drop: [{ kind: "channels", key: "a" }], put };
  await expect(store.update(SYSTEM, update)).rejects.toMatchObject({
    name: "StoreError",
    code: "Full",
    message: `The disk is full: nothing was written to ${file}, and what it held is unchanged. Free some space and run the command again.`,
  });
  expect((await store.system(SYSTEM))?.inventory).toEqual([entry("channels", "a")]);
  database.exec("pragma max_page_count = 100000");
  await store.update(SYSTEM, update);
  expect((await store.system(SYSTEM))?.inventory).toHaveLength(2000);
});

test.each([
  { name: "text", content: "this is no database\n".repeat(300) },
  { name: "a database whose first page is damaged", content: `SQLite format 3\0${"\x01".repeat(5000)}` },
])("$name in the place of the state is refused, and left as it is", async ({ content }) => {
  const file = join(await temporaryFolder(), "state.db");
  await writeFile(file, content);
  await expect(open(file)).rejects.toMatchObject({ code: "Corrupt", message: expect.stringContaining(file) });
  expect(await readFile(file, "utf8")).toBe(content);
});

test("a state that is damaged inside is refused when it is read", async () => {
  const file = join(await temporaryFolder(), "state.db");
  const put = Array.from({ length: 3000 }, (_, index) => entry("channels", `k${index}`));
  const store = await open(file);
  await store.update(SYSTEM, { put });
  await store.close();
  const bytes = await readFile(file);
  // The things' pages, which are most of the file, come after those of the schema.
  bytes.fill(0xff, 4096 * Math.floor(bytes.length / 4096 / 2));
  await writeFile(file, bytes);
  const again = await open(file);
  await expect(again.system(SYSTEM)).rejects.toMatchObject({ code: "Corrupt" });
});

test("a damaged lock file is refused, naming it", async () => {
  const folder = await temporaryFolder();
  const store = await open(join(folder, "state.db"));
  await writeFile(join(folder, "lock.db"), "x".repeat(5000));
  await expect(store.lock(holder, 0)).rejects.toMatchObject({
    code: "Corrupt",
    message: expect.stringContaining(join(folder, "lock.db")),
  });
});

test("another program's database is refused, and left as it is", async () => {
  const file = join(await temporaryFolder(), "state.db");
  const other = new DatabaseSync(file);
  other.exec("create table customers (name text)");
  other.close();
  await expect(open(file)).rejects.toMatchObject({
    code: "Corrupt",
    message: expect.stringContaining("another program's database"),
  });
  const again = new DatabaseSync(file, { readOnly: true });
  onTestFinished(() => again.close());
  expect(again.prepare("select name from sqlite_schema").all()).toEqual([{ name: "customers" }]);
});

test("a folder in the place of the file is one clear error", async () => {
  const file = await temporaryFolder();
  await expect(open(file)).rejects.toMatchObject({ code: "Unwritable", message: expect.stringContaining("--state") });
});

test("a file in the place of the folder is one clear error", async () => {
  const folder = join(await temporaryFolder(), "taken");
  await writeFile(folder, "");
  await expect(open(join(folder, "state.db"))).rejects.toMatchObject({ name: "StoreError", code: "Unwritable" });
});

test("the adapter gives the rows of a query, of a stream and of returning, and counts what changed", async () => {
  const database = new DatabaseSync(":memory:");
  const db = new Kysely<{ t: { n: number } }>({ dialect: sqliteDialect(database) });
  await sql`create table t (n integer)`.execute(db);
  expect(
    await db
      .insertInto("t")
      .values([{ n: 1 }, { n: 2 }])
      .returning("n")
      .execute(),
  ).toEqual([{ n: 1 }, { n: 2 }]);
  expect((await db.updateTable("t").set({ n: 3 }).executeTakeFirst()).numUpdatedRows).toBe(2n);
  expect(await db.selectFrom("t").selectAll().execute()).toEqual([{ n: 3 }, { n: 3 }]);
  const streamed: unknown[] = [];
  for await (const row of db.selectFrom("t").selectAll().stream()) streamed.push(row);
  expect(streamed).toEqual([{ n: 3 }, { n: 3 }]);
  await db.destroy();
  expect(database.isOpen).toBe(false);
});

test("a compiled statement binds each row by column, in the statement's order", () => {
  const database = new DatabaseSync(":memory:");
  database.exec("create table t (a text, b text)");
  rowStatement(
    database,
    CompiledQuery.raw("insert into t (b, a) values (?, ?)", ["b", "a"]),
  )([
    { a: "a1", b: "b1" },
    { a: "a2", b: "b2" },
  ]);
  expect(database.prepare("select a, b from t").all()).toEqual([
    { a: "a1", b: "b1" },
    { a: "a2", b: "b2" },
  ]);
  database.close();
});

test("opening an absent state for reading is one clear error, and creates nothing", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "sub", "state.db");
  await expect(openSqliteStore({ file, version: VERSION, mode: "read" })).rejects.toMatchObject({ code: "Unwritable" });
  expect(await readdir(folder)).toEqual([]);
});

test("a transaction keeps other writers out from its beginning, and one that only reads does not", async () => {
  const file = join(await temporaryFolder(), "t.db");
  const [database, other] = [new DatabaseSync(file), new DatabaseSync(file, { timeout: 0 })];
  onTestFinished(() => other.close());
  const db = new Kysely({ dialect: sqliteDialect(database) });
  onTestFinished(() => db.destroy());
  const write = () => other.exec("begin immediate; rollback");
  await db.transaction().execute(async () => expect(write).toThrow("locked"));
  await db
    .transaction()
    .setAccessMode("read only")
    .execute(async () => expect(write).not.toThrow());
});
