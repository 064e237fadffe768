/** Who caused what, with a base: only causes and their order change, never what is done. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type CompiledConnector, compileConnector } from "../../src/connector-kit/compile.ts";
import { desiredEntries } from "../../src/manifests/index.ts";
import { withBaseCauses } from "../../src/reconcile/index.ts";
import { withoutSystem } from "../../src/reconcile/prepare.ts";
import type { Desired, PlannedChange } from "../../src/reconcile/types.ts";
import { acme, engine, manifestsIn } from "../support/engine.ts";
import { fakeSystem } from "../support/fakes.ts";
import { tries } from "../support/tries.ts";

function entriesOf(yaml: string, compiled: CompiledConnector): Desired[] {
  const [manifest] = manifestsIn(yaml);
  if (!manifest) return [];
  const { entries } = desiredEntries(manifest, compiled);
  return entries.flatMap((entry) => {
    const kind = compiled.kinds.get(entry.kind);
    return kind ? [withoutSystem(entry, kind)] : [];
  });
}

const manifest = (rooms: string, policy = "prune: true") =>
  acme(`policy: { ${policy} }\nresources: { rooms: [${rooms}] }`);

/** Brings the live state about, plans the head, and tells its causes by the base. */
async function told({ live, base, head, policy }: { live: string; base: string; head: string; policy?: string }) {
  const system = fakeSystem();
  const { apply, plan } = engine({ connectors: [system.connector], env: { X: "x", Y: "y" } });
  await apply(manifest(live));
  const { passes } = await plan(manifest(head, policy));
  const [pass] = passes;
  const changes = pass?.decision?.changes ?? [];
  const compiled = compileConnector(system.connector);
  return { changes, told: withBaseCauses(changes, pass?.desired ?? [], [entriesOf(manifest(base), compiled)]) };
}

function line({ action, intended, kind, key, fields, cause }: PlannedChange): string {
  const rows = fields.filter((field) => field.cause !== undefined).map((field) => `${field.path}=${field.cause}`);
  return [action === "blocked" ? `blocked(${intended})` : action, `${kind}/${key}`, ...rows, cause].join(" ");
}

test.each<{ name: string; live: string; base: string; head: string; policy?: string; expected: string[] }>([
  {
    name: "a value that the base states too is drift",
    live: "{ name: a, topic: x }",
    base: "{ name: a, topic: y }",
    head: "{ name: a, topic: y }",
    expected: ["update rooms/a /topic=drift drift"],
  },
  {
    name: "a value that the base states otherwise is a change",
    live: "{ name: a, topic: x }",
    base: "{ name: a, topic: z }",
    head: "{ name: a, topic: y }",
    expected: ["update rooms/a /topic=change change"],
  },
  {
    name: "a value that the base does not state is a change",
    live: "{ name: a, topic: x }",
    base: "{ name: a }",
    head: "{ name: a, topic: y }",
    expected: ["update rooms/a /topic=change change"],
  },
  {
    name: "a set in another order is the same value",
    live: "{ name: a, tags: [z] }",
    base: "{ name: a, tags: [x, y] }",
    head: "{ name: a, tags: [y, x] }",
    expected: ["update rooms/a /tags=drift drift"],
  },
  {
    name: "a create of what the base declares is drift",
    live: "",
    base: "{ name: a, topic: x }",
    head: "{ name: a, topic: y }",
    expected: ["create rooms/a drift"],
  },
  {
    name: "a create of what it does not is a change",
    live: "",
    base: "",
    head: "{ name: a }",
    expected: ["create rooms/a change"],
  },
  {
    name: "a removal of what the base declares is a change",
    live: "{ name: a }",
    base: "{ name: a }",
    head: "",
    expected: ["delete rooms/a change"],
  },
  {
    name: "a removal of what it does not is drift, held back or not",
    live: "{ name: a }",
    base: "",
    head: "",
    policy: "prune: false",
    expected: ["blocked(delete) rooms/a drift"],
  },
  {
    name: "archiving that the base states is drift",
    live: "{ name: a }",
    base: "{ name: a, archived: true }",
    head: "{ name: a, archived: true }",
    expected: ["update rooms/a /archived=drift drift"],
  },
  {
    name: "archiving that it does not is a change",
    live: "{ name: a }",
    base: "{ name: a }",
    head: "{ name: a, archived: true }",
    expected: ["update rooms/a /archived=change change"],
  },
  {
    name: "another secret is a change",
    live: "{ name: a, token: { env: X } }",
    base: "{ name: a, token: { env: X } }",
    head: "{ name: a, token: { env: Y } }",
    expected: ["update rooms/a /token=change change"],
  },
  {
    name: "a secret that the base names too is drift",
    live: "{ name: a, token: { env: X } }",
    base: "{ name: a, token: { env: Y } }",
    head: "{ name: a, token: { env: Y } }",
    expected: ["update rooms/a /token=drift drift"],
  },
  {
    name: "what is held back without fields follows its entry",
    live: "",
    base: "{ name: a, members: [nobody@x] }",
    head: "{ name: a, members: [nobody@x] }, { name: b, members: [nobody@x] }",
    expected: ["blocked(create) rooms/b change", "blocked(create) rooms/a drift"],
  },
  {
    name: "a renamed thing's children are compared with what they were",
    live: "{ name: a, notes: [{ title: n, text: x }] }",
    base: "{ name: a, notes: [{ title: n, text: y }] }",
    head: "{ name: b, lifecycle: { previously: [a] }, notes: [{ title: n, text: y }] }",
    expected: ["update rooms/b /name=change change", "update rooms.notes/b/n /text=drift drift"],
  },
])("$name", async ({ expected, ...given }) => {
  expect((await told(given)).told.map(line)).toEqual(expected);
});

test("what changed comes first; nothing but causes and order is touched", async () => {
  const room = fc.record({ name: fc.constantFrom("a", "b", "c"), topic: fc.constantFrom("x", "y") });
  const rooms = fc
    .uniqueArray(room, { selector: ({ name }) => name })
    .map((list) => list.map((one) => JSON.stringify(one)).join(", "));
  await fc.assert(
    fc.asyncProperty(rooms, rooms, rooms, async (live, base, head) => {
      const { changes, told: after } = await told({ live, base, head });
      const causeless = ({ cause: _, fields, ...rest }: PlannedChange) => ({
        ...rest,
        fields: fields.map(({ cause: __, ...field }) => field),
      });
      const sorted = (list: readonly PlannedChange[]) =>
        list.map(causeless).sort((one, other) => (`${one.kind} ${one.key}` < `${other.kind} ${other.key}` ? -1 : 1));
      expect(sorted(after)).toEqual(sorted(changes));
      const causes = after.map(({ cause }) => cause);
      expect(causes).toEqual([
        ...causes.filter((cause) => cause === "change"),
        ...causes.filter((cause) => cause === "drift"),
      ]);
    }),
    tries(40),
  );
});
