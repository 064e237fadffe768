/** Each kind, action, setting and limit of a connector has an example on its page, and each example is accepted. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadPlatforms } from "../../scripts/build/connectors.ts";
import { generatedPart } from "../../scripts/generate/pages.ts";
import type { AnnotatedSchema } from "../../src/api/index.ts";
import { parameterProblems, parseAssignments } from "../../src/cli/parameters.ts";
import { type CompiledConnector, compileConnector } from "../../src/connector-kit/compile.ts";
import type { Action } from "../../src/connector-kit/contract.ts";
import { SchemaChecks } from "../../src/connector-kit/facade/schema-checks.ts";
import { builtinPlatforms } from "../../src/manifests/platform-source.ts";
import { acme } from "../connector-kit/http-fixture.ts";
import {
  blocksIn,
  type Fragment,
  manifests,
  parsed,
  problemsWith,
  sectionOf,
  settingsIn,
  wordsOf,
} from "./connector-pages.ts";

const root = join(import.meta.dirname, "../..");
const platforms = await loadPlatforms(root);
const source = builtinPlatforms();
const checks = new SchemaChecks();

/** Connection and credentials as the connector's own examples have them. */
function settingsOf({ schemas }: CompiledConnector): { connection: Fragment; credentials: Fragment } {
  const first = ({ examples = [{}] }: AnnotatedSchema) => examples[0] as Fragment;
  return { connection: first(schemas.connection), credentials: first(schemas.credentials) };
}

/** The entry that a fragment declares of a kind, however deep. */
function entryIn({ resources }: Fragment, kind: string): Fragment {
  let entry = resources as Fragment;
  for (const property of kind.split(".")) entry = (entry[property] as [Fragment])[0];
  return entry;
}

async function parameterMistakes({ parameters }: Action, given: unknown): Promise<string[]> {
  const schema = parameters as unknown as AnnotatedSchema;
  return parameterProblems(await checks.problems(schema, given), schema);
}

describe.each([...platforms])("%s", (platform, compiled) => {
  const page = readFileSync(join(root, `docs/connectors/${platform}.md`), "utf8");
  const settings = settingsOf(compiled);
  const actions = Object.entries(compiled.connector.actions ?? {});

  test.each([...compiled.kinds.keys()])("declares one of %s in its section, and validate accepts it", async (kind) => {
    const [example, ...more] = blocksIn(sectionOf(page, `Kind: \`${kind}\``), "yaml");
    expect(more).toEqual([]);
    const fragment = parsed(example ?? "resources: {}");
    expect(Object.keys(entryIn(fragment, kind))).not.toEqual([]);
    expect(await problemsWith(manifests(platform, { ...settings, ...fragment }), source)).toEqual([]);

    const entry = entryIn(fragment, kind);
    const [field = ""] = Object.keys(entry);
    const value = entry[field];
    entry[field] = { nothing: [] };
    expect(await problemsWith(manifests(platform, { ...settings, ...fragment }), source)).not.toEqual([]);
    entry[field] = value;
    entry.nothing = 1;
    expect(await problemsWith(manifests(platform, { ...settings, ...fragment }), source)).not.toEqual([]);
  });

  test.each(actions)("does %s by a command that execute takes", async (name, action) => {
    const [command, ...more] = blocksIn(sectionOf(page, `Action: \`${name}\``), "sh");
    expect(more).toEqual([]);
    const [verb, integration, called, ...flags] = wordsOf(command ?? "");
    expect([verb, integration, called]).toEqual(["execute", `acme-${platform}`, name]);
    expect(flags.filter((_, index) => index % 2 === 0)).toEqual(flags.filter((word) => word === "-p"));
    const schema = action.parameters as unknown as AnnotatedSchema;
    const assignments = flags.filter((word) => word !== "-p");
    const given = parseAssignments(assignments, schema);
    expect(await parameterMistakes(action, given)).toEqual([]);
    expect(given).toEqual(schema.examples?.[0]);
    expect(await parameterMistakes(action, parseAssignments([...assignments, "nothing=1"], schema))).not.toEqual([]);
  });

  test.each(actions)("does %s by a Rule that validate accepts", async (name) => {
    const [example, ...more] = blocksIn(sectionOf(page, `Action: \`${name}\``), "yaml");
    expect(more).toEqual([]);
    const fragment = parsed(example ?? "actions: []");
    expect(await problemsWith(manifests(platform, settings, fragment), source)).toEqual([]);
    const [step] = fragment.actions as [Fragment];
    expect(step).toMatchObject({ integration: `acme-${platform}`, action: name });
    step.parameters = { ...(step.parameters as Fragment), nothing: 1 };
    expect(await problemsWith(manifests(platform, settings, fragment), source)).toHaveLength(1);
  });

  test.each(["connection", "credentials"] as const)(
    "shows each setting under spec.%s, and validate accepts it",
    async (part) => {
      const heading = `${part === "connection" ? "Settings" : "Credentials"}: \`spec.${part}\``;
      const shown = settingsIn(sectionOf(page, heading));
      const declared = Object.keys(compiled.schemas[part].properties ?? {});
      expect([...shown.keys()]).toEqual(declared);
      for (const [name, example] of shown) {
        expect(Object.keys(example)).toEqual([name]);
        const given = { ...settings, [part]: { ...settings[part], ...example } };
        expect(await problemsWith(manifests(platform, given), source)).toEqual([]);
        const wrong = { ...settings, [part]: { ...settings[part], [name]: [[]] } };
        expect(await problemsWith(manifests(platform, wrong), source)).not.toEqual([]);
      }
    },
  );

  test("says how its credential is made and with which permissions, and shows a whole manifest", () => {
    expect(sectionOf(page, "The credential")).toMatch(/^\| for \| .*(permissions|scopes|settings) \|$/m);
    expect(blocksIn(sectionOf(page, "An example"), "yaml")[0]).toContain("kind: Integration");
  });

  test.runIf(compiled.connector.notify !== undefined)(
    "shows a NotificationRoute that validate accepts, with a target that the connector takes",
    async () => {
      const [example, ...more] = blocksIn(sectionOf(page, "Notifications: `receivers[].target`"), "yaml");
      expect(more).toEqual([]);
      const route = `${manifests(platform, settings)}\n---\n${example}`;
      expect(await problemsWith(route, source)).toEqual([]);
      const { receivers } = parsed(example ?? "").spec as { receivers: { target: Fragment }[] };
      const schema = compiled.connector.target as unknown as AnnotatedSchema;
      expect(await checks.problems(schema, receivers[0]?.target)).toEqual([]);
      expect(await checks.problems(schema, { ...receivers[0]?.target, nothing: 1 })).toHaveLength(1);
      expect(receivers).toMatchObject([{ integration: `acme-${platform}` }]);
    },
  );

  test("shows how to stay below the limits, and validate accepts it", async () => {
    const [example = "{}"] = blocksIn(sectionOf(page, "Limits"), "yaml");
    expect(parsed(example)).toHaveProperty("rateLimit.requestsPerSecond");
    expect(await problemsWith(manifests(platform, { ...settings, ...parsed(example) }), source)).toEqual([]);
  });
});

describe("a connector that lacks an example gets no page", () => {
  const schema = { type: "object", properties: { name: { type: "string" } }, required: ["name"] };
  const described = { description: "Does something.", result: schema, run: async () => ({}) };
  async function* none() {
    yield* [];
  }
  const things = { schema, key: () => "", list: () => none() };

  test.each([
    { what: "a kind", parts: { resources: { things } }, says: "acme: the kind things has no example" },
    {
      what: "a nested kind",
      parts: {
        resources: {
          things: { ...things, schema: { ...schema, examples: [{ name: "a" }] } },
          parts: { ...things, parent: "things" },
        },
      },
      says: "acme: the kind things.parts has no example",
    },
    {
      what: "an action",
      parts: { actions: { do_it: { ...described, parameters: schema } } },
      says: "acme: the action do_it has no example",
    },
  ])("$what", ({ parts, says }) => {
    expect(() => generatedPart(compileConnector(acme(parts as object)))).toThrow(says);
  });

  test("and a value that a shell would change is quoted", () => {
    const examples = [{ name: "it's $HOME & *", list: ["a b"], deep: { a: 1 }, plain: "C012/x" }];
    const actions = { do_it: { ...described, parameters: { ...schema, examples } } };
    const text = generatedPart(compileConnector(acme({ actions } as object)));
    const [command = ""] = blocksIn(text, "sh");
    expect(wordsOf(command)).toEqual([
      ...["execute", "acme-acme", "do_it", "-p", "name=it's $HOME & *", "-p", 'list=["a b"]'],
      ...["-p", 'deep={"a":1}', "-p", "plain=C012/x"],
    ]);
    expect(command).toContain("-p plain=C012/x");
  });
});
