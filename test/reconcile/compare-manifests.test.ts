/** What the manifests of two moments differ in, each row a sentence of the documentation. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { IntegrationPlan } from "../../src/api/index.ts";
import { compileConnector } from "../../src/connector-kit/compile.ts";
import { desiredEntries } from "../../src/manifests/index.ts";
import { compareManifests, type DeclaredIntegration } from "../../src/reconcile/index.ts";
import { acme, manifestsIn } from "../support/engine.ts";
import { fakeSystem } from "../support/fakes.ts";
import { tries } from "../support/tries.ts";

const compiled = compileConnector(fakeSystem().connector);

function declared(yaml: string): DeclaredIntegration[] {
  return manifestsIn(yaml).map((manifest) => {
    return { integration: manifest.object, compiled, entries: desiredEntries(manifest, compiled).entries };
  });
}

function compare(base: string, head: string): IntegrationPlan[] {
  return compareManifests(declared(base), declared(head));
}

/** Changes as `update rooms/a /topic` or `blocked(delete) rooms/a PruneDisabled`. */
function told(parts: readonly IntegrationPlan[]): string[] {
  return parts.flatMap(({ changes }) =>
    changes.map(({ action, intended, kind, key, fields, reason }) =>
      [
        action === "blocked" ? `blocked(${intended})` : action,
        `${kind}/${key}`,
        ...(action === "create" ? [] : fields.map(({ path }) => path)),
        ...(reason === "" ? [] : [reason]),
      ].join(" "),
    ),
  );
}

const prune = "prune: true";
/** @param entries of rooms, as YAML flow. */
const manifest = (entries: string, policy = prune) => acme(`policy: { ${policy} }\nresources: { rooms: [${entries}] }`);

test.each<{ name: string; base: string; head: string; policy?: string; expected: string[] }>([
  {
    name: "nothing differs, in another order",
    base: "{ name: a }, { name: b }",
    head: "{ name: b }, { name: a }",
    expected: [],
  },
  { name: "a new entry is a create", base: "", head: "{ name: a }", expected: ["create rooms/a"] },
  {
    name: "another value is an update of its field",
    base: "{ name: a, topic: x }",
    head: "{ name: a, topic: y }",
    expected: ["update rooms/a /topic"],
  },
  {
    name: "a value that is stated now is an update",
    base: "{ name: a }",
    head: "{ name: a, topic: y }",
    expected: ["update rooms/a /topic"],
  },
  {
    name: "a value that is no longer stated is left as it is",
    base: "{ name: a, topic: x }",
    head: "{ name: a }",
    expected: [],
  },
  {
    name: "a set in another order is the same",
    base: "{ name: a, tags: [x, y] }",
    head: "{ name: a, tags: [y, x] }",
    expected: [],
  },
  {
    name: "an ignored field is left alone",
    base: "{ name: a, topic: x }",
    head: "{ name: a, topic: y, lifecycle: { ignoreFields: [/topic] } }",
    expected: [],
  },
  {
    name: "an immutable field is held back",
    base: "{ name: a, size: 1 }",
    head: "{ name: a, size: 2 }",
    expected: ["blocked(replace) rooms/a /size Immutable"],
  },
  {
    name: "an immutable field makes the thing anew where that is allowed",
    base: "{ name: a, size: 1 }",
    head: "{ name: a, size: 2, lifecycle: { allowReplace: true } }",
    expected: ["replace rooms/a /size Immutable"],
  },
  {
    name: "archiving is an update",
    base: "{ name: a }",
    head: "{ name: a, archived: true }",
    expected: ["update rooms/a /archived"],
  },
  {
    name: "bringing back is said",
    base: "{ name: a, archived: true }",
    head: "{ name: a }",
    expected: ["update rooms/a /archived Unarchive"],
  },
  {
    name: "archiving what must not go is held back",
    base: "{ name: a }",
    head: "{ name: a, archived: true, lifecycle: { preventDestroy: true } }",
    expected: ["blocked(update) rooms/a /archived PreventDestroy"],
  },
  { name: "an entry that is gone is a removal", base: "{ name: a }", head: "", expected: ["delete rooms/a"] },
  {
    name: "without prune a removal is held back",
    base: "{ name: a }",
    head: "",
    policy: "prune: false",
    expected: ["blocked(delete) rooms/a PruneDisabled"],
  },
  {
    name: "under Observe everything is held back",
    base: "{ name: a }, { name: b, topic: x }",
    head: "{ name: b, topic: y }, { name: c }",
    policy: "prune: true, mode: Observe",
    expected: [
      "blocked(update) rooms/b /topic Observe",
      "blocked(create) rooms/c /name Observe",
      "blocked(delete) rooms/a Observe",
    ],
  },
  {
    name: "what the base's entry said against its removal holds",
    base: "{ name: a, lifecycle: { preventDestroy: true } }",
    head: "",
    expected: ["blocked(delete) rooms/a PreventDestroy"],
  },
  {
    name: "what the policy protects stays",
    base: "{ name: a }",
    head: "",
    policy: "prune: true, protect: [rooms/a]",
    expected: ["blocked(delete) rooms/a Protected"],
  },
  {
    name: "an entry that is to be archived is archived",
    base: "{ name: a, lifecycle: { onRemove: Archive } }",
    head: "",
    expected: ["archive rooms/a"],
  },
  {
    name: "one that is archived already stays",
    base: "{ name: a, archived: true, lifecycle: { onRemove: Archive } }",
    head: "",
    expected: [],
  },
  {
    name: "an entry that is to be let go is let go, and what stands below it",
    base: "{ name: a, lifecycle: { onRemove: Orphan }, notes: [{ title: n }] }",
    head: "",
    expected: [],
  },
  {
    name: "what stands below a removed thing goes along",
    base: "{ name: a, notes: [{ title: n }] }",
    head: "",
    expected: ["delete rooms/a"],
  },
  {
    name: "a thing does not go while one below it may not",
    base: "{ name: a, notes: [{ title: n, lifecycle: { preventDestroy: true } }] }",
    head: "",
    expected: ["blocked(delete) rooms/a PreventDestroy"],
  },
  {
    name: "a child that is gone is a removal",
    base: "{ name: a, notes: [{ title: n }] }",
    head: "{ name: a }",
    expected: ["delete rooms.notes/a/n"],
  },
  {
    name: "an entry that states its former name is renamed",
    base: "{ name: a, topic: x }",
    head: "{ name: b, topic: x, lifecycle: { previously: [a] } }",
    expected: ["update rooms/b /name"],
  },
  {
    name: "the children of a renamed thing stay its own",
    base: "{ name: a, notes: [{ title: n, text: x }] }",
    head: "{ name: b, lifecycle: { previously: [a] }, notes: [{ title: n, text: y }] }",
    expected: ["update rooms/b /name", "update rooms.notes/b/n /text"],
  },
  {
    name: "a former name that is declared again is another thing's",
    base: "{ name: a }",
    head: "{ name: b, lifecycle: { previously: [a] } }, { name: a }",
    expected: ["create rooms/b"],
  },
  {
    name: "keys are compared as the platform does",
    base: "{ name: A }",
    head: "{ name: a }",
    expected: ["update rooms/a /name"],
  },
  {
    name: "another secret is an update",
    base: "{ name: a, token: { env: X } }",
    head: "{ name: a, token: { env: Y } }",
    expected: ["update rooms/a /token"],
  },
  {
    name: "the same secret is none",
    base: "{ name: a, token: { env: X } }",
    head: "{ name: a, token: { env: X } }",
    expected: [],
  },
])("$name", ({ base, head, policy, expected }) => {
  expect(told(compare(manifest(base), manifest(head, policy)))).toEqual(expected);
});

test("rows say what was and what is to be, and never a secret", () => {
  const [part] = compare(
    manifest("{ name: a, topic: x, token: { env: OLD } }"),
    manifest("{ name: a, topic: y, token: { env: NEW } }, { name: b, token: { env: NEW } }"),
  );
  expect(part?.changes.map(({ fields }) => fields)).toEqual([
    [
      { path: "/topic", before: "x", after: "y", cause: "change" },
      { path: "/token", before: "(sensitive)", after: "(sensitive)", cause: "change" },
    ],
    [
      { path: "/name", after: "b" },
      { path: "/token", after: "(sensitive)" },
    ],
  ]);
  expect(JSON.stringify(part?.changes)).not.toMatch(/OLD|NEW/);
});

test("defaults count as if they were written in each entry, with their own line", () => {
  const withTopic = (topic: string) =>
    acme(`defaults: { rooms: { topic: ${topic} } }\nresources: { rooms: [{ name: a }] }`);
  const [part] = compare(withTopic("x"), withTopic("y"));
  expect(part?.changes[0]?.fields).toEqual([
    { path: "/topic", before: "x", after: "y", cause: "change", source: { file: "a.yaml", line: 6 } },
  ]);
});

test("everything is as the base says: counted, not listed, and nothing is said to be live", () => {
  const [part] = compare(
    manifest("{ name: a, notes: [{ title: n }] }"),
    manifest("{ name: a, notes: [{ title: n }] }"),
  );
  expect(part).toEqual({
    ...{ name: "acme", platform: "fake", system: null, mode: "Enforce", view: "offline", inventory: "absent" },
    ...{ error: null, requests: { read: 0 }, unchanged: 2, changes: [], policy: { prune: true } },
  });
});

describe("between Integrations", () => {
  const of = (name: string, entries: string, connection = "") =>
    acme(`policy: { prune: true }\nconnection: { ${connection} }\nresources: { rooms: [${entries}] }`, name);
  const both = (...parts: string[]) => parts.join("\n# file: b.yaml\n");

  test("an entry that moved within one system is neither made nor removed, and its fields are compared", () => {
    const base = both(of("one", "{ name: a, topic: x }"), of("two", ""));
    const head = both(of("one", ""), of("two", "{ name: a, topic: y }"));
    expect(told(compare(base, head))).toEqual(["update rooms/a /topic"]);
  });

  test("an entry that moved to a new Integration, the old one gone, did too", () => {
    expect(told(compare(of("one", "{ name: a }, { name: b }"), of("two", "{ name: a }")))).toEqual([]);
  });

  test("an entry that moved to another system is made there and removed here", () => {
    const base = both(of("one", "{ name: a }"), of("two", "", "baseUrl: 'https://two.example'"));
    const head = both(of("one", ""), of("two", "{ name: a }", "baseUrl: 'https://two.example'"));
    expect(told(compare(base, head))).toEqual(["delete rooms/a", "create rooms/a"]);
  });

  test("one that is gone removes nothing, and one that is new makes all that it declares", () => {
    const elsewhere = of("two", "{ name: z }", "baseUrl: 'https://two.example'");
    expect(told(compare(of("one", "{ name: a }"), elsewhere))).toEqual(["create rooms/z"]);
  });

  test("one whose connector is not loaded is an error where it differs, and silent where it does not", () => {
    const without = (yaml: string) => declared(yaml).map((one) => ({ ...one, compiled: undefined, entries: [] }));
    const errors = (base: string, head: string) =>
      compareManifests(without(base), without(head)).map(({ error }) => error?.code);
    expect(errors(of("one", ""), of("one", "{ name: a }"))).toEqual(["UntrustedConnector"]);
    expect(errors(of("one", "{ name: a }"), of("one", "{ name: a }"))).toEqual([undefined]);
  });
});

const room = fc.record({ name: fc.constantFrom("a", "b", "c", "d"), topic: fc.constantFrom("x", "y", "") });
const rooms = fc
  .uniqueArray(room, { selector: ({ name }) => name })
  .map((list) => list.map((one) => JSON.stringify(one)).join(", "));

describe("for any two manifests", () => {
  test("the same one twice has no changes", () => {
    fc.assert(
      fc.property(rooms, (one) => {
        expect(told(compare(manifest(one), manifest(one)))).toEqual([]);
      }),
      tries(100),
    );
  });

  test("making its changes to the base gives the head", () => {
    fc.assert(
      fc.property(rooms, rooms, (base, head) => {
        const parse = (text: string) => JSON.parse(`[${text}]`) as { name: string; topic: string }[];
        const live = new Map(parse(base).map((one) => [one.name, one]));
        for (const { action, key, fields } of compare(manifest(base), manifest(head)).flatMap(
          ({ changes }) => changes,
        )) {
          const after = Object.fromEntries(fields.map((field) => [field.path.slice(1), field.after]));
          if (action === "delete") live.delete(key);
          else live.set(key, { ...live.get(key), ...after } as { name: string; topic: string });
        }
        expect(new Map(live)).toEqual(new Map(parse(head).map((one) => [one.name, one])));
      }),
      tries(100),
    );
  });
});
