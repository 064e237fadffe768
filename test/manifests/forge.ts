/** A made-up platform with nested kinds, secrets and references, and manifests written in YAML. */

import type { Integration } from "../../src/api/index.ts";
import { Secret, Type } from "../../src/api/index.ts";
import { compileConnector } from "../../src/connector-kit/compile.ts";
import { type Connector, defineConnector, defineResource } from "../../src/connector-kit/contract.ts";
import type { AnyManifest, Manifest } from "../../src/manifests/types.ts";
import { parseYaml } from "../../src/manifests/yaml.ts";

const lower = (key: string) => key.toLowerCase();
const closed = { additionalProperties: false } as const;

const Repository = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    private: Type.Optional(Type.Boolean()),
    topics: Type.Optional(Type.Array(Type.String())),
    settings: Type.Optional(
      Type.Object({ wiki: Type.Optional(Type.Boolean()), issues: Type.Optional(Type.Boolean()) }),
    ),
    template: Type.Optional(Type.String({ "x-plumbline-ref": "repositories" })),
  },
  closed,
);
const Label = Type.Object({ name: Type.String(), color: Type.Optional(Type.String()) }, closed);
const Environment = Type.Object(
  { name: Type.String(), next: Type.Optional(Type.String({ "x-plumbline-ref": "repositories.environments" })) },
  closed,
);
const Variable = Type.Object({ name: Type.String(), value: Type.Optional(Type.String()) }, closed);
const Webhook = Type.Object(
  {
    url: Type.String(),
    secret: Type.Optional(Secret()),
    headers: Type.Optional(Type.Record(Type.String(), Secret())),
  },
  closed,
);
const Team = Type.Object(
  {
    name: Type.String(),
    parents: Type.Optional(Type.Array(Type.String({ "x-plumbline-ref": "teams" }))),
    members: Type.Optional(Type.Array(Type.String({ "x-plumbline-ref": "users" }))),
  },
  closed,
);

async function* nothing() {
  yield* [];
}

const plain = { list: nothing };

export const forge: Connector = defineConnector({
  platform: "forge",
  title: "Forge",
  connection: Type.Object(
    {
      baseUrl: Type.Optional(Type.String({ pattern: "^https://" })),
      host: Type.Optional(Type.String()),
      port: Type.Optional(Type.Integer({ minimum: 1 })),
      verify: Type.Optional(Type.Boolean()),
      ratio: Type.Optional(Type.Number()),
      organization: Type.Optional(Type.String()),
    },
    closed,
  ),
  credentials: Type.Object({ token: Secret(), signingSecret: Type.Optional(Secret()) }, closed),
  http: { baseUrl: "https://forge.example/api", authorize: () => ({ headers: {} }) },
  open: () => ({ reader: {}, writer: {} }),
  check: async () => ({}),
  lookups: { users: { resolve: async () => new Map() } },
  resources: {
    repositories: defineResource({ ...plain, schema: Repository, key: (r) => r.name, normalizeKey: lower }),
    labels: defineResource({
      ...plain,
      schema: Label,
      parent: "repositories",
      key: (label) => label.name,
      normalizeKey: lower,
    }),
    environments: defineResource({ ...plain, schema: Environment, parent: "repositories", key: (e) => e.name }),
    variables: defineResource({ ...plain, schema: Variable, parent: "environments", key: (v) => v.name }),
    "repositories.webhooks": defineResource({ ...plain, schema: Webhook, parent: "repositories", key: (h) => h.url }),
    webhooks: defineResource({ ...plain, schema: Webhook, key: (hook) => hook.url }),
    teams: defineResource({ ...plain, schema: Team, key: (team) => team.name }),
  },
});

export const compiledForge = compileConnector(forge);

/** Reads manifests with real positions; their schemas are not checked. */
export function manifestsOf(text: string, file = "a.yaml"): Manifest[] {
  const { documents, fault } = parseYaml(text);
  if (fault) throw new Error(fault.message);
  return documents.map((document) => ({
    object: document.value as AnyManifest,
    file,
    locate: (path) => document.locate(path),
  }));
}

/** An Integration of the forge; `spec` is YAML at its own margin and starts on line 6. */
export function forgeManifest(spec: string, options: { name?: string; file?: string } = {}): Manifest<Integration> {
  const head = [
    "apiVersion: plumbline.dev/v1alpha1",
    "kind: Integration",
    `metadata: { name: ${options.name ?? "acme"} }`,
    "spec:",
    "  platform: forge",
  ];
  const lines = spec.split("\n").filter((line) => line.trim() !== "");
  const margin = Math.min(...lines.map((line) => line.search(/\S/)));
  const text = [...head, ...lines.map((line) => `  ${line.slice(margin)}`), ""].join("\n");
  return manifestsOf(text, options.file)[0] as Manifest<Integration>;
}
