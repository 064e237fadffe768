import fc from "fast-check";
import { expect, test } from "vitest";
import type { Integration } from "../../src/api/index.ts";
import { desiredEntries } from "../../src/manifests/desired.ts";
import type { Manifest } from "../../src/manifests/types.ts";
import { tries } from "../support/tries.ts";
import { compiledForge, forgeManifest } from "./forge.ts";

const flatten = (spec: string) => desiredEntries(forgeManifest(spec), compiledForge);

function manifestOf(spec: Partial<Integration["spec"]>): Manifest<Integration> {
  return {
    object: {
      apiVersion: "plumbline.dev/v1alpha1",
      kind: "Integration",
      metadata: { name: "acme" },
      spec: { platform: "forge", ...spec },
    },
    file: "a.yaml",
    locate: () => {
      throw new Error("nobody asked for a position");
    },
  };
}

test("nested lists become entries whose kind and key are paths", () => {
  const { entries, problems } = flatten(`
    resources:
      repositories:
        - name: Billing
          private: true
          labels: [{ name: area/API, color: "ff0000" }]
          environments:
            - name: prod
              variables: [{ name: REGION, value: eu }]
  `);
  expect(problems).toEqual([]);
  expect(entries.map(({ kind, key, keyText, spec }) => ({ kind, key, keyText, spec }))).toEqual([
    { kind: "repositories", key: ["Billing"], keyText: "billing", spec: { name: "Billing", private: true } },
    {
      kind: "repositories.labels",
      key: ["Billing", "area/API"],
      keyText: "billing/area~1api",
      spec: { name: "area/API", color: "ff0000" },
    },
    { kind: "repositories.environments", key: ["Billing", "prod"], keyText: "billing/prod", spec: { name: "prod" } },
    {
      kind: "repositories.environments.variables",
      key: ["Billing", "prod", "REGION"],
      keyText: "billing/prod/REGION",
      spec: { name: "REGION", value: "eu" },
    },
  ]);
});

test("a stated list of children counts as stated even when it is empty, an unstated one does not", () => {
  const { entries } = flatten(`
    defaults: { repositories: { environments: [] } }
    resources: { repositories: [{ name: a, labels: [] }] }
  `);
  expect(entries[0]?.statedChildren.toSorted()).toEqual(["repositories.environments", "repositories.labels"]);
});

test("defaults lie under entries: scalars and whole lists are overridden, objects are merged", () => {
  const { entries } = flatten(`
    defaults:
      repositories:
        private: true
        topics: [a, b]
        settings: { wiki: false, issues: true }
        lifecycle: { preventDestroy: true, onRemove: Archive }
    resources:
      repositories:
        - name: plain
        - { name: own, private: false, topics: [], settings: { wiki: true }, lifecycle: { onRemove: Orphan } }
  `);
  expect(entries.map(({ spec, lifecycle }) => ({ spec, lifecycle }))).toEqual([
    {
      spec: { name: "plain", private: true, topics: ["a", "b"], settings: { wiki: false, issues: true } },
      lifecycle: { preventDestroy: true, onRemove: "Archive" },
    },
    {
      spec: { name: "own", private: false, topics: [], settings: { wiki: true, issues: true } },
      lifecycle: { preventDestroy: true, onRemove: "Orphan" },
    },
  ]);
});

test("a reference to a secret is overridden whole, never mixed with the default's", () => {
  const { entries } = flatten(`
    defaults: { webhooks: { secret: { file: /run/hook } } }
    resources: { webhooks: [{ url: "https://a.example", secret: { env: HOOK } }] }
  `);
  expect(entries[0]?.spec.secret).toEqual({ env: "HOOK" });
});

test("children under defaults reach every parent, merged by normalised key with its own", () => {
  const { entries, problems } = flatten(`
    defaults:
      repositories:
        labels: [{ name: bug, color: "ff0000" }, { name: docs, color: "00ff00" }]
        environments: [{ name: prod, variables: [{ name: REGION, value: eu }] }]
    resources:
      repositories:
        - name: a
        - { name: b, labels: [{ name: Bug }, { name: own }], environments: [{ name: prod, variables: [{ name: X }] }] }
  `);
  expect(problems).toEqual([]);
  const byParent = Object.groupBy(entries, ({ key }) => key[0] as string);
  expect(byParent.a?.map(({ keyText }) => keyText)).toEqual(["a", "a/bug", "a/docs", "a/prod", "a/prod/REGION"]);
  expect(byParent.b?.map(({ keyText }) => keyText)).toEqual([
    "b",
    "b/bug",
    "b/own",
    "b/docs",
    "b/prod",
    "b/prod/X",
    "b/prod/REGION",
  ]);
  const bug = entries.find(({ keyText }) => keyText === "b/bug");
  expect(bug?.spec).toEqual({ name: "Bug", color: "ff0000" });
});

test("a value knows the line it was written on, in the entry or under the defaults", () => {
  const { entries } = flatten(`
    defaults:
      repositories:
        private: true
        labels:
          - name: bug
            color: "ff0000"
    resources:
      repositories:
        - name: api
          topics: [x]
  `);
  const [api, bug] = entries;
  expect(api?.source).toEqual({ file: "a.yaml", line: 14 });
  expect(api?.fieldSource("topics").line).toBe(15);
  expect(api?.fieldSource("private").line).toBe(8);
  expect(api?.fieldSource("settings").line).toBe(14);
  expect(bug?.source.line).toBe(10);
  expect(bug?.fieldSource("color").line).toBe(11);
});

test.each([
  { name: "written alike", second: "bug", says: '"bug" is declared twice, at a.yaml:10 and at a.yaml:11' },
  { name: "in another case", second: "Bug", says: '"bug" at a.yaml:10 and "Bug" at a.yaml:11 are one key to Forge' },
])("two entries with one key $name are one problem that names both lines", ({ second, says }) => {
  const { entries, problems } = flatten(`
    resources:
      repositories:
        - name: a
          labels:
            - name: bug
            - name: ${second}
  `);
  expect(entries).toHaveLength(2);
  expect(problems).toMatchObject([{ code: "DuplicateKey", file: "a.yaml", line: 11 }]);
  expect(problems[0]?.message).toContain(says);
});

test("a key that the defaults state twice is one problem, however many parents there are", () => {
  const { problems } = flatten(`
    defaults: { repositories: { labels: [{ name: bug }, { name: BUG }] } }
    resources: { repositories: [{ name: a }, { name: b }, { name: c }] }
  `);
  expect(problems).toHaveLength(1);
});

test("one key under two parents, and in two kinds, is no duplicate", () => {
  const { problems, entries } = flatten(`
    resources:
      repositories: [{ name: a, labels: [{ name: x }], environments: [{ name: x }] }, { name: b, labels: [{ name: x }] }]
  `);
  expect(problems).toEqual([]);
  expect(entries).toHaveLength(5);
});

test("keys that every object inherits are data", () => {
  const names = ["constructor", "toString", "__proto__", "hasOwnProperty"];
  const { entries, problems } = desiredEntries(
    manifestOf({
      defaults: { repositories: { labels: [{ name: "valueOf" }] } },
      resources: { repositories: [{ name: "__proto__", labels: names.map((name) => ({ name })) }] },
    }),
    compiledForge,
  );
  expect(problems).toEqual([]);
  expect(entries.map(({ key }) => key.at(-1))).toEqual(["__proto__", ...names, "valueOf"]);
});

test("a field called __proto__ is copied as data and changes no prototype", () => {
  const headers = JSON.parse('{"__proto__": {"env": "X"}}');
  const { entries } = desiredEntries(manifestOf({ resources: { webhooks: [{ url: "u", headers }] } }), compiledForge);
  const copied = entries[0]?.spec.headers as object;
  expect(Object.keys(copied)).toEqual(["__proto__"]);
  expect(Object.getPrototypeOf(copied)).toBe(Object.prototype);
});

const field = fc.record(
  {
    private: fc.boolean(),
    topics: fc.array(fc.constantFrom("x", "y")),
    settings: fc.record({ wiki: fc.boolean(), issues: fc.boolean() }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);

test("what an entry states wins, and what it leaves out comes from the defaults", () => {
  fc.assert(
    fc.property(field, field, (defaults, stated) => {
      const manifest = manifestOf({
        defaults: { repositories: defaults },
        resources: { repositories: [{ name: "a", ...stated }] },
      });
      const spec = desiredEntries(manifest, compiledForge).entries[0]?.spec ?? {};
      const settings =
        defaults.settings || stated.settings ? { settings: { ...defaults.settings, ...stated.settings } } : {};
      expect(spec).toEqual({ name: "a", ...defaults, ...stated, ...settings });
    }),
    tries(100),
  );
});

test("entries share no objects with each other, the defaults or the manifest", () => {
  fc.assert(
    fc.property(field, fc.array(field, { minLength: 2, maxLength: 4 }), (defaults, stated) => {
      const label = { name: "bug", color: "red" };
      const spec = {
        defaults: { repositories: { ...defaults, labels: [label] } },
        resources: { repositories: stated.map((each, index) => ({ name: `r${index}`, ...each })) },
      };
      const manifest = manifestOf(structuredClone(spec)); // what is generated must stay as it is
      const before = structuredClone(manifest.object);
      const { entries } = desiredEntries(manifest, compiledForge);
      const others = structuredClone(entries.slice(1).map(({ spec, lifecycle }) => ({ spec, lifecycle })));
      scramble(entries[0]?.spec);
      expect(manifest.object).toEqual(before);
      expect(entries.slice(1).map(({ spec, lifecycle }) => ({ spec, lifecycle }))).toEqual(others);
    }),
    tries(100),
  );
});

/** Changes everything inside a value, in place. */
function scramble(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const inner of Object.values(value)) scramble(inner);
  if (Array.isArray(value)) value.push("scrambled");
  else Object.assign(value, { scrambled: true });
}

test("ten thousand entries are made flat without looking up one position", () => {
  const repositories = Array.from({ length: 1000 }, (_, index) => ({
    name: `r${index}`,
    labels: Array.from({ length: 8 }, (__, label) => ({ name: `l${label}`, color: "ff0000" })),
  }));
  const manifest = manifestOf({
    defaults: { repositories: { private: true, labels: [{ name: "bug" }] } },
    resources: { repositories },
  });
  expect(desiredEntries(manifest, compiledForge).entries).toHaveLength(10_000);
});
