/** The audit log: what commands write into it, how it is read, and what its chain shows. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { secretOf } from "../support/token.ts";
import { manifest, type Place, place, twoRooms } from "./fixture.ts";

async function entries({ run }: Place, line = "audit list -o json") {
  return JSON.parse((await run(line)).stdout).items as Record<string, unknown>[];
}

/** Changes the state behind Plumbline's back. */
function tamper(folder: string, statement: string): void {
  const database = new DatabaseSync(join(folder, ".plumbline/state.db"));
  database.exec(statement);
  database.close();
}

describe("what commands write", () => {
  test("apply writes who it was, for which Integration, and how many of what", async () => {
    const here = place();
    await here.run("apply --auto-approve", { env: { USER: "ada" } });
    expect(await entries(here)).toMatchObject([
      {
        actor: "cli:ada@test-host",
        action: "apply",
        resourceType: "integration",
        resourceId: "default/acme",
        outcome: "done",
        details: { create: 2 },
      },
    ]);
  });

  test("apply and plan write nothing where nothing was changed", async () => {
    const here = place();
    await here.run("apply --auto-approve");
    await here.run("apply --auto-approve");
    await here.run("plan");
    expect(await entries(here)).toHaveLength(1);
  });

  test("apply writes the commit of the manifests' repository", async () => {
    const here = place();
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
        cwd: here.folder,
        encoding: "utf8",
      });
    git("init", "--quiet");
    git("add", ".");
    git("commit", "--quiet", "-m", "first");
    await here.run("apply --auto-approve");
    expect((await entries(here))[0]?.commit).toBe(git("rev-parse", "HEAD").trim());
  });

  test("forget, token create and token revoke each write an entry with what they did", async () => {
    const here = place();
    await here.run("apply --auto-approve");
    await here.run("forget acme rooms/incidents --auto-approve");
    const id = (await here.run("token create ci --role operator")).stdout.split("_")[1];
    await here.run(`token revoke ${id}`);
    expect(await entries(here)).toMatchObject([
      { action: "token.revoke", resourceType: "token", resourceId: id, details: { name: "ci" } },
      { action: "token.create", details: { name: "ci", role: "operator" } },
      { action: "forget", resourceId: "default/acme", details: { forgotten: 1, all: false } },
      { action: "apply" },
    ]);
  });

  test("no entry holds a token's value", async () => {
    const here = place();
    const token = (await here.run("token create ci --role operator")).stdout.trim();
    expect(JSON.stringify(await entries(here))).not.toContain(secretOf(token));
  });
});

describe("audit list", () => {
  test.each([
    ["--resource-type integration --resource-id default/acme", 1],
    ["--resource-type token", 2],
    ["--actor cli:unknown@test-host", 3],
    ["--actor nobody", 0],
    ["--limit 2", 2],
  ])("with %s holds %i entries", async (flags, count) => {
    const here = place();
    await here.run("apply --auto-approve");
    await here.run("token create a --role viewer");
    await here.run("token create b --role viewer");
    expect(await entries(here, `audit list -o json ${flags}`)).toHaveLength(count);
  });

  test("as text has a line each", async () => {
    const { run } = place();
    await run("token create a --role viewer");
    expect((await run("audit list")).stdout).toMatch(
      /^1 +\d{4}-\d\d-\d\dT[\d:]+Z +cli:unknown@test-host +token\.create +token [0-9a-f]{16} +\{"name":"a","role":"viewer"\}\n$/,
    );
    expect((await place().run("audit list")).stderr).toContain("Nothing is on record.");
  });
});

describe("audit verify", () => {
  const prepared = async () => {
    const here = place({ "acme.yaml": manifest(twoRooms) });
    for (const name of ["a", "b", "c", "d"]) await here.run(`token create ${name} --role viewer`);
    return here;
  };

  test("finds nothing in a log that is as it was written", async () => {
    const { run } = await prepared();
    const { code, stdout } = await run("audit verify");
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^4 entries, each as it was written\. Last hash: [0-9a-f]{64}\n$/),
    ]);
    expect((await place().run("audit verify")).stdout).toContain("0 entries");
  });

  test.each([
    ["an actor was changed", "update audit set actor = 'cli:eve@host' where seq = 2", "Entry 2 "],
    ["details were changed", `update audit set details = '{"name":"b","role":"admin"}' where seq = 2`, "Entry 2 "],
    ["a time was moved", "update audit set at = at + 1 where seq = 3", "Entry 3 "],
    ["a commit was added", `update audit set commit_id = '${"a".repeat(40)}' where seq = 1`, "Entry 1 "],
    ["a hash was changed", `update audit set hash = '${"0".repeat(64)}' where seq = 2`, "Entry 2 "],
    ["an entry was taken out", "delete from audit where seq = 2", "Entry 3 "],
    ["the first was taken out", "delete from audit where seq = 1", "Entry 2 "],
    [
      "two were exchanged",
      "update audit set seq = -seq where seq in (2, 3); update audit set seq = 5 + seq where seq < 0",
      "Entry 2 ",
    ],
  ])("names the first entry that is broken when %s", async (_, statement, says) => {
    const { folder, run } = await prepared();
    tamper(folder, statement);
    const { code, stdout, stderr } = await run("audit verify");
    expect(stderr).toContain(says);
    expect([code, stdout]).toEqual([1, ""]);
  });
});
