/** The plan document: what `plumbline plan -o json` prints and `--out` saves. Stable; see `schemas/plan.json`. */
import { API_VERSION, type Static, Type } from "./schema.ts";

const closed = { additionalProperties: false } as const;

/** The number of the plan's format; a newer one is refused by an older program. */
export const PLAN_FORMAT = 1;

/** What stands for a secret value wherever a person could read it. */
export const SENSITIVE = "(sensitive)";

export const Cause = Type.Enum(["change", "drift", "unknown"], {
  description:
    "change: the manifest moved; drift: the system moved and the manifest did not; unknown: there is no inventory to tell.",
  examples: ["drift"],
});
export type Cause = Static<typeof Cause>;

export const Action = Type.Enum(["create", "update", "replace", "adopt", "delete", "archive", "blocked"], {
  description: "What will be done; `blocked` changes are not done.",
  examples: ["update"],
});
export type Action = Static<typeof Action>;

export const Source = Type.Object(
  {
    file: Type.String({ description: "The file.", examples: ["manifests/slack.yaml"] }),
    line: Type.Integer({ minimum: 1, description: "The line, from 1.", examples: [14] }),
  },
  { ...closed, description: "Where it is declared.", examples: [{ file: "manifests/slack.yaml", line: 14 }] },
);
export type Source = Static<typeof Source>;

export const FieldChange = Type.Object(
  {
    path: Type.String({ description: "The field, as a JSON pointer into the entry.", examples: ["/topic"] }),
    before: Type.Optional(Type.Unknown({ description: "The observed value.", examples: ["Sev 1"] })),
    after: Type.Optional(Type.Unknown({ description: "The desired value.", examples: ["Sev 1 and 2"] })),
    afterUnknown: Type.Optional(
      Type.Boolean({
        description: "The value contains the id of a thing that is yet to be made; `after` shows its key.",
        examples: [true],
      }),
    ),
    cause: Type.Optional(Cause),
    source: Type.Optional(Source),
    hash: Type.Optional(
      Type.String({
        description: "A keyed hash of a secret value, so that plans can be compared.",
        examples: ["h1:a1b2:…"],
      }),
    ),
  },
  {
    ...closed,
    description: "One field that differs.",
    examples: [{ path: "/topic", before: "Sev 1", after: "Sev 1 and 2", cause: "drift" }],
  },
);
export type FieldChange = Static<typeof FieldChange>;

export const Risk = Type.Enum(["removal", "replace", "permission", "visibility", "ownership"], {
  description:
    "Why a reviewer should look twice: something goes for good, is made anew, or others may do, see or own more or less than before.",
  examples: ["removal"],
});
export type Risk = Static<typeof Risk>;

const exampleChange = {
  action: "create",
  kind: "channels",
  key: "releases",
  cause: "change",
  fields: [],
  reason: "",
};

export const Change = Type.Object(
  {
    action: Action,
    intended: Type.Optional(
      Type.Enum(["create", "update", "replace", "adopt", "delete", "archive"], {
        description: "What a blocked change would have done.",
        examples: ["archive"],
      }),
    ),
    kind: Type.String({ description: "The kind: the path of property names.", examples: ["channels"] }),
    key: Type.String({ description: "The key; segments escaped as in RFC 6901.", examples: ["incidents"] }),
    id: Type.Optional(
      Type.String({ description: "The platform's id of the observed thing.", examples: ["C012AB3CD"] }),
    ),
    cause: Cause,
    source: Type.Optional(Source),
    fields: Type.Array(FieldChange, { description: "The fields that differ.", examples: [[]] }),
    risks: Type.Optional(
      Type.Array(Risk, {
        description: "Why a reviewer should look twice; left out: no reason.",
        examples: [["removal"]],
      }),
    ),
    reason: Type.String({
      description: "Why, as one CamelCase word; empty where the action says it all.",
      examples: ["PruneDisabled"],
    }),
    message: Type.Optional(Type.String({ description: "Why, for people.", examples: ["policy.prune is off."] })),
  },
  {
    ...closed,
    description: "One thing's part of the plan.",
    examples: [exampleChange],
  },
);
export type Change = Static<typeof Change>;

export const Failure = Type.Object(
  {
    code: Type.String({ description: "What programs branch on.", examples: ["PERMISSION"] }),
    message: Type.String({
      description: "What happened and what to do.",
      examples: ["The token lacks channels:read."],
    }),
  },
  {
    ...closed,
    description: "Why something could not be done.",
    examples: [{ code: "AUTH", message: "The token was refused." }],
  },
);
export type Failure = Static<typeof Failure>;

const exampleSummary = {
  create: 1,
  update: 0,
  replace: 0,
  adopt: 0,
  delete: 0,
  archive: 0,
  unchanged: 5,
  blocked: 0,
  failed: 0,
};

export const PlanSummary = Type.Object(
  {
    create: Type.Integer({ description: "Things to create.", examples: [1] }),
    update: Type.Integer({ description: "Things to update.", examples: [2] }),
    replace: Type.Integer({ description: "Things to remove and make anew.", examples: [0] }),
    adopt: Type.Integer({ description: "Things to take over.", examples: [1] }),
    delete: Type.Integer({ description: "Things to delete.", examples: [0] }),
    archive: Type.Integer({ description: "Things to archive.", examples: [0] }),
    unchanged: Type.Integer({ description: "Things that are as declared; counted, not listed.", examples: [5] }),
    blocked: Type.Integer({ description: "Changes that are held back.", examples: [0] }),
    failed: Type.Integer({ description: "Integrations and kinds that could not be read.", examples: [0] }),
  },
  {
    ...closed,
    description: "Counts over all integrations.",
    examples: [exampleSummary],
  },
);
export type PlanSummary = Static<typeof PlanSummary>;

const examplePart = {
  name: "acme-slack",
  platform: "slack",
  system: "slack/https://slack.com/T012",
  inventory: "present",
  error: null,
  requests: { read: 3 },
  changes: [exampleChange],
};

export const IntegrationPlan = Type.Object(
  {
    name: Type.String({ description: "The Integration's name.", examples: ["acme-slack"] }),
    namespace: Type.Optional(
      Type.String({ description: "Its namespace, when it is not `default`.", examples: ["team-a"] }),
    ),
    platform: Type.String({ description: "Its platform.", examples: ["slack"] }),
    title: Type.Optional(Type.String({ description: "What the platform calls this system.", examples: ["team Acme"] })),
    system: Type.Union([Type.String(), Type.Null()], {
      description: "platform/origin/identity; null when it could not be read.",
      examples: ["slack/https://slack.com/T012"],
    }),
    mode: Type.Optional(
      Type.Enum(["Enforce", "Observe"], { description: "The policy's mode.", examples: ["Enforce"] }),
    ),
    view: Type.Optional(
      Type.Enum(["live", "offline"], {
        description:
          "live: compared with the system; offline: the base's manifests compared with the head's, no system asked. Default live.",
        examples: ["live"],
      }),
    ),
    inventory: Type.Enum(["present", "absent"], {
      description: "Whether there is a record of what is owned.",
      examples: ["present"],
    }),
    error: Type.Union([Failure, Type.Null()], {
      description: "Why this Integration has no changes.",
      examples: [null],
    }),
    failures: Type.Optional(
      Type.Array(
        Type.Object(
          {
            kind: Type.String({ description: "The kind.", examples: ["repositories.labels"] }),
            code: Type.String({ description: "What programs branch on.", examples: ["PERMISSION"] }),
            message: Type.String({ description: "What happened and what to do.", examples: ["The token lacks repo."] }),
          },
          {
            ...closed,
            description: "A kind that could not be read.",
            examples: [{ kind: "channels", code: "PERMISSION", message: "…" }],
          },
        ),
        { description: "Kinds that could not be read; nothing is planned for them.", examples: [[]] },
      ),
    ),
    requests: Type.Object(
      { read: Type.Integer({ description: "Requests that read.", examples: [3] }) },
      { ...closed, description: "What the plan cost.", examples: [{ read: 3 }] },
    ),
    unchanged: Type.Optional(Type.Integer({ description: "Things that are as declared.", examples: [5] })),
    changes: Type.Array(Change, { description: "What will be done, in the order of kinds and keys.", examples: [[]] }),
    manifest: Type.Optional(
      Type.Unknown({ description: "In a saved plan: the Integration, references unresolved.", examples: [{}] }),
    ),
    policy: Type.Optional(Type.Unknown({ description: "The policy that it was made under.", examples: [{}] })),
    sources: Type.Optional(
      Type.Unknown({ description: "In a saved plan: where each entry was declared.", examples: [{}] }),
    ),
  },
  { ...closed, description: "One Integration's part of the plan.", examples: [examplePart] },
);
export type IntegrationPlan = Static<typeof IntegrationPlan>;

export const PlanBase = Type.Object(
  {
    ref: Type.String({ description: "What `--base` named.", examples: ["origin/main"] }),
    commit: Type.String({
      description: "The merge base of it and the head: the commit that the manifests were compared with.",
      examples: ["3f2a9c0d1e4b5a69788796a5b4c3d2e1f0a1b2c3"],
    }),
    notices: Type.Optional(
      Type.Array(
        Type.Object(
          {
            code: Type.String({ description: "What programs branch on.", examples: ["ConfigurationDiffers"] }),
            message: Type.String({
              description: "What of the head took no effect, and why.",
              examples: ["plumbline.config.yaml differs from the base; the base's holds."],
            }),
          },
          {
            ...closed,
            description: "Something in the head that took no effect.",
            examples: [{ code: "ConfigurationDiffers", message: "plumbline.config.yaml differs from the base." }],
          },
        ),
        { description: "What in the head took no effect, since a pull request may not change it.", examples: [[]] },
      ),
    ),
  },
  {
    ...closed,
    description:
      "What the manifests were compared with. A cause `change` then means: by this pull request; `drift`: it was there before.",
    examples: [{ ref: "origin/main", commit: "3f2a9c0d1e4b5a69788796a5b4c3d2e1f0a1b2c3" }],
  },
);
export type PlanBase = Static<typeof PlanBase>;

export const Plan = Type.Object(
  {
    apiVersion: Type.Literal(API_VERSION, { description: "The API version.", examples: [API_VERSION] }),
    kind: Type.Literal("Plan", { description: "The kind.", examples: ["Plan"] }),
    format: Type.Literal(PLAN_FORMAT, { description: "The number of this format.", examples: [PLAN_FORMAT] }),
    createdAt: Type.String({
      format: "date-time",
      description: "When it was made.",
      examples: ["2026-11-25T12:00:00Z"],
    }),
    hash: Type.String({ description: "What the plan would do, as SHA-256 of its RFC 8785 form.", examples: ["9f86…"] }),
    summary: PlanSummary,
    base: Type.Optional(PlanBase),
    integrations: Type.Array(IntegrationPlan, { description: "One part an Integration.", examples: [[examplePart]] }),
  },
  {
    ...closed,
    description: "What would be done, and why.",
    examples: [
      {
        apiVersion: API_VERSION,
        kind: "Plan",
        format: PLAN_FORMAT,
        createdAt: "2026-11-25T12:00:00Z",
        hash: "9f86…",
        summary: exampleSummary,
        integrations: [examplePart],
      },
    ],
  },
);
export type Plan = Static<typeof Plan>;
