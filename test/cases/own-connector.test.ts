/** Users' own connectors, as the built program runs them: they read with a reader, and it cannot write. */
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Plan } from "../../src/api/index.ts";
import { type CliResult, folderOf, program } from "../support/cli.ts";
import { contentOf } from "./files.ts";
import { expectNowhere } from "./leaks.ts";
import { notesManifest, ownConnector, startNotes } from "./own-platform.ts";

const SECRET = "s3cr3t/Tok+en_Value=0123456789abcdef";

/** A folder with the connector, and the built program in it. */
async function withOwn(connection: string) {
  const server = await startNotes();
  const folder = folderOf({
    "plumbline.config.yaml": "connectors: [./connector.js]\n",
    "connector.js": ownConnector,
    "package.json": '{ "type": "module" }',
    "acme.yaml": notesManifest(connection),
  });
  const run = (line: string, env: Record<string, string> = {}): Promise<CliResult> =>
    program(line.split(" "), { cwd: folder, env: { TOKEN: SECRET, BASE_URL: server.url, ...env } });
  const loaded = (): boolean => {
    const was = existsSync(join(folder, "loaded"));
    rmSync(join(folder, "loaded"), { force: true });
    return was;
  };
  return { server, folder, run, loaded };
}

const base = "baseUrl: { env: BASE_URL }";

describe("a connector of one's own, through the built program", () => {
  test("plans, applies, is quiet then, and is tested, like one that Plumbline brings along", async () => {
    const { server, run } = await withOwn(base);
    const plan = await run("plan --detailed-exitcode");
    expect({ code: plan.code, changed: server.changed() }).toEqual({ code: 2, changed: false });
    expect(plan.stdout).toContain("+ notes/first");
    expect(await run("apply --auto-approve")).toMatchObject({ code: 0 });
    expect([...server.notes]).toEqual([["first", "declared"]]);
    expect(await run("plan --detailed-exitcode")).toMatchObject({ code: 0 });
    expect((await run("test acme")).stdout).toContain("n1");
    expect(server.requests.every(({ headers }) => headers.authorization === `Bearer ${SECRET}`)).toBe(true);
  });

  test("runs no code for validate, get, show and schema, and validate says what went unchecked", async () => {
    const { run, loaded, server } = await withOwn(`${base}, nonsense: 1`);
    const { code, stderr } = await run("validate");
    expect(stderr).toContain("Connection, credentials and resources of notes were not checked");
    expect(stderr).toContain("--load-connectors");
    expect(code).toBe(0);
    for (const line of ["get", "schema plan", "forget acme --auto-approve", "--version", "validate --help"])
      await run(line);
    expect(loaded()).toBe(false);
    const checked = await run("validate --load-connectors");
    expect(checked.stderr).toContain('Unknown field "nonsense"');
    expect(checked.code).toBe(1);
    expect(loaded()).toBe(true);
    expect(server.requests).toEqual([]);
  });
});

const attempts = [
  ...["put", "delete", "patch", "post", "dots", "encoded", "below", "writer", "stash", "prototype"],
  ...["mutation", "hiddenMutation", "subscription", "rawGraphql", "elsewhere", "elsewherePost"],
];

describe("a connector that tries to write with its reader", () => {
  test("fails, whichever way it tries, and nothing is written", async () => {
    const other = await startNotes();
    const { server, folder, run } = await withOwn(base);
    rmSync(join(folder, "acme.yaml"));
    for (const attempt of attempts) {
      const text = notesManifest(`${base}, other: { env: OTHER }, attempt: ${attempt}`);
      const named = text
        .replace("name: acme ", `name: ${attempt.toLowerCase()} `)
        .replace("name: first", `name: ${attempt}`);
      writeFileSync(join(folder, `${attempt}.yaml`), named);
    }
    for (const line of ["plan -o json", "apply --auto-approve -o json"]) {
      const { code, stdout } = await run(line, { OTHER: other.url });
      const document = JSON.parse(stdout) as Plan & { plan?: Plan };
      const { integrations } = document.plan ?? document;
      expect(integrations.map(({ name, changes, failures }) => [name, changes, failures?.[0]?.code])).toEqual(
        attempts.map((attempt) => [attempt.toLowerCase(), [], "UNSUPPORTED"]).sort(),
      );
      expect(code).toBe(1);
    }
    expect({ changed: server.changed(), notes: [...server.notes], elsewhere: other.requests }).toEqual({
      ...{ changed: false, notes: [], elsewhere: [] },
    });
  });

  test("by naming a method among a GET's options sends a GET", async () => {
    const { server, run } = await withOwn(`${base}, attempt: method`);
    await run("plan");
    expect(server.changed()).toBe(false);
  });
});

describe("a redirect to another origin", () => {
  test.each([302, 307])("with %i takes no credential along", async (status) => {
    const other = await startNotes();
    const { server, run } = await withOwn(base);
    for (const path of ["/me", "/search"]) {
      server.redirect({ path, status, location: `${other.url}${path}` });
      await run("apply --auto-approve");
    }
    expect(other.requests.filter(({ headers }) => JSON.stringify(headers).includes(SECRET))).toEqual([]);
    expect(other.requests.filter(({ method }) => method !== "GET")).toEqual([]);
  });

  test("within the same origin keeps it", async () => {
    const { server, run } = await withOwn(base);
    server.redirect({ path: "/me", status: 302, location: "/me?again=1" });
    await run("plan");
    expect(server.requests.map(({ path }) => path)).toContain("/me");
    expect(server.requests.every(({ headers }) => headers.authorization === `Bearer ${SECRET}`)).toBe(true);
  });
});

test("an error that a connector makes of a credential is shown without it", async () => {
  const { run, folder } = await withOwn(`${base}, attempt: secret`);
  const other = notesManifest(`${base}, attempt: secretError`).replace("name: acme", "name: other");
  writeFileSync(join(folder, "other.yaml"), other.replace("name: first", "name: second"));
  const texts: Record<string, string> = {};
  for (const line of ["plan -o json --log-level debug", "apply --auto-approve --log-level debug", "get -o json"]) {
    const { stdout, stderr } = await run(line);
    texts[line] = stdout + stderr;
  }
  for (const [file, content] of Object.entries(contentOf(folder))) texts[file] = content;
  expect(texts["apply --auto-approve --log-level debug"]?.match(/could not be read/g)).toHaveLength(2);
  expectNowhere(texts, SECRET);
});
