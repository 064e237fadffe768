/**
 * Queries over a kind of resource: fields that equal a value, or contain one.
 *
 * A criterion is a value (`{ topic: "Sev 1" }`) or an operator with a value (`{ topic: { contains: "Sev" } }`);
 * all must hold. `contains` looks inside a text, or for an element of a list. Values are compared as the schema
 * says, after the connector's own normalisation. A field that was not read matches nothing.
 */
import type { AnnotatedSchema } from "../../api/index.ts";
import { equal } from "../compare.ts";
import type { Kind } from "../compile.ts";
import type { Observed, Spec } from "../contract.ts";
import { ConnectorError } from "../errors.ts";
import { parentField } from "./item.ts";
import { isReadable } from "./listing.ts";

export const queryOperators = ["equals", "contains"] as const;
type Operator = (typeof queryOperators)[number];

export interface Criterion {
  field: string;
  operator: Operator;
  value: unknown;
}

/** @throws ConnectorError UNSUPPORTED saying by what a kind can be queried. */
export function readCriteria(title: string, kind: Kind, criteria: unknown): Criterion[] {
  if (typeof criteria !== "object" || criteria === null || Array.isArray(criteria)) {
    throw unsupported(title, kind, "criteria that are no object of fields");
  }
  return Object.entries(criteria).map(([field, given]) => {
    const schema = Object.hasOwn(kind.schema.properties ?? {}, field) ? kind.schema.properties?.[field] : undefined;
    if (!isReadable(schema)) throw unsupported(title, kind, `the field "${field}"`);
    return { field, ...operation(title, kind, schema ?? {}, given) };
  });
}

function operation(
  title: string,
  kind: Kind,
  schema: AnnotatedSchema,
  given: unknown,
): { operator: Operator; value: unknown } {
  const plain = typeof given !== "object" || given === null || Array.isArray(given) || schema.properties !== undefined;
  if (plain) return { operator: "equals", value: given };
  const entries = Object.entries(given);
  const [name = "", value] = entries[0] ?? [];
  const operator = queryOperators.find((one) => one === name);
  if (operator === undefined || entries.length !== 1) {
    throw unsupported(title, kind, `the operator "${entries.map(([one]) => one).join(", ")}"`);
  }
  return { operator, value };
}

/** Whether a thing meets all criteria. */
export function matches(kind: Kind, { spec }: Observed, criteria: readonly Criterion[]): boolean {
  const { normalize } = kind.resource;
  const normal = (some: Partial<Spec>) => normalize?.(some) ?? some;
  const observed = normal(spec);
  return criteria.every(({ field, operator, value }) => {
    const schema = kind.schema.properties?.[field] ?? {};
    if (!Object.hasOwn(observed, field)) return false;
    if (operator === "equals") return equal(schema, normal({ [field]: value })[field], observed[field]);
    return contains(schema, observed[field], Array.isArray(observed[field]) ? listed(normal, field, value) : value);
  });
}

/** An element of a list is normalised as a part of it. */
function listed(normal: (some: Partial<Spec>) => Partial<Spec>, field: string, value: unknown): unknown {
  const list = normal({ [field]: [value] })[field];
  return Array.isArray(list) ? list[0] : value;
}

function contains(schema: AnnotatedSchema, observed: unknown, value: unknown): boolean {
  if (Array.isArray(observed)) return observed.some((element) => equal(schema.items ?? {}, value, element));
  if (typeof observed !== "string" || typeof value !== "string") return false;
  const fold = schema["x-plumbline-compare"] === "caseInsensitive";
  return fold ? observed.toLowerCase().includes(value.toLowerCase()) : observed.includes(value);
}

function unsupported(title: string, kind: Kind, what: string): ConnectorError {
  const readable = Object.entries(kind.schema.properties ?? {}).filter(([, field]) => isReadable(field));
  const fields = [...readable.map(([name]) => name), ...(kind.parent ? [parentField(kind)] : [])].join(", ");
  const message = `${title} cannot query ${kind.kind} by ${what}. Supported fields: ${fields}; operators: ${queryOperators.join(", ")}.`;
  return new ConnectorError("UNSUPPORTED", message);
}
