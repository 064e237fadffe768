/**
 * The registry. Modules of users run in a process of their own, under the real Node.js: the test
 * runner resolves imports itself and would hide whether the kit is found.
 */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Registry } from "../../src/connector-kit/index.ts";
import { acme } from "./http-fixture.ts";

const registryModule = join(import.meta.dirname, "../../src/connector-kit/registry.ts");
const kitModule = join(import.meta.dirname, "../../src/connector-kit/index.ts");
let folder: string;

const source = (platform: string, extra = "") => `
import { ConnectorError, defineConnector, Secret, Type } from "plumbline/connector-kit";
export const error = ConnectorError;
export default defineConnector({
  platform: "${platform}", title: "T", connection: Type.Object({}), credentials: Type.Object({ token: Secret() }),
  open: () => ({ reader: {}, writer: {} }), check: async () => ({}), ${extra}
});`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plumbline-registry-"));
  const files = {
    "mine.js": source("mine"),
    "typed.ts": `type Name = string;\nexport const name: Name = "x";${source("typed")}`,
    "again.js": source("mine"),
    "builtin.js": source("acme"),
    "nothing.js": "export const x = 1;",
    "broken.js": "export default {{",
    "half.js": 'export default { platform: "half", title: "Half", connection: {}, credentials: {}, check() {} };',
    "keyless.js": source("keyless", "resources: { shelves: { schema: {}, async *list() {} } },"),
    "nameless.js": source("nameless", "resources: { shelves: undefined },"),
    "idle.js": source("idle", 'actions: { lend: { description: "Lends.", parameters: {}, result: {} } },'),
    "bad-name.js": source("Bad_Name"),
    "package.json": '{ "type": "module" }',
    "node_modules/plumbline-connector-x/package.json":
      '{ "name": "plumbline-connector-x", "type": "module", "exports": { "import": "./main.js" } }',
    "node_modules/plumbline-connector-x/main.js": source("packaged"),
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What is asked of a registry over some modules. */
interface Question {
  modules: readonly string[];
  /** An asynchronous expression over `registry`. */
  expression: string;
}

/** Answers all questions in one process; each with its value, or the error's message after a "!". */
async function ask(questions: readonly Question[]): Promise<unknown[]> {
  const answers = questions.map(
    ({ modules, expression }) => `await (async (registry) => ${expression})(make(${JSON.stringify(modules)}))
      .catch((error) => "! " + error.message) ?? null`,
  );
  const script = `
    import { Registry } from ${JSON.stringify(registryModule)};
    import { ConnectorError } from ${JSON.stringify(kitModule)};
    const builtIn = { acme: async () => { throw new Error("not asked for"); } };
    const make = (modules) => new Registry(builtIn, { modules, folder: ${JSON.stringify("FOLDER")}, allowed: true });
    console.log(JSON.stringify([${answers.join(",")}]));`.replace("FOLDER", folder);
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  return JSON.parse(stdout) as unknown[];
}

describe("built-in connectors", () => {
  test("are loaded when they are first asked for, once", async () => {
    let loads = 0;
    const registry = new Registry({
      acme: async () => {
        loads += 1;
        return { default: acme() };
      },
    });
    expect([registry.names, loads]).toEqual([["acme"], 0]);
    const [first, second] = await Promise.all([registry.load("acme"), registry.load("acme")]);
    expect(first).toBe(second);
    expect(loads).toBe(1);
    expect(await registry.load("nobody")).toBeUndefined();
    expect(await registry.load("constructor")).toBeUndefined();
  });

  test("are told apart from a user's own, whose code does not run where it may not", async () => {
    const own = { modules: ["./does-not-exist.js"], folder: "/", allowed: false };
    const registry = new Registry({ acme: async () => ({ default: acme() }) }, own);
    expect(await registry.load("mine")).toBe("unloaded");
    expect(await registry.load("acme")).toMatchObject({ connector: { platform: "acme" } });
    expect(registry.names).toEqual(["acme"]);
  });
});

describe("a user's own connectors", () => {
  const refused: readonly [string[], string][] = [
    [["./missing.js"], "cannot be loaded"],
    [["no-such-package"], "cannot be loaded"],
    [["./broken.js"], "cannot be loaded"],
    [["./nothing.js"], "defineConnector"],
    [["./half.js"], 'its connector lacks the function "open".'],
    [["./keyless.js"], 'its resource "shelves" lacks the function "key".'],
    [["./nameless.js"], 'its resource "shelves" lacks the function "key".'],
    [["./idle.js"], 'its action "lend" lacks the function "run".'],
    [["./bad-name.js"], "lower-case letters and digits"],
    [["./builtin.js"], "which Plumbline itself brings already"],
    [["./mine.js", "./again.js"], 'which "./mine.js" brings already'],
  ];
  let found: unknown;
  let messages: string[];

  beforeAll(async () => {
    const modules = ["./mine.js", "./typed.ts", "plumbline-connector-x"];
    const expression = `{
      const found = [];
      for (const name of ["mine", "typed", "packaged"]) found.push((await registry.load(name)).connector.platform);
      const mine = await import(${JSON.stringify(join(folder, "mine.js"))});
      return { found, names: registry.names, same: mine.error === ConnectorError, none: await registry.load("no") ?? null };
    }`;
    const questions = refused.map(([bad]) => ({ modules: bad, expression: 'registry.load("other")' }));
    const answers = await ask([{ modules, expression }, ...questions]);
    found = answers[0];
    messages = answers.slice(1) as string[];
  });

  test("are found by path, in JavaScript and TypeScript, and by package, with the kit of this program", () => {
    expect(found).toEqual({
      found: ["mine", "typed", "packaged"],
      names: ["acme", "mine", "packaged", "typed"],
      same: true,
      none: null,
    });
  });

  test.each(refused.map(([modules, message], index) => ({ module: modules.at(-1), message, index })))(
    "$module is refused by name: $message",
    ({ module, message, index }) => {
      expect(messages[index]).toContain(`! The connector module "${module}" cannot be used: `);
      expect(messages[index]).toContain(message);
    },
  );
});
