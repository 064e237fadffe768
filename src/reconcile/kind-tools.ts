/** What is prepared once for a kind: its comparer, its references, its normalisation. */

import { type AnnotatedSchema, isSecretSchema } from "../api/index.ts";
import { type Comparer, compileComparer } from "../connector-kit/compare.ts";
import type { Kind } from "../connector-kit/compile.ts";
import type { Spec } from "../connector-kit/contract.ts";
import { compileReferences, type ReferenceMapper } from "../connector-kit/references.ts";

export interface KindTools {
  compare: Comparer;
  /** Undefined for a kind without references. */
  mapReferences: ReferenceMapper | undefined;
  /** The same for fields that name things by key and keep the key. */
  mapKeys: ReferenceMapper | undefined;
  normalize(spec: Spec): Spec;
  /** Where the schema has write-only fields: paths of property names. */
  secretPaths: readonly (readonly string[])[];
}

const prepared = new WeakMap<Kind, KindTools>();

/** @returns a kind's tools; made on first use and kept as long as the kind. */
export function kindTools(kind: Kind): KindTools {
  const known = prepared.get(kind);
  if (known) return known;
  const { resource, schema } = kind;
  const tools: KindTools = {
    compare: compileComparer(schema, resource.archived ? new Set(["archived"]) : undefined),
    mapReferences: compileReferences(schema),
    mapKeys: compileReferences(schema, "x-plumbline-key-of"),
    normalize: resource.normalize ? (spec) => resource.normalize?.(spec) ?? spec : (spec) => spec,
    secretPaths: secretPaths(schema),
  };
  prepared.set(kind, tools);
  return tools;
}

function secretPaths(schema: AnnotatedSchema): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
    isSecretSchema(inner) ? [[name]] : secretPaths(inner).map((path) => [name, ...path]),
  );
}
