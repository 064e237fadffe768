/**
 * Integration: a connection to one external system, and what must exist there.
 *
 * `connection`, `credentials`, `defaults` and `resources` have the schema of the connector that
 * `platform` names; {@link integrationSchema} puts the two together.
 */
import { Condition } from "./condition.ts";
import { Metadata, Name } from "./metadata.ts";
import { type AnnotatedSchema, API_VERSION, EnvReference, type SecretReference, type Static, Type } from "./schema.ts";

const closed = { additionalProperties: false } as const;

/** A duration in text, such as `90s`, `10m`, `1h30m`. */
export const Duration = (description: string, example: string) =>
  Type.String({
    pattern: "^([0-9]+(ms|s|m|h|d))+$",
    description: `${description} A duration such as 90s, 10m or 1h30m.`,
    examples: [example],
  });

export const Policy = Type.Object(
  {
    mode: Type.Optional(
      Type.Enum(["Enforce", "Observe"], {
        default: "Enforce",
        description: "Enforce writes; Observe reports drift and writes nothing.",
        examples: ["Enforce"],
      }),
    ),
    prune: Type.Optional(
      Type.Boolean({
        default: false,
        description: "Remove what this manifest once declared and no longer does.",
        examples: [false],
      }),
    ),
    adopt: Type.Optional(
      Type.Boolean({
        default: true,
        description: "Take over a thing that already exists under the declared key.",
        examples: [true],
      }),
    ),
    maxRemovals: Type.Optional(
      Type.Integer({
        minimum: 0,
        default: 10,
        description: "More removals than this in one plan must be confirmed.",
        examples: [10],
      }),
    ),
    protect: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        description: "Keys (or KIND/KEY) that nothing may remove.",
        examples: [["channels/general"]],
      }),
    ),
    exclusive: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        description: "Kinds of which things that nobody declared are drift.",
        examples: [["repositories.labels"]],
      }),
    ),
    onDelete: Type.Optional(
      Type.Enum(["Orphan", "Remove"], {
        default: "Orphan",
        description: "On Kubernetes, when the object itself is deleted.",
        examples: ["Orphan"],
      }),
    ),
  },
  { ...closed, description: "How far Plumbline may go.", examples: [{ mode: "Enforce", prune: true }] },
);
export type Policy = Static<typeof Policy>;

/** What an entry's reserved key `lifecycle` may hold. */
export const Lifecycle = Type.Object(
  {
    preventDestroy: Type.Optional(
      Type.Boolean({ description: "Never remove this thing, nor make it anew.", examples: [true] }),
    ),
    ignoreFields: Type.Optional(
      Type.Array(Type.String({ pattern: "^/" }), {
        description: "Fields, as JSON pointers, that are set on create and then left alone.",
        examples: [["/topic"]],
      }),
    ),
    allowReplace: Type.Optional(
      Type.Boolean({
        description: "Allow removing and making anew when a field changed that cannot be changed in place.",
        examples: [true],
      }),
    ),
    onRemove: Type.Optional(
      Type.Enum(["Delete", "Orphan", "Archive"], {
        description: "What happens to the thing when the entry leaves the manifest and `prune` is on.",
        examples: ["Archive"],
      }),
    ),
    previously: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        description: "Former keys of this entry: the thing is renamed instead of made anew.",
        examples: [["incidents-old"]],
      }),
    ),
  },
  { ...closed, description: "How this one entry is treated.", examples: [{ preventDestroy: true }] },
);
export type Lifecycle = Static<typeof Lifecycle>;

const InventoryEntry = Type.Object(
  {
    kind: Type.String({ description: "The kind.", examples: ["channels"] }),
    key: Type.String({ description: "The key.", examples: ["incidents"] }),
    id: Type.String({ description: "The platform's id.", examples: ["C012AB3CD"] }),
    applied: Type.String({ description: "A digest of what was applied.", examples: ["k3Jd"] }),
    lifecycle: Type.Optional(Lifecycle),
  },
  {
    ...closed,
    description: "A thing that this Integration owns.",
    examples: [{ kind: "channels", key: "incidents", id: "C012AB3CD", applied: "k3Jd" }],
  },
);

/** `status` of every kind: written by Plumbline, ignored in files. */
export const Status = Type.Object(
  {
    observedGeneration: Type.Optional(
      Type.Integer({ description: "The generation that was acted on last.", examples: [3] }),
    ),
    conditions: Type.Optional(Type.Array(Condition, { description: "Observed facts.", examples: [[]] })),
    inventory: Type.Optional(
      Type.Array(InventoryEntry, { description: "What this Integration owns.", examples: [[]] }),
    ),
  },
  { description: "Written by Plumbline; ignored in files.", examples: [{ observedGeneration: 3 }] },
);

const RateLimit = Type.Object(
  {
    requestsPerSecond: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: "At most so many requests a second.", examples: [5] }),
    ),
    concurrency: Type.Optional(
      Type.Integer({ minimum: 1, description: "At most so many requests at once.", examples: [2] }),
    ),
  },
  {
    ...closed,
    description: "An extra ceiling on top of the platform's own limits.",
    examples: [{ requestsPerSecond: 5, concurrency: 2 }],
  },
);

/** The fields of `spec` that do not depend on the platform. */
const integrationSpecFields = {
  title: Type.Optional(Type.String({ description: "Free text for people.", examples: ["Acme's workspace"] })),
  interval: Type.Optional(Duration("How often the controller compares.", "10m")),
  suspend: Type.Optional(
    Type.Boolean({ default: false, description: "Stop acting; nothing is read or written.", examples: [false] }),
  ),
  dependsOn: Type.Optional(
    Type.Array(Name("The name of an Integration.", "acme-okta"), {
      description: "Integrations that must be Ready at the same revision first.",
      examples: [["acme-okta"]],
    }),
  ),
  policy: Type.Optional(Policy),
  rateLimit: Type.Optional(RateLimit),
  events: Type.Optional(
    Type.Object(
      {
        enabled: Type.Optional(
          Type.Boolean({ default: false, description: "Accept this system's webhooks.", examples: [true] }),
        ),
      },
      { ...closed, description: "This system's own events.", examples: [{ enabled: true }] },
    ),
  ),
};

/** An Integration as the loader hands it on: parsed, checked, references unresolved. */
export interface Integration {
  apiVersion: typeof API_VERSION;
  kind: "Integration";
  metadata: Metadata;
  spec: IntegrationSpec;
}

interface IntegrationSpec {
  title?: string;
  platform: string;
  connection?: Record<string, unknown>;
  credentials?: Record<string, SecretReference | Record<string, SecretReference>>;
  interval?: string;
  suspend?: boolean;
  dependsOn?: readonly string[];
  policy?: Policy;
  rateLimit?: { requestsPerSecond?: number; concurrency?: number };
  events?: { enabled?: boolean };
  defaults?: Record<string, unknown>;
  resources?: Record<string, unknown>;
}

/** What a connector contributes to the Integration schema: plain JSON Schema. */
export interface PlatformSchemas {
  platform: string;
  title: string;
  connection: AnnotatedSchema;
  credentials: AnnotatedSchema;
  /** Schema of one entry of each top-level kind, children included. */
  resources: Readonly<Record<string, AnnotatedSchema>>;
}

/** Wraps every property of a connection so that its value may also come from the environment. */
function connectionSchema(connection: AnnotatedSchema): AnnotatedSchema {
  const properties: Record<string, AnnotatedSchema> = {};
  for (const [name, schema] of Object.entries(connection.properties ?? {})) {
    const { description, examples, ...rest } = schema;
    properties[name] = {
      anyOf: [rest, EnvReference as unknown as AnnotatedSchema],
      ...(description === undefined ? {} : { description }),
      ...(examples === undefined ? {} : { examples }),
    };
  }
  return { ...connection, properties };
}

/** An example that a schema accepts: its own, or made of those of its required properties. */
function exampleOf(schema: AnnotatedSchema | undefined): unknown {
  if (schema?.examples?.length) return schema.examples[0];
  return Object.fromEntries((schema?.required ?? []).map((name) => [name, exampleOf(schema?.properties?.[name])]));
}

/** An example of `spec`. */
function specExample(platform: PlatformSchemas | undefined): unknown {
  if (!platform) return { platform: "slack", credentials: { token: { env: "SLACK_BOT_TOKEN" } } };
  const { connection, credentials } = platform;
  return {
    platform: platform.platform,
    ...(connection.required?.length ? { connection: exampleOf(connection) } : {}),
    ...(credentials.required?.length ? { credentials: exampleOf(credentials) } : {}),
  };
}

/** An entry's schema without required fields, for `spec.defaults`. */
function partial(entry: AnnotatedSchema): AnnotatedSchema {
  const { required: _, ...rest } = entry;
  return rest;
}

const open = { type: "object" } satisfies AnnotatedSchema;

/** An object with a field for each kind of the platform; any object without a platform. */
function byKind(
  platform: PlatformSchemas | undefined,
  schemaOf: (kind: string, entry: AnnotatedSchema) => AnnotatedSchema,
): AnnotatedSchema {
  if (!platform) return open;
  const kinds = Object.entries(platform.resources).map(([kind, entry]) => [kind, schemaOf(kind, entry)] as const);
  return { type: "object", additionalProperties: false, properties: Object.fromEntries(kinds) };
}

function resourcesSchema(platform: PlatformSchemas | undefined): AnnotatedSchema {
  const resources = byKind(platform, (kind, entry) => ({
    type: "array",
    items: entry,
    description: `The declared ${kind}.`,
    examples: entry.examples ? [entry.examples] : [[]],
  }));
  return { ...resources, description: "The desired state, by kind.", examples: [{}] };
}

function defaultsSchema(platform: PlatformSchemas | undefined): AnnotatedSchema {
  const defaults = byKind(platform, (kind, entry) => ({
    ...partial(entry),
    description: `Lies under every entry of ${kind}.`,
    examples: [{}],
  }));
  return { ...defaults, description: "Lies under every entry of that kind.", examples: [{}] };
}

function specSchema(platform: PlatformSchemas | undefined): AnnotatedSchema {
  const common = Type.Object(integrationSpecFields) as unknown as AnnotatedSchema;
  return {
    type: "object",
    additionalProperties: false,
    description: platform ? `A connection to ${platform.title}.` : "A connection to one external system.",
    examples: [specExample(platform)],
    required: [
      "platform",
      ...((platform?.connection.required?.length ?? 0) > 0 ? ["connection"] : []),
      ...((platform?.credentials.required?.length ?? 0) > 0 ? ["credentials"] : []),
    ],
    properties: {
      platform: platform
        ? { const: platform.platform, description: "Which connector.", examples: [platform.platform] }
        : { type: "string", minLength: 1, description: "Which connector.", examples: ["slack"] },
      connection: {
        ...(platform ? connectionSchema(platform.connection) : open),
        description: "How to reach the system; nothing secret. A value may be { env: NAME }.",
        examples: platform?.connection.examples ?? [exampleOf(platform?.connection)],
      },
      credentials: {
        ...(platform ? platform.credentials : open),
        description: "References to secrets; a literal secret is an error.",
        examples: platform ? [exampleOf(platform.credentials)] : [{ token: { env: "TOKEN" } }],
      },
      ...common.properties,
      defaults: defaultsSchema(platform),
      resources: resourcesSchema(platform),
    },
  };
}

/**
 * The schema of an Integration of one platform.
 *
 * @param platform the connector's schemas; `undefined` gives the schema that fits any platform and
 *   leaves connection, credentials and resources unchecked.
 */
export function integrationSchema(platform?: PlatformSchemas): AnnotatedSchema {
  return {
    type: "object",
    description: "A connection to one external system, and what must exist there.",
    additionalProperties: false,
    required: ["apiVersion", "kind", "metadata", "spec"],
    properties: {
      apiVersion: { const: API_VERSION, description: "The API version.", examples: [API_VERSION] },
      kind: { const: "Integration", description: "The kind.", examples: ["Integration"] },
      metadata: Metadata as unknown as AnnotatedSchema,
      spec: specSchema(platform),
      status: Status as unknown as AnnotatedSchema,
    },
  };
}
