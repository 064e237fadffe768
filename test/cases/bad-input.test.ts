/** Bad input of every kind: one clear error with its remedy, number 1, and nothing half done. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { manifest, type Place, place, twoRooms } from "../cli/fixture.ts";
import { cli, folderOf, program } from "../support/cli.ts";
import { contentOf } from "./files.ts";
import { githubManifest, onGitHub } from "./stage.ts";

const good = manifest(twoRooms);
const asking = ["plan", "drift", "apply --auto-approve", "test acme"];

/** Nine levels of nine: YAML's own form of a billion laughs. */
const bomb = [
  "a0: &a0 [x, x, x, x, x, x, x, x, x]",
  ...Array.from({ length: 9 }, (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level}, `.repeat(9)}]`),
  good,
].join("\n");

describe("a manifest that is no YAML we take is one problem, and no system is asked:", () => {
  test.each<{ fault: string; text: string | Uint8Array; code: string; at: string; remedy: string | undefined }>([
    {
      fault: "broken YAML",
      text: good.replace("name: incidents", "name: [incidents"),
      code: "YamlSyntax",
      at: "9:9",
      remedy: "]",
    },
    {
      fault: "a quote never closed",
      text: good.replace("topic: Sev", 'topic: "Sev'),
      code: "YamlSyntax",
      at: "10:7",
      remedy: "quote",
    },
    {
      fault: "a tab",
      text: good.replace("        topic", "\ttopic"),
      code: "TabIndentation",
      at: "9:1",
      remedy: "spaces",
    },
    {
      fault: "a tab after blanks",
      text: good.replace("        topic", "      \ttopic"),
      code: "TabIndentation",
      at: "9:7",
      remedy: "spaces",
    },
    {
      fault: "a key twice",
      text: good.replace("        topic: Sev 1 and 2", "        topic: a\n        topic: b"),
      code: "DuplicateKey",
      at: "10:9",
      remedy: undefined,
    },
    {
      fault: "a key twice at the top",
      text: `${good}kind: Integration\n`,
      code: "DuplicateKey",
      at: "11:1",
      remedy: undefined,
    },
    {
      fault: "more than 4 MiB",
      text: `${good}# ${"x".repeat(5 * 1024 * 1024)}\n`,
      code: "FileTooLarge",
      at: "1:1",
      remedy: "Split it",
    },
    { fault: "UTF-16", text: Buffer.from(`\uFEFF${good}`, "utf16le"), code: "NotUtf8", at: "1:1", remedy: "UTF-8" },
    {
      fault: "Latin-1",
      text: Buffer.from(good.replace("Sev 1", "S\u00e9v 1"), "latin1"),
      code: "NotUtf8",
      at: "9:17",
      remedy: "UTF-8",
    },
    { fault: "an alias bomb", text: bomb, code: "TooManyAliases", at: "", remedy: undefined },
    {
      fault: "a list a thousand deep",
      text: good.replace("topic: Sev 1 and 2", `topic: ${"[".repeat(1000)}${"]".repeat(1000)}`),
      code: "TooDeep",
      at: "9:",
      remedy: undefined,
    },
    {
      fault: "an alias of nothing",
      text: good.replace("Sev 1 and 2", "*nothing"),
      code: "UnknownAlias",
      at: "9:16",
      remedy: undefined,
    },
    {
      fault: "an anchor that holds itself",
      text: good.replace("Sev 1 and 2", "&self [*self]"),
      code: "",
      at: "9:",
      remedy: undefined,
    },
    {
      fault: "a tag",
      text: good.replace("Sev 1 and 2", "!!js/function 'function () {}'"),
      code: "",
      at: "9:16",
      remedy: undefined,
    },
    {
      fault: "%YAML 1.1",
      text: `%YAML 1.1\n---\n${good}`,
      code: "YamlVersion",
      at: "1:",
      remedy: "Remove the %YAML line.",
    },
    { fault: "a NUL", text: good.replace("Sev 1", "Sev\u0000 1"), code: "YamlSyntax", at: "9:", remedy: "Remove it" },
    {
      fault: "JSON with a comma too many",
      text: `{"apiVersion": "plumbline.dev/v1alpha1",, "kind": "Rule"}`,
      code: "YamlSyntax",
      at: "1:",
      remedy: "comma",
    },
    {
      fault: "a whole document of another program's",
      text: good.replace("kind: Integration", "kind: Deployment"),
      code: "UnknownKind",
      at: "2:7",
      remedy: "Integration",
    },
  ])("$fault", async ({ text, code, at, remedy }) => {
    const here = place({});
    writeFileSync(join(here.folder, "acme.yaml"), text);
    const before = contentOf(here.folder);
    const { stdout, code: ended } = await here.run("validate -o json");
    const { problems } = JSON.parse(stdout) as { problems: Record<string, unknown>[] };
    expect(problems).toHaveLength(1);
    const [problem] = problems;
    expect(`${problem?.line}:${problem?.column}`).toContain(at);
    expect(problem?.code).toContain(code);
    if (remedy !== undefined) expect(`${problem?.message} ${problem?.remedy}`).toContain(remedy);
    expect(ended).toBe(1);
    for (const command of asking) {
      const result = await here.run(command);
      expect(result.stderr).toContain(`acme.yaml:${at}`);
      expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 1, stdout: "" });
    }
    expect(here.fake.reads).toEqual([]);
    expect(contentOf(here.folder)).toEqual(before);
  });
});

describe("input that cannot be had:", () => {
  test.each([
    { line: "validate", says: 'The folder "." holds no *.yaml, *.yml, *.json.' },
    { line: "plan", says: "plumbline init" },
    { line: "apply --auto-approve", says: 'The folder "." holds no' },
    { line: "validate -f nowhere", says: 'There is no file or folder "nowhere".' },
    { line: "validate -f no*where", says: 'No file matches "no*where".' },
    { line: "apply nowhere.json --auto-approve", says: "nowhere.json: there is no such file." },
    { line: "show .", says: ".: it is a folder." },
  ])("$line in an empty folder says $says", async ({ line, says }) => {
    const here = place({});
    const { code, stdout, stderr } = await here.run(line);
    expect(stderr).toContain(says);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(contentOf(here.folder)).toEqual({});
  });

  test("folders, pipes and sockets that are called as manifests are passed over, and nothing waits for them", async () => {
    const here = place();
    mkdirSync(join(here.folder, "folder.yaml"));
    expect(spawnSync("mkfifo", [join(here.folder, "pipe.yaml")]).status).toBe(0);
    const server = createServer().listen(join(here.folder, "socket.yaml"));
    onTestFinished(() => void server.close());
    expect(await here.run("validate")).toMatchObject({ code: 0, stdout: "1 manifest is valid (1 file read).\n" });
  });

  test("a link that leads nowhere is an error that names it", async () => {
    const here = place();
    symlinkSync("nowhere", join(here.folder, "b.yaml"));
    const { code, stderr } = await here.run("validate");
    expect(stderr).toContain(
      "b.yaml  error  The file cannot be read: it does not exist, or is a link that leads nowhere.",
    );
    expect(code).toBe(1);
  });

  test("a file that this user may not read is an error with the reason, and the others are checked too", async () => {
    const cwd = folderOf({ "a.yaml": githubManifest("    {}\n"), "b.yaml": githubManifest("    repo: 1\n") });
    chmodSync(cwd, 0o755);
    chmodSync(join(cwd, "a.yaml"), 0);
    const under = process.getuid?.() === 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
    const { code, stderr } = await program(["validate"], { cwd, under });
    expect(stderr).toContain("a.yaml  error  The file cannot be read: permission denied.");
    expect(stderr).toContain("b.yaml:");
    expect(stderr).toContain("2 problems in 2 files.");
    expect(code).toBe(1);
  });
});

/** Applied once; what was asked since is none. */
async function applied(): Promise<Place & { state: string }> {
  const here = place();
  expect((await here.run("apply --auto-approve")).code).toBe(0);
  here.fake.forget();
  return { ...here, state: join(here.folder, ".plumbline/state.db") };
}

describe("a state that is", () => {
  test.each<{ fault: string; spoil(state: string): void; says: RegExp }>([
    {
      fault: "of a newer version",
      spoil(state) {
        const database = new DatabaseSync(state);
        database.exec("pragma user_version = 99; update meta set value = '9.8.7' where name = 'program'");
        database.close();
      },
      says: /written by a newer Plumbline \(format 99, version 9\.8\.7\).*Install Plumbline 9\.8\.7 or a later version; nothing was changed/,
    },
    {
      fault: "text",
      spoil: (state) => writeFileSync(state, "not a database at all, ".repeat(50)),
      says: /damaged or not an SQLite database.*backup/,
    },
    {
      fault: "cut off",
      spoil: (state) => truncateSync(state, 5000),
      says: /damaged or not an SQLite database.*backup/,
    },
    {
      fault: "overwritten in the middle",
      spoil(state) {
        const bytes = readFileSync(state);
        bytes.fill(0x5a, 4096, bytes.length);
        writeFileSync(state, bytes);
      },
      says: /damaged or not an SQLite database.*backup/,
    },
    {
      fault: "another program's",
      spoil(state) {
        rmSync(state);
        const database = new DatabaseSync(state);
        database.exec("create table customers (name text)");
        database.close();
      },
      says: /another program's database.*--state/,
    },
    {
      fault: "a folder",
      spoil(state) {
        rmSync(state);
        mkdirSync(state);
      },
      says: /cannot be opened or written.*--state/,
    },
  ])("$fault is one error for every command that needs it, and is left as it is", async ({ spoil, says }) => {
    const here = await applied();
    for (const suffix of ["-wal", "-shm"]) rmSync(here.state + suffix, { force: true });
    spoil(here.state);
    const before = contentOf(here.folder);
    for (const line of ["plan", "drift", "apply --auto-approve", "get", "forget acme --auto-approve"]) {
      const { code, stdout, stderr } = await here.run(line);
      expect(stderr.match(/^plumbline: /gm), line).toHaveLength(1);
      expect(stderr, line).toMatch(says);
      expect(stderr, line).toContain(here.state);
      expect({ code, stdout }, line).toEqual({ code: 1, stdout: "" });
    }
    expect(here.fake.writes).toEqual([]);
    expect(stateOf(here.folder)).toEqual(stateOf(before));
  });

  test("of an address that this version does not know is one error before anything is read", async () => {
    const { fake, run } = place();
    const { code, stderr } = await run("apply --auto-approve --state mysql://ada:hunter2@db/x");
    expect(stderr).toContain('knows no state of the scheme "mysql:"');
    expect(stderr).not.toContain("hunter2");
    expect({ code, writes: fake.writes }).toEqual({ code: 1, writes: [] });
  });
});

/** The state file alone: SQLite's helpers beside it may come and go. */
function stateOf(content: string | Record<string, string>): string | undefined {
  const files = typeof content === "string" ? contentOf(content) : content;
  return files[".plumbline/state.db"];
}

describe("a disk that is full", () => {
  const labels = Array.from({ length: 60 }, (_, index) => `label-${index}`);
  const text = githubManifest(
    `    repositories:\n      - name: api\n        labels: [${labels.map((name) => `{ name: ${name} }`).join(", ")}]\n`,
  );

  test("while applying stops it, says what was done, and the next run goes on without doubles", async () => {
    const stage = await onGitHub({ "acme.yaml": text }, { repositories: [{ name: "api" }] });
    const env = { BASE_URL: stage.proxy.url, TOKEN: stage.github.token };
    // The state and its log grow with each record; beyond this size the kernel refuses.
    const under = ["bash", "-c", 'ulimit -f 260; exec "$@"', "-"];
    const { code, stdout, stderr } = await program(["apply", "--auto-approve"], { cwd: stage.folder, env, under });
    expect(stderr).toMatch(/^plumbline: .*state\.db/m);
    expect(stderr.match(/^plumbline: /gm)).toHaveLength(1);
    expect(stdout + stderr).toMatch(/\d+ created/);
    expect(code).toBe(1);
    const made = stage.proxy.writes().length;
    expect(made).toBeGreaterThan(0);
    expect(made).toBeLessThan(labels.length);
    expect(Object.keys(await stage.github.labels("api"))).toHaveLength(made);
    const again = await program(["apply", "--auto-approve"], { cwd: stage.folder, env });
    expect(again.code, again.stdout + again.stderr).toBe(0);
    expect(Object.keys(await stage.github.labels("api")).sort()).toEqual([...labels].sort());
    expect(stage.proxy.writes()).toHaveLength(labels.length);
  });

  test("before anything could be recorded means that nothing is written to the system", async () => {
    const stage = await onGitHub({ "acme.yaml": text }, { repositories: [{ name: "api" }] });
    const env = { BASE_URL: stage.proxy.url, TOKEN: stage.github.token };
    const under = ["bash", "-c", 'ulimit -f 8; exec "$@"', "-"];
    const { code, stdout, stderr } = await program(["apply", "--auto-approve"], { cwd: stage.folder, env, under });
    expect(stderr).toMatch(/^plumbline: .*\.plumbline/m);
    expect({ code, stdout, writes: stage.proxy.writes() }).toEqual({ code: 1, stdout: "", writes: [] });
  });

  test("while a plan is saved leaves neither the plan nor a part of it", async () => {
    const stage = await onGitHub({ "acme.yaml": text }, { repositories: [{ name: "api" }] });
    const env = { BASE_URL: stage.proxy.url, TOKEN: stage.github.token };
    const under = ["bash", "-c", 'ulimit -f 2; exec "$@"', "-"];
    const { code, stderr } = await program(["plan", "--out", "plan.json"], { cwd: stage.folder, env, under });
    expect(stderr).toMatch(/^plumbline: .*plan\.json/m);
    expect(code).toBe(1);
    expect(Object.keys(contentOf(stage.folder))).toEqual(["acme.yaml"]);
  });
});

describe("a saved plan that is", () => {
  const made = { text: "" };
  const changed = (change: (plan: Record<string, unknown>) => void) => () => {
    const plan = JSON.parse(made.text) as Record<string, unknown>;
    change(plan);
    return JSON.stringify(plan);
  };

  test.each<{ fault: string; spoilt(): string; says: RegExp }>([
    {
      fault: "cut off",
      spoilt: () => made.text.slice(0, -40),
      says: /plan\.json is not JSON\. .*plumbline plan --out plan\.json/,
    },
    { fault: "empty", spoilt: () => "", says: /plan\.json is not JSON\. .*plumbline plan --out plan\.json/ },
    { fault: "a list", spoilt: () => "[]", says: /no plan.*plumbline plan --out plan\.json/ },
    { fault: "null", spoilt: () => "null", says: /no plan.*plumbline plan --out plan\.json/ },
    { fault: "a manifest", spoilt: () => good, says: /not JSON.*plumbline plan --out plan\.json/ },
    {
      fault: "of another kind",
      spoilt: changed((plan) => Object.assign(plan, { kind: "ApplyResult" })),
      says: /no plan: it does not say kind: "Plan"/,
    },
    {
      fault: "of a newer format",
      spoilt: changed((plan) => Object.assign(plan, { format: 7 })),
      says: /has the plan format 7, and Plumbline \S+ knows formats up to 1\. Use the version/,
    },
    {
      fault: "of a format that is no number",
      spoilt: changed((plan) => Object.assign(plan, { format: "1" })),
      says: /damaged plan.*plumbline plan --out/,
    },
    {
      fault: "without its integrations",
      spoilt: changed((plan) => delete plan.integrations),
      says: /damaged plan.*plumbline plan --out/,
    },
    {
      fault: "changed by hand",
      spoilt: () => made.text.replace("Sev 1 and 2", "Sev 9"),
      says: /changed after it was made|changed by hand|differ/,
    },
    {
      fault: "of another hash",
      spoilt: changed((plan) => Object.assign(plan, { hash: "0".repeat(64) })),
      says: /changed after it was made: its hash does not fit/,
    },
  ])("$fault is one error with the remedy, and no system is asked", async ({ fault, spoilt, says }) => {
    const here = place();
    await here.run("plan --out plan.json");
    made.text = readFileSync(join(here.folder, "plan.json"), "utf8");
    writeFileSync(join(here.folder, "plan.json"), spoilt());
    here.fake.forget();
    const before = contentOf(here.folder);
    for (const line of ["apply plan.json --auto-approve", "show plan.json"]) {
      if (fault === "changed by hand" && line.startsWith("show")) continue;
      const { code, stdout, stderr } = await here.run(line);
      expect(stderr.match(/^plumbline: /gm), line).toHaveLength(1);
      expect(stderr.replaceAll("\n", " "), line).toMatch(says);
      expect({ code, stdout }, line).toEqual({ code: 1, stdout: "" });
    }
    expect(here.fake.writes).toEqual([]);
    if (fault !== "changed by hand") {
      expect(here.fake.reads).toEqual([]);
      expect(contentOf(here.folder)).toEqual(before);
    }
  });

  test("-o json's output is no plan to apply, since it lacks its manifests", async () => {
    const here = place();
    writeFileSync(join(here.folder, "plan.json"), (await here.run("plan -o json")).stdout);
    const { code, stderr } = await here.run("apply plan.json --auto-approve");
    expect(stderr).toContain("plumbline plan --out");
    expect({ code, writes: here.fake.writes }).toEqual({ code: 1, writes: [] });
  });
});

test("a configuration that is wrong allows nothing, and is named with its line", async () => {
  const { fake, run, folder } = place();
  for (const [text, at] of [
    ["allow: { envs: [A] }\n", "plumbline.config.yaml:1:10"],
    ["allow:\n\tenv: [A]\n", "plumbline.config.yaml:2:1"],
    ["allow: {}\n---\nallow: {}\n", "plumbline.config.yaml:3:1"],
    ["connectors: ./x.js\n", "plumbline.config.yaml:1:13"],
  ] as const) {
    writeFileSync(join(folder, "plumbline.config.yaml"), text);
    const { code, stderr } = await run("plan");
    expect(stderr).toContain(at);
    expect(code).toBe(1);
  }
  expect(fake.reads).toEqual([]);
  expect((await cli(["validate"], { cwd: folder })).code).toBe(1);
});
