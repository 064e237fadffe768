/** `explain` and `schema --load-connectors`: what the declarations say, in words. */
import { describe, expect, test } from "vitest";
import { explain as explanationOf, type FieldLine } from "../../../src/cli/explain/explanation.ts";
import { follow } from "../../../src/cli/explain/find.ts";
import { rootOf } from "../../../src/cli/explain/roots.ts";
import { builtinPlatforms } from "../../../src/manifests/platform-source.ts";
import { cli, folderOf } from "../../support/cli.ts";
import { place } from "../fixture.ts";

const explain = async (line: string) => place().run(`explain ${line}`);

/** The text beside a label, its lines joined. */
function fact(stdout: string, label: string): string | undefined {
  const lines = stdout.split("\n");
  const first = lines.findIndex((line) => line.startsWith(`${label} `));
  if (first < 0) return undefined;
  const more = lines.slice(first + 1).findIndex((line) => !line.startsWith(" "));
  return [lines[first]?.slice(label.length), ...lines.slice(first + 1, first + 1 + Math.max(more, 0))]
    .map((line) => line?.trim())
    .join(" ");
}

describe("a field is explained by everything that its schema says", () => {
  test.each([
    {
      path: "Integration.spec.policy.maxRemovals",
      facts: { TYPE: "integer", REQUIRED: "no", DEFAULT: "10", LIMITS: "at least 0", EXAMPLE: "10" },
    },
    { path: "integration.spec.policy.mode", facts: { TYPE: "Enforce|Observe", VALUES: '"Enforce", "Observe"' } },
    { path: "Rule.spec.trigger", facts: { TYPE: "object", REQUIRED: "yes", DESCRIPTION: "Which events." } },
    { path: "Rule.spec.actions.retry.maxAttempts", facts: { TYPE: "integer", LIMITS: "at least 1" } },
    { path: "Rule.spec.trigger.event", facts: { TYPE: "string|list of string" } },
    { path: "NotificationRoute.spec.routes.routes.routes.match.severity", facts: { TYPE: "list of string" } },
    { path: "Configuration.allow.hosts", facts: { DESCRIPTION: /^Hosts that manifests may connect to/ } },
    { path: "Integration.metadata.labels.team", facts: { PATH: "Integration.metadata.labels.team", TYPE: "string" } },
    {
      path: "fake.rooms",
      facts: { KIND: "rooms (fake)", TYPE: "list of object", CHANGES: /archived, can be renamed/ },
    },
    { path: "fake.rooms.notes.title", facts: { KIND: "rooms.notes (fake)", REQUIRED: "yes" } },
    { path: "fake.rooms.size", facts: { COMPARED: /^immutable: / } },
    { path: "fake.rooms.tags", facts: { COMPARED: "as a set: order does not matter" } },
    { path: "fake.rooms.members", facts: { COMPARED: /as a set.* a reference to people.* a membership/ } },
    { path: "fake.rooms.token", facts: { TYPE: "secret", COMPARED: /^write-only: cannot be read back/ } },
    { path: "fake.credentials.token", facts: { COMPARED: /^write-only: a reference to a secret/ } },
    { path: "fake.rooms.lifecycle.onRemove", facts: { VALUES: '"Delete", "Orphan", "Archive"' } },
    { path: "slack.send_message.parameters.message", facts: { REQUIRED: "yes" } },
    { path: "github.repositories.branchProtection.enforce_admins", facts: { TYPE: "boolean", EXAMPLE: "true" } },
    { path: "github.repositories.auto_init", facts: { COMPARED: /^create-only: / } },
  ])("$path", async ({ path, facts }) => {
    const { code, stdout, stderr } = await explain(path);
    expect(stderr).toBe("");
    for (const [label, expected] of Object.entries(facts)) {
      if (typeof expected === "string") expect(fact(stdout, label), label).toBe(expected);
      else expect(fact(stdout, label), label).toMatch(expected);
    }
    expect(code).toBe(0);
  });

  test("what is not so is not said", async () => {
    const { stdout } = await explain("fake.rooms.topic");
    for (const label of ["DEFAULT", "VALUES", "LIMITS", "COMPARED", "CHANGES", "FIELDS"]) {
      expect(fact(stdout, label), label).toBeUndefined();
    }
  });

  test("the fields below it follow, the required ones marked", async () => {
    const { stdout } = await explain("fake.rooms");
    expect(stdout).toMatch(/^name \* +string +The room's name\.$/m);
    expect(stdout).toMatch(/^notes +list of object +/m);
    expect(stdout).toMatch(/^lifecycle +object +/m);
  });

  test("--recursive goes down to the last field, and once round where routes hold routes", async () => {
    const rooms = (await explain("fake.rooms --recursive")).stdout;
    expect(rooms).toMatch(/^ {2}notes {2}list of object\n {4}title \* {2}string$/m);
    const { stdout } = await explain("NotificationRoute --recursive");
    expect(stdout.match(/^ +routes {2}/gm)?.length).toBe(2);
  });

  test("--platform completes an Integration", async () => {
    const { code, stdout } = await explain("Integration.spec.resources.rooms.notes.text --platform fake");
    expect(fact(stdout, "KIND")).toBe("rooms.notes (fake)");
    expect(code).toBe(0);
  });

  test("no line is wider than the window", async () => {
    const { stdout } = await place().run("explain github.repositories --no-color", { terminal: 60 });
    expect(stdout.split("\n").filter((line) => line.length > 60)).toEqual([]);
  });
});

describe("-o prints the schema's part", () => {
  test("as JSON and as YAML", async () => {
    const json = JSON.parse((await explain("Integration.spec.policy.maxRemovals -o json")).stdout);
    expect(json).toMatchObject({ type: "integer", minimum: 0, default: 10 });
    expect((await explain("Integration.spec.policy.maxRemovals -o yaml")).stdout).toContain("minimum: 0\n");
  });

  test("with the definitions that it refers to, and without others", async () => {
    const routes = JSON.parse((await explain("NotificationRoute.spec.routes -o json")).stdout);
    expect(routes).toMatchObject({ items: { $ref: "#/$defs/route" }, $defs: { route: { type: "object" } } });
    const match = JSON.parse((await explain("NotificationRoute.spec.match -o json")).stdout);
    expect(match).not.toHaveProperty("$defs");
  });

  test("of an action: its parameters and its result", async () => {
    const action = JSON.parse((await explain("slack.send_message -o json")).stdout);
    expect(Object.keys(action.properties)).toEqual(["parameters", "result"]);
    expect(action.properties.parameters.required).toContain("message");
  });
});

describe("a path that leads nowhere ends with 1 and names the nearest word", () => {
  test.each([
    { line: "Integraton", says: 'There is no kind or platform "Integraton". Did you mean "Integration"?' },
    { line: "slak.channels", says: 'There is no kind or platform "slak". Did you mean "slack"?' },
    { line: "Rule.spec.triger", says: 'Rule.spec has no "triger". Did you mean "trigger"? It has title, trigger,' },
    { line: "fake.rooms.topc", says: 'fake.rooms has no "topc". Did you mean "topic"?' },
    { line: "fake.rooms.topic.more", says: 'fake.rooms.topic has no fields, so no "more".' },
    { line: "fake.constructor", says: 'fake has no "constructor".' },
    { line: "constructor", says: 'There is no kind or platform "constructor".' },
    { line: "Rule..spec", says: '"Rule..spec" is no path' },
    { line: "Integration.spec.resources.rooms", says: "depends on the platform: add --platform" },
    { line: "Integration.spec --platform fak", says: 'There is no platform "fak". Did you mean "fake"?' },
    { line: "Rule.spec --platform fake", says: "--platform completes an Integration; Rule does not depend on it." },
  ])("$line", async ({ line, says }) => {
    const { code, stdout, stderr } = await explain(line);
    expect(stderr).toContain(says);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });
});

test("every field of every platform can be asked for by its path, and says what it is", async () => {
  const platforms = builtinPlatforms();
  for (const name of platforms.names) {
    const root = await rootOf(platforms, name, undefined);
    const pathsOf = (fields: readonly FieldLine[], above: readonly string[]): string[][] =>
      fields.flatMap((field) => [[...above, field.name], ...pathsOf(field.fields, [...above, field.name])]);
    const paths = pathsOf(explanationOf(follow(root, []), true).fields, []);
    expect(paths.length).toBeGreaterThan(50);
    for (const path of paths) {
      const { description, type } = explanationOf(follow(root, path), false);
      if (path.at(-1) !== "<name>" && !path.includes("result")) expect(description, path.join(".")).not.toBe("");
      expect(type, path.join(".")).not.toBe("");
    }
  }
});

describe("an operator's own connector", () => {
  const connector = `
    const text = (description) => ({ type: "string", description, examples: [""] });
    export default {
      platform: "shelf", title: "Shelf",
      connection: { type: "object", properties: {} },
      credentials: { type: "object", properties: {} },
      open: () => ({ reader: {}, writer: {} }),
      check: async () => ({}),
      resources: { books: {
        schema: { type: "object", description: "A book.", required: ["name"], properties: { name: text("Its name.") } },
        key: (book) => book.name,
        async *list() {},
      } },
    };
    globalThis.shelfLoaded = true;`;
  const own = () => ({
    cwd: folderOf({ "plumbline.config.yaml": "connectors: [./shelf.mjs]\n", "shelf.mjs": connector }),
  });

  test("is explained with --load-connectors only, and the error says so", async () => {
    const refused = await cli(["explain", "shelf.books.name"], own());
    expect(refused.stderr).toContain("For a platform of your own connectors: --load-connectors.");
    expect(refused.code).toBe(1);
    const { code, stdout } = await cli(["explain", "shelf.books.name", "--load-connectors"], own());
    expect(fact(stdout, "DESCRIPTION")).toBe("Its name.");
    expect(code).toBe(0);
  });

  test("stands in the editor's schema with --load-connectors, beside the built-in ones", async () => {
    const { stdout, code } = await cli(["schema", "plumbline", "--load-connectors"], own());
    const { definitions } = JSON.parse(stdout);
    const { platform } = definitions.Integration.properties.spec.properties;
    expect(platform.enum).toEqual([...builtinPlatforms().names, "shelf"].sort());
    expect(code).toBe(0);
    expect((await cli(["schema", "plumbline"], own())).stdout).not.toContain("shelf");
  });

  test("has a schema of its own with --load-connectors", async () => {
    const { stdout } = await cli(["schema", "shelf", "--load-connectors"], own());
    expect(JSON.parse(stdout).properties.spec.properties.resources.properties).toHaveProperty("books");
    expect((await cli(["schema", "shelf"], own())).stderr).toContain("--load-connectors");
  });

  test("is not loaded while plumbline.config.yaml is wrong, and that is said", async () => {
    const cwd = folderOf({ "plumbline.config.yaml": "connectors: 5\n" });
    const { code, stderr } = await cli(["explain", "Rule", "--load-connectors"], { cwd });
    expect(stderr).toContain("plumbline.config.yaml:1");
    expect(code).toBe(1);
  });
});
