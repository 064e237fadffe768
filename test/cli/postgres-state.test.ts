/** The commands about tokens, events and the audit log on a state in PostgreSQL. */
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
