/** Tokens: made once, shown once, ended at once. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { secretOf } from "../support/token.ts";
import { place } from "./fixture.ts";

const create = "token create grafana --role viewer";

describe("token create", () => {
  test("prints the token alone on stdout, and keeps its hash only", async () => {
    const { folder, run } = place();
    const { code, stdout, stderr } = await run(create);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^plt_[0-9a-f]{16}_[A-Za-z0-9_-]{43}\n$/);
    expect(stderr).not.toContain(stdout.trim());
    const database = readFileSync(join(folder, ".plumbline/state.db"));
    const log = readFileSync(join(folder, ".plumbline/state.db-wal"), { flag: "a+" });
    const kept = Buffer.concat([database, log]).toString("latin1");
    expect(kept).not.toContain(secretOf(stdout.trim()));
    expect(kept).toContain(createHash("sha256").update(stdout.trim()).digest("hex"));
  });

  test("two are never the same", async () => {
    const { run } = place();
    expect((await run("token create a --role viewer")).stdout).not.toBe(
      (await run("token create b --role viewer")).stdout,
    );
  });

  test.each([
    { line: "token create x", says: "--role viewer, operator, admin" },
    { line: "token create x --role veiwer", says: 'Did you mean "viewer"?' },
    { line: "token create X --role viewer", says: "NAME takes lower-case" },
    { line: "token create x --role viewer --expires 0d", says: "ends at once" },
    { line: "token create x --role viewer --expires soon", says: '"soon" is not a duration' },
    { line: "token create x --role viewer --namespace Prod", says: "--namespace" },
    {
      line: "token create x --role viewer --state git:refs/plumbline/state",
      says: "keeps no events, tokens or audit log",
    },
    { line: "token create", says: "NAME is missing" },
    { line: "token make", says: "Run `plumbline token --help`" },
    { line: "token lst", says: 'There is no command "lst". Did you mean "list"?' },
    { line: "tokn list", says: 'There is no command "tokn". Did you mean "token"?' },
    { line: "token create x --rol viewer", says: 'There is no flag --rol. Did you mean "--role"?' },
  ])("$line is refused, and nothing is made: $says", async ({ line, says }) => {
    const { folder, run } = place();
    const { code, stdout, stderr } = await run(line);
    expect(stderr).toContain(says);
    expect([code, stdout, existsSync(join(folder, ".plumbline"))]).toEqual([1, "", false]);
  });

  test("refuses a name that a valid token has, and takes it again after its end", async () => {
    const { run } = place();
    await run(create);
    const again = await run(create);
    const id = /revoke ([0-9a-f]{16})/.exec(again.stderr)?.[1];
    expect(again.code).toBe(1);
    await run(`token revoke ${id}`);
    expect((await run(create)).code).toBe(0);
  });
});

describe("token list", () => {
  test("shows role, namespaces and end, and no value", async () => {
    const { run } = place();
    const { stdout: token } = await run(
      "token create team-a --role operator --namespace team-a --namespace prod --expires 90d",
    );
    const { stdout } = await run("token list");
    expect(stdout).toMatch(/team-a +operator +team-a,prod +\d{4}-\d\d-\d\d +valid until \d{4}/);
    expect(stdout).not.toContain(token.trim());
    const [item] = JSON.parse((await run("token list -o json")).stdout).items;
    expect(Date.parse(item.expiresAt) - Date.parse(item.createdAt)).toBe(90 * 86_400_000);
    expect(Object.keys(item)).toEqual(["id", "name", "role", "namespaces", "createdAt", "expiresAt", "valid"]);
  });

  test("makes no state where there is none", async () => {
    const { folder, run } = place();
    expect((await run("token list")).stderr).toContain("There are no tokens.");
    expect(existsSync(join(folder, ".plumbline"))).toBe(false);
  });
});

describe("token revoke", () => {
  test("ends a token, once", async () => {
    const { run } = place();
    const id = (await run(create)).stdout.split("_")[1];
    expect((await run(`token revoke ${id}`)).stdout).toContain(`Revoked ${id} (grafana)`);
    expect((await run(`token revoke ${id}`)).stderr).toContain("was revoked before");
    expect(JSON.parse((await run("token list -o json")).stdout).items).toMatchObject([{ valid: false }]);
  });

  test("does not repeat what may be a whole token by mistake", async () => {
    const { run } = place();
    const token = (await run(create)).stdout.trim();
    const { code, stderr } = await run(`token revoke ${token}`);
    expect([code, stderr.includes(token)]).toEqual([1, false]);
  });
});
