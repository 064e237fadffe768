/** `plumbline.config.yaml`: what the operator of a repository allows; a manifest cannot change it. */
import { type Static, Type } from "./schema.ts";

const SenderSecret = Type.Object(
  {
    env: Type.Optional(
      Type.String({ minLength: 1, description: "The environment variable that holds it.", examples: ["CI_EVENTS"] }),
    ),
    file: Type.Optional(
      Type.String({
        minLength: 1,
        description: "A file that holds it; a relative path starts at this file's folder.",
        examples: ["/run/secrets/ci-events"],
      }),
    ),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
    description: "Where a Standard Webhooks secret is: `whsec_` and the base64 of 24 to 64 bytes.",
    examples: [{ env: "CI_EVENTS" }],
  },
);

const Sender = Type.Object(
  {
    name: Type.String({
      pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
      description: "Who it is, for the log.",
      examples: ["ci"],
    }),
    namespace: Type.Optional(
      Type.String({
        pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        description: "The namespace that its events are in. Default `default`.",
        examples: ["team-a"],
      }),
    ),
    secrets: Type.Array(SenderSecret, {
      minItems: 1,
      maxItems: 4,
      description: "What it signs with; several while one is changed.",
      examples: [[{ env: "CI_EVENTS" }]],
    }),
  },
  {
    additionalProperties: false,
    description: "A program that may post events.",
    examples: [{ name: "ci", secrets: [{ env: "CI_EVENTS" }] }],
  },
);

const closed = { additionalProperties: false } as const;

const globs = (description: string, example: readonly string[]) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1 }), { description, examples: [example] }));

export const Configuration = Type.Object(
  {
    connectors: globs("Modules of your own connectors: paths from this file, or npm packages.", ["./my-connector.js"]),
    allow: Type.Optional(
      Type.Object(
        {
          env: globs("Environment variables that manifests may read. Left out, all.", ["SLACK_*"]),
          files: globs("Files that manifests may read. Left out, all.", ["/run/secrets/*"]),
          hosts: globs("Hosts that manifests may connect to. Left out, all.", ["slack.com", "*.example.com"]),
        },
        {
          ...closed,
          description: "What manifests may name. Each list stands alone.",
          examples: [{ env: ["SLACK_*"] }],
        },
      ),
    ),
    events: Type.Optional(
      Type.Object(
        {
          senders: Type.Optional(
            Type.Array(Sender, {
              maxItems: 50,
              description: "Programs that post events signed by Standard Webhooks, without a token.",
              examples: [[{ name: "ci", secrets: [{ env: "CI_EVENTS" }] }]],
            }),
          ),
          origins: Type.Optional(
            Type.Array(Type.String({ pattern: "^(\\*\\.)?[A-Za-z0-9.-]+(:[0-9]{1,5})?$" }), {
              description:
                "Delivery services that CloudEvents' handshake (OPTIONS) gives leave to post; `*.` for all below.",
              examples: [["eventgrid.azure.net"]],
            }),
          ),
        },
        {
          ...closed,
          description: "Who may post events beside who has a token.",
          examples: [{ senders: [{ name: "ci", secrets: [{ env: "CI_EVENTS" }] }] }],
        },
      ),
    ),
    publicUrl: Type.Optional(
      Type.String({
        pattern: "^https?://",
        description: "Where the controller is reached from outside.",
        examples: ["https://plumbline.example.com"],
      }),
    ),
  },
  { ...closed, description: "The operator's settings.", examples: [{ allow: { env: ["SLACK_*"] } }] },
);
export type Configuration = Static<typeof Configuration>;
