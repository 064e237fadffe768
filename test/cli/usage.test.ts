import { describe, expect, test } from "vitest";
import { allCommands, commands, groups } from "../../src/cli/routes.ts";
import { place } from "./fixture.ts";

const names = Object.keys(commands);

test("every command of this version is there", () => {
  expect(names).toEqual([
    "init",
    "validate",
    "plan",
    "show",
    "apply",
    "drift",
    "get",
    "forget",
    "test",
    "execute",
    "simulate",
    "controller",
    "import",
    "fmt",
    "connectors",
    "schema",
    "explain",
    "graph",
    "completion",
    "doctor",
  ]);
});

test.each(names)("the help of %s has examples of it, and asks nothing", async (name) => {
  const { fake, run } = place();
  const { code, stdout, stderr } = await run(`${name} --help`);
  expect(code).toBe(0);
  expect(stderr).toBe("");
  expect(stdout.match(new RegExp(`^  plumbline ${name}( |$)`, "gm"))?.length).toBeGreaterThanOrEqual(3);
  expect(fake.reads).toEqual([]);
});

test("every command of two words is there", () => {
  expect([...allCommands.keys()].filter((name) => name.includes(" "))).toEqual([
    "events list",
    "events show",
    "events replay",
    "events dead",
    "notifications list",
    "notifications stats",
    "silence add",
    "silence list",
    "silence expire",
    "audit list",
    "audit verify",
    "token create",
    "token list",
    "token revoke",
  ]);
});

test.each(Object.keys(groups))("the help of %s lists its commands, each with an example of its own", async (group) => {
  const { run } = place();
  const { stdout } = await run(`${group} --help`);
  const inGroup = [...allCommands.keys()].filter((name) => name.startsWith(`${group} `));
  for (const name of inGroup) {
    expect(stdout).toMatch(new RegExp(`^  ${name.split(" ")[1]} +[A-Z]`, "m"));
    expect((await run(`${name} --help`)).stdout).toMatch(new RegExp(`^  plumbline ${name}( |$)`, "m"));
  }
});

test("help lists every command, and comes without being asked for", async () => {
  const { run } = place();
  const { code, stdout } = await run("");
  expect(code).toBe(0);
  for (const name of [...names, ...Object.keys(groups)]) expect(stdout).toMatch(new RegExp(`^  ${name} +[A-Z]`, "m"));
  expect((await run("--help")).stdout).toBe(stdout);
});

test("--version prints the version alone", async () => {
  const { stdout, code } = await place().run("--version");
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(code).toBe(0);
});

describe("a command line that cannot be understood ends with 1, writes nothing to stdout and says", () => {
  test.each([
    { line: "pln", says: 'There is no command "pln". Did you mean "plan"?' },
    { line: "vaildate", says: 'There is no command "vaildate". Did you mean "validate"?' },
    { line: "xyzzy", says: 'There is no command "xyzzy".\n' },
    { line: "--verison", says: 'There is no flag --verison. Did you mean "--version"?' },
    {
      line: "plan --detailed-exit-code",
      says: 'There is no flag --detailed-exit-code. Did you mean "--detailed-exitcode"?',
    },
    { line: "plan --ony acme", says: 'There is no flag --ony. Did you mean "--only"?' },
    { line: "apply --hlep", says: 'There is no flag --hlep. Did you mean "--help"?' },
    { line: "plan -z", says: "There is no flag -z." },
    { line: "plan --out", says: "--out needs a value." },
    { line: "plan --log-level inf", says: '"inf" is not one of error, warn, info, debug. Did you mean "info"?' },
    {
      line: "plan -o toml",
      says: '"toml" is no format; there are text, json, yaml, markdown, junit, sarif, github, codequality.',
    },
    {
      line: "plan -o jsn",
      says: '"jsn" is no format; there are text, json, yaml, markdown, junit, sarif, github, codequality. Did you mean "json"?',
    },
    { line: "get -o sarif", says: '"sarif" is not written by this command; there are text, json, yaml.' },
    { line: "apply --confirm-removals many", says: '"many" is no whole number from 0' },
    { line: "validate here", says: '"here" is one argument too many.' },
    { line: "show", says: "plan.json is missing." },
  ])("$line: $says", async ({ line, says }) => {
    const { code, stdout, stderr } = await place().run(line);
    expect(stderr).toContain(says);
    expect(stderr).toMatch(/Run `plumbline ([a-z]+ )?--help`/);
    expect(stdout).toBe("");
    expect(code).toBe(1);
  });
});

describe("colours", () => {
  test.each([
    { name: "are there on a terminal", line: "plan", env: {}, terminal: 80, colored: true },
    { name: "are not there elsewhere", line: "plan", env: {}, terminal: undefined, colored: false },
    { name: "are taken away by NO_COLOR", line: "plan", env: { NO_COLOR: "1" }, terminal: 80, colored: false },
    {
      name: "are not taken away by an empty NO_COLOR",
      line: "plan",
      env: { NO_COLOR: "" },
      terminal: 80,
      colored: true,
    },
    { name: "are taken away by --no-color", line: "plan --no-color", env: {}, terminal: 80, colored: false },
    { name: "are taken away by TERM=dumb", line: "plan", env: { TERM: "dumb" }, terminal: 80, colored: false },
    { name: "are forced by FORCE_COLOR", line: "plan", env: { FORCE_COLOR: "1" }, terminal: undefined, colored: true },
    { name: "do not survive NO_COLOR in errors", line: "pln", env: { NO_COLOR: "1" }, terminal: 80, colored: false },
    {
      name: "do not survive --no-color in help",
      line: "plan --help --no-color",
      env: {},
      terminal: 80,
      colored: false,
    },
  ])("$name", async ({ line, env, terminal, colored }) => {
    const options = { env: { ...env, CI: "1" }, ...(terminal === undefined ? {} : { terminal }) };
    const { stdout, stderr } = await place().run(line, options);
    expect((stdout + stderr).includes("\u001b[")).toBe(colored);
  });
});
