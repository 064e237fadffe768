import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { MIGRATIONS, migrate } from "../../src/store/migrations.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { entry, SYSTEM, temporaryFolder, VERSION } from "./support.ts";

const later = [...MIGRATIONS, () => "create table later (id text primary key) strict"];

function memory() {
  const database = new DatabaseSync(":memory:");
  onTestFinished(() => database.close());
  const tables = () =>
    database
      .prepare("select name from sqlite_schema where type = 'table'")
      .all()
      .map(({ name }) => name);
  const format = () => database.prepare("pragma user_version").get()?.user_version;
  return { database, tables, format };
}

test("a state goes from each format to the newest, and keeps what it held", () => {
  const { database, tables, format } = memory();
  migrate(database, { where: "state", version: "0.1.0" });
  database.exec("insert into systems values ('s')");
  migrate(database, { where: "state", version: "0.2.0", migrations: later });
  expect(format()).toBe(later.length);
  expect(tables()).toContain("later");
  expect(database.prepare("select system from systems").all()).toEqual([{ system: "s" }]);
});

test("a migration that fails leaves the format before it", () => {
  const { database, tables, format } = memory();
  migrate(database, { where: "state", version: VERSION });
  const broken = [...MIGRATIONS, () => "create table half (a text); insert into nowhere values (1)"];
  expect(() => migrate(database, { where: "state", version: VERSION, migrations: broken })).toThrow("nowhere");
  expect(format()).toBe(MIGRATIONS.length);
  expect(tables()).not.toContain("half");
});

test("a state of a newer format is refused, naming the version to install, and left as it is", async () => {
  const file = join(await temporaryFolder(), "state.db");
  const newer = new DatabaseSync(file);
  migrate(newer, { where: file, version: "0.9.0", migrations: later });
  newer.close();
  const before = await readFile(file);
  await expect(openSqliteStore({ file, version: VERSION })).rejects.toMatchObject({
    name: "StoreError",
    code: "NewerFormat",
    message:
      `${file} was written by a newer Plumbline (format ${later.length}, version 0.9.0); this one (version ${VERSION}) ` +
      `knows up to format ${MIGRATIONS.length}. Install Plumbline 0.9.0 or a later version; nothing was changed.`,
  });
  const again = new DatabaseSync(file, { readOnly: true });
  onTestFinished(() => again.close());
  expect(again.prepare("pragma user_version").get()).toEqual({ user_version: later.length });
  expect((await readFile(file)).length).toBe(before.length);
});

test("the version that made the format is recorded, and reopening by another one keeps it", async () => {
  const file = join(await temporaryFolder(), "state.db");
  for (const version of ["0.1.0", "0.1.7"]) {
    const store = await openSqliteStore({ file, version });
    await store.update(SYSTEM, { put: [entry("channels", version)] });
    await store.close();
  }
  const database = new DatabaseSync(file, { readOnly: true });
  onTestFinished(() => database.close());
  expect(database.prepare("select value from meta where name = 'program'").get()).toEqual({ value: "0.1.0" });
});
