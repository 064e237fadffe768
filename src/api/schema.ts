/**
 * The few words that every schema of Plumbline is written in, beside TypeBox's own.
 *
 * Schemas are plain JSON Schema objects at run time; the annotations below are read by the comparer
 * (how a field is compared), by the generator (published schemas, CRDs) and by the redactor.
 */
import Type, { type TSchema } from "typebox";

export type { Static, TSchema } from "typebox";
export { Type };

/** The API version that all manifests carry. */
export const API_VERSION = "plumbline.dev/v1alpha1";

/** JSON Schema with the annotations that Plumbline gives a meaning to. */
export interface AnnotatedSchema {
  type?: string | readonly string[];
  properties?: Record<string, AnnotatedSchema>;
  required?: readonly string[];
  items?: AnnotatedSchema;
  additionalProperties?: boolean | AnnotatedSchema;
  anyOf?: readonly AnnotatedSchema[];
  oneOf?: readonly AnnotatedSchema[];
  enum?: readonly unknown[];
  const?: unknown;
  description?: string;
  examples?: readonly unknown[];
  default?: unknown;
  /** Cannot be read back; compared by a keyed hash. */
  writeOnly?: boolean;
  /** Set by the platform; a manifest cannot state it. */
  readOnly?: boolean;
  /** Another field says the same and more; an import does not write it. */
  deprecated?: boolean;
  /** How a list is compared: as a set, as a map of objects, or element by element (the default). */
  "x-kubernetes-list-type"?: "set" | "map" | "atomic";
  /** The properties that identify an element of a `map` list. */
  "x-kubernetes-list-map-keys"?: readonly string[];
  /** A change needs the thing to be made anew. */
  "x-plumbline-immutable"?: boolean;
  /** Sent on create, never compared. */
  "x-plumbline-create-only"?: boolean;
  /** The value is the key of another resource, or a name that a lookup of the connector resolves. */
  "x-plumbline-ref"?: string;
  /** The value is the key of another resource, and stays a key: the platform's API takes it. That it exists is checked. */
  "x-plumbline-key-of"?: string;
  /** Strings that differ only in this are equal. */
  "x-plumbline-compare"?: "caseInsensitive" | "trimmed";
  /** The list says who belongs to something; taking an element out removes a member. */
  "x-plumbline-members"?: boolean;
  /** The list says who owns something; it may not lose its last element. */
  "x-plumbline-owners"?: boolean;
  /** Why a reviewer should look twice when the field changes; on a whole kind's schema: when any field does. */
  "x-plumbline-risk"?: "permission" | "visibility" | "ownership";
  /** How templates escape what they insert, by what the text is written in; default: not at all. */
  "x-plumbline-escape"?: "mrkdwn" | "markdown" | "html" | "none";
  /** A scalar that YAML reads as another type when it is not quoted, such as a colour. */
  [key: string]: unknown;
}

/** A reference to a secret that lives elsewhere. A literal is never accepted. */
export type SecretReference =
  | { env: string }
  | { file: string }
  | { secretKeyRef: { name: string; key: string } }
  | { sealed: string };

const closed = { additionalProperties: false } as const;

/** The schema of one environment reference, as a connection value may use it. */
export const EnvReference = Type.Object(
  {
    env: Type.String({
      minLength: 1,
      description: "The environment variable that holds the value.",
      examples: ["SLACK_BOT_TOKEN"],
    }),
  },
  { ...closed, description: "The value of an environment variable.", examples: [{ env: "SLACK_BOT_TOKEN" }] },
);

/** The schemas of the four places that a secret may come from. */
const secretReferenceVariants: readonly TSchema[] = [
  EnvReference,
  Type.Object(
    {
      file: Type.String({
        minLength: 1,
        description: "A file that holds the value; a relative path starts at the configuration's folder.",
        examples: ["/run/secrets/slack-token"],
      }),
    },
    {
      ...closed,
      description: "The content of a file, without a final line end.",
      examples: [{ file: "/run/secrets/slack-token" }],
    },
  ),
  Type.Object(
    {
      secretKeyRef: Type.Object(
        {
          name: Type.String({ minLength: 1, description: "The Secret's name.", examples: ["slack"] }),
          key: Type.String({ minLength: 1, description: "The key inside the Secret.", examples: ["token"] }),
        },
        {
          ...closed,
          description: "A key of a Kubernetes Secret in the same namespace.",
          examples: [{ name: "slack", key: "token" }],
        },
      ),
    },
    {
      ...closed,
      description: "A Kubernetes Secret; only the controller on Kubernetes can read it.",
      examples: [{ secretKeyRef: { name: "slack", key: "token" } }],
    },
  ),
  Type.Object(
    {
      sealed: Type.String({
        minLength: 1,
        description: "A value sealed with `plumbline secrets seal`.",
        examples: ["v1:…"],
      }),
    },
    { ...closed, description: "A value sealed for this installation.", examples: [{ sealed: "v1:…" }] },
  ),
];

/**
 * A secret: in a manifest a reference, in a connector the resolved string.
 *
 * @param options description and examples of the field; `examples` should be references.
 * @returns a write-only schema whose static type is `string`.
 */
export function Secret(options: { description?: string; examples?: readonly unknown[] } = {}) {
  return Type.Unsafe<string>({
    anyOf: secretReferenceVariants.map((variant) => variant),
    writeOnly: true,
    description: options.description ?? "A reference to a secret.",
    examples: options.examples ?? [{ env: "MY_SECRET" }],
  });
}

/** Whether a schema is one that {@link Secret} made (its values are references). */
export function isSecretSchema(schema: AnnotatedSchema | undefined): boolean {
  return schema?.writeOnly === true && Array.isArray(schema.anyOf);
}
