/**
 * The published JSON Schemas (draft-07), for editors and for other programs.
 *
 * They are what `src/api` and the connectors declare, with two differences. `spec` of an Integration
 * depends on `spec.platform`; the form that is used for that is explained in
 * `docs/decisions/0002-integration-schema-for-editors.md`. And references inside a document are moved
 * to `definitions`, because several kinds stand in one file.
 */
import {
  type AnnotatedSchema,
  API_VERSION,
  Configuration,
  integrationSchema,
  NotificationRoute,
  Plan,
  type PlatformSchemas,
  Rule,
  Scenario,
} from "../api/index.ts";
import { shareDefinitions } from "./shared-definitions.ts";

const dialect = "http://json-schema.org/draft-07/schema#";

/** Where the schemas are published. */
const base = `https://${API_VERSION.replace("/", "/schemas/")}`;

/** An Integration whose `spec` is chosen by `platform`: one branch a platform, and a discriminator. */
function integration(platforms: readonly PlatformSchemas[]): AnnotatedSchema {
  const any = integrationSchema();
  const spec = any.properties?.spec as AnnotatedSchema;
  const $defs: Record<string, AnnotatedSchema> = {};
  const branches = platforms.map((platform) => {
    const own = integrationSchema(platform).properties?.spec as AnnotatedSchema;
    const { $defs: shared, ...spec } = named(shareDefinitions(own), platform.platform);
    Object.assign($defs, shared);
    return { title: platform.title, ...spec };
  });
  const chosen: AnnotatedSchema = {
    type: "object",
    description: spec.description ?? "",
    examples: branches.flatMap((branch) => branch.examples ?? []).slice(0, 2),
    required: ["platform"],
    properties: {
      platform: {
        enum: platforms.map(({ platform }) => platform),
        description: "Which connector.",
        examples: platforms.map(({ platform }) => platform).slice(0, 2),
      },
    },
    discriminator: { propertyName: "platform" },
    oneOf: branches,
  };
  return { ...any, properties: { ...any.properties, spec: chosen }, $defs };
}

/** Gives a platform's shared definitions names of its own, since all platforms stand in one file. */
function named(schema: AnnotatedSchema, platform: string): AnnotatedSchema {
  const { $defs = {}, ...rest } = JSON.parse(
    JSON.stringify(schema).replaceAll('"#/$defs/', `"#/$defs/${platform}-`),
  ) as AnnotatedSchema;
  const own = Object.entries($defs as object).map(([name, part]) => [`${platform}-${name}`, part]);
  return { ...rest, $defs: Object.fromEntries(own) };
}

/** Moves `$defs` of a kind to the document's `definitions`; gives the kind without them. */
function hoist(schema: AnnotatedSchema, definitions: Record<string, unknown>): AnnotatedSchema {
  const { $defs, ...rest } = schema;
  const moved = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value).replaceAll('"#/$defs/', '"#/definitions/')) as unknown;
  Object.assign(definitions, moved($defs ?? {}));
  return moved(rest) as AnnotatedSchema;
}

function document(name: string, title: string, schema: AnnotatedSchema): AnnotatedSchema {
  const definitions: Record<string, unknown> = {};
  const body = hoist(schema, definitions);
  return {
    $schema: dialect,
    $id: `${base}/${name}.json`,
    title,
    ...body,
    ...(Object.keys(definitions).length > 0 ? { definitions } : {}),
  };
}

/** Any manifest: the kind is chosen by `kind`. */
function anyKind(kinds: Readonly<Record<string, AnnotatedSchema>>): AnnotatedSchema {
  const definitions: Record<string, unknown> = {};
  for (const [kind, schema] of Object.entries(kinds)) definitions[kind] = hoist(schema, definitions);
  return {
    $schema: dialect,
    $id: `${base}/plumbline.json`,
    title: "A manifest of Plumbline",
    type: "object",
    required: ["apiVersion", "kind"],
    discriminator: { propertyName: "kind" },
    oneOf: Object.keys(kinds).map((kind) => ({ $ref: `#/definitions/${kind}` })),
    definitions,
  };
}

/**
 * @param platforms the connectors' schemas, in alphabetical order.
 * @returns the schemas by the name of their file, without its ending.
 */
export function publishedSchemas(platforms: readonly PlatformSchemas[]): Record<string, AnnotatedSchema> {
  const kinds = {
    Integration: integration(platforms),
    Rule: Rule as unknown as AnnotatedSchema,
    NotificationRoute: NotificationRoute as unknown as AnnotatedSchema,
    Scenario: Scenario as unknown as AnnotatedSchema,
  };
  return {
    integration: document("integration", "Integration", kinds.Integration),
    rule: document("rule", "Rule", kinds.Rule),
    "notification-route": document("notification-route", "NotificationRoute", kinds.NotificationRoute),
    scenario: document("scenario", "Scenario", kinds.Scenario),
    plan: document("plan", "Plan", Plan as unknown as AnnotatedSchema),
    config: document("config", "plumbline.config.yaml", Configuration as unknown as AnnotatedSchema),
    plumbline: anyKind(kinds),
  };
}
