/** The commands about tokens, events and the audit log on a state in PostgreSQL. */
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { openPostgresStore } from "../../src/store/postgres/postgres-store.ts";
import { deadLetters, newEvent } from "../server/fixture.ts";
import { startPostgres } from "../support/postgres.ts";
import { place } from "./fixture.ts";

const postgres = await startPostgres();

test("they work beside whoever else has it open, and show no password", async () => {
  const url = await postgres.database();
  const store = await openPostgresStore({ url, version: "0.1.0" });
  onTestFinished(() => store.close());
  const { run } = place();
  const on = (line: string) => run([...line.split(" "), "--state", url]);
  const [seq] = await deadLetters(store, [newEvent()]);
  const token = (await on("token create ci --role operator")).stdout.trim();
  expect(await store.tokens.token(token.split("_")[1] as string)).toMatchObject({ name: "ci", role: "operator" });
  expect((await on(`events replay default/r/${seq}`)).stdout).toContain("Brought back 1 delivery.");
  expect((await store.events.delivery(`default/r/${seq}`))?.state).toBe("waiting");
  expect((await on("events list")).stdout).toContain("github.issues");
  expect((await on("audit list")).stdout).toMatch(/delivery\.replay.*\n.*token\.create/);
  const { code, stdout, stderr } = await on("audit verify");
  expect([code, stdout.startsWith("2 entries"), stderr]).toEqual([0, true, ""]);
  const wrong = url.replace(":secret@", ":other-secret@").replace(/:\d+\//, ":1/");
  const refused = await run(["token", "list", "--state", wrong]);
  expect([refused.code, refused.stderr.includes("other-secret")]).toEqual([1, false]);
});

test.each(["events list", "events dead", "audit list", "audit verify", "token list"])(
  "%s on a database that holds no state yet makes none",
  async (line) => {
    const url = await postgres.database();
    const { code, stderr } = await place().run([...line.split(" "), "--state", url]);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("plumbline:")]);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    onTestFinished(() => client.end());
    const { rows } = await client.query("select tablename from pg_tables where schemaname = current_schema()");
    expect(rows).toEqual([]);
  },
);
