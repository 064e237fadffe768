/** `plumbline.config.yaml`: what the operator of a repository allows; a manifest cannot change it. */
import { type Static, Type } from "./schema.ts";

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
