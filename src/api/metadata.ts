/** Metadata that all kinds share. */
import { type Static, Type } from "./schema.ts";

/** DNS-1123 label, as Kubernetes names are (RFC 1123 section 2.1; at most 63 characters). */
const dnsLabel = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

/** A map of short strings. */
const stringMap = (description: string, example: Record<string, string>) =>
  Type.Optional(Type.Record(Type.String(), Type.String(), { description, examples: [example] }));

/** A name that other manifests refer to. */
export const Name = (description: string, example: string) =>
  Type.String({ pattern: dnsLabel, minLength: 1, maxLength: 63, description, examples: [example] });

export const Metadata = Type.Object(
  {
    name: Name(
      "The object's name, unique for its kind in its namespace: lower-case letters, digits and '-'.",
      "acme-slack",
    ),
    namespace: Type.Optional(Name("The namespace; references never leave it. Left out, it is `default`.", "default")),
    labels: stringMap("Labels for selecting objects.", { team: "platform" }),
    annotations: stringMap("Free notes for tools.", { "example.com/owner": "platform" }),
    generation: Type.Optional(Type.Integer({ description: "Set by Kubernetes; ignored in files.", examples: [1] })),
    uid: Type.Optional(Type.String({ description: "Set by Kubernetes; ignored in files.", examples: ["0f3a"] })),
    resourceVersion: Type.Optional(
      Type.String({ description: "Set by Kubernetes; ignored in files.", examples: ["42"] }),
    ),
    creationTimestamp: Type.Optional(
      Type.String({ description: "Set by Kubernetes; ignored in files.", examples: ["2026-11-25T12:00:00Z"] }),
    ),
  },
  {
    additionalProperties: false,
    description: "The object's name and what is said about it.",
    examples: [{ name: "acme-slack" }],
  },
);
export type Metadata = Static<typeof Metadata>;

/** The namespace of an object that states none. */
export const DEFAULT_NAMESPACE = "default";
