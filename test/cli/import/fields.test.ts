/** What an import states of fields that cannot be read, or that say nothing. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { defineConnector, defineResource, Secret, type Spec, Type } from "../../../src/connector-kit/index.ts";
import { cli, folderOf } from "../../support/cli.ts";

const closed = { additionalProperties: false } as const;
const optional = Type.Optional;

const Hook = Type.Object(
  {
    id: optional(Type.Integer({ readOnly: true })),
    events: optional(Type.Array(Type.String(), { "x-kubernetes-list-type": "set" })),
    url: Type.String(),
    active: optional(Type.Boolean({ default: true })),
    config: optional(Type.Object({ type: optional(Type.String()), secret: optional(Secret()) }, closed)),
    note: optional(Type.String({ maxLength: 5 })),
    since: optional(Type.Union([Type.String(), Type.Null()])),
    limit: optional(Type.Integer()),
    template: optional(Type.String({ "x-plumbline-create-only": true })),
    hidden: optional(Type.Boolean({ deprecated: true })),
    order: optional(Type.Array(Type.String())),
  },
  closed,
);

/** A platform with hooks, as its API shows them, and secrets that have a name and nothing else to show. */
function forge(hooks: readonly Spec[]) {
  const asked: string[] = [];
  const connector = defineConnector({
    platform: "forge",
    title: "Forge",
    connection: Type.Object({}, closed),
    credentials: Type.Object({}, closed),
    open: () => ({ reader: {}, writer: {} }),
    check: async () => ({}),
    identity: async () => ({ id: "F1" }),
    resources: {
      hooks: defineResource({
        schema: Hook,
        key: (hook) => hook.url,
        async *list(_: object, { keys, fields }) {
          asked.push(`hooks ${String(keys)} ${String(fields)}`);
          for (const [index, spec] of hooks.entries()) yield { id: `h${index}`, spec };
        },
      }),
      secrets: defineResource({
        schema: Type.Object({ name: Type.String(), value: Secret() }, closed),
        key: (secret) => secret.name,
        async *list(_: object) {
          asked.push("secrets");
          yield { id: "s1", spec: { name: "TOKEN" } };
        },
      }),
    },
  });
  const cwd = folderOf({
    "acme.yaml":
      "apiVersion: plumbline.dev/v1alpha1\nkind: Integration\nmetadata: { name: acme }\nspec:\n  platform: forge\n",
  });
  const run = (line: string) => cli(line.split(" "), { cwd, connectors: [connector] });
  return { asked, run, cwd };
}

const live = {
  ...{ id: 7, events: ["push", "issues"], url: "https://ci.example/h", active: true, note: "" },
  ...{ config: { type: "json", secret: "********" }, since: null, limit: null, template: "Node", hidden: true },
  order: ["b", "a"],
};

test("asks for everything, and writes neither masks nor what cannot be read or says nothing", async () => {
  const { asked, run, cwd } = forge([live]);
  const { code, stdout, stderr } = await run("import acme");
  expect(code, stderr).toBe(0);
  expect(asked).toEqual(["hooks all all"]);
  expect(stdout).toContain(`  resources:
    hooks:
      # Cannot be read: config.secret. To set it, add a reference: config: { secret: { env: NAME } }
      - url: "https://ci.example/h"
        events: [issues, push]
        config: { type: json }
        since: null
        order: [b, a]
`);
  expect(stdout).not.toMatch(/\*|active|note|limit|template|hidden|id:/);
  writeFileSync(join(cwd, "acme.yaml"), stdout);
  expect((await run("plan --detailed-exitcode")).code).toBe(0);
});

test("a kind that cannot be without a secret is not read, and is named", async () => {
  const { run } = forge([]);
  const { stdout, stderr } = await run("import acme");
  expect(stdout).toContain("  resources: {}\n");
  expect(stderr).toContain("secrets: not imported, since value cannot be read.");
});

test("an optional field that the schema refuses goes alone; a required one takes its entry along", async () => {
  const { run } = forge([
    { ...live, note: "too long" },
    { url: "b", limit: 1.5 },
    { url: "c", note: 1 as never },
  ]);
  const { stdout, stderr } = await run("import acme");
  expect(stdout).not.toContain("too long");
  for (const url of ['"https://ci.example/h"', "b", "c"]) expect(stdout).toContain(`url: ${url}\n`);
  expect(stderr).toMatch(/hooks\/https:~1~1ci\.example~1h: note left out, since its note must NOT have more than 5/);
  expect(stderr).toContain("hooks/b: limit left out, since its limit must be integer.");
  expect(stderr).toContain("Imported 3 things; 3 left out.");
});
