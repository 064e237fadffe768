/** An item as programs see it, whatever kind of system keeps it. */
import { type AnnotatedSchema, formatKey } from "../../api/index.ts";
import type { Kind } from "../compile.ts";
import type { Observed, Spec } from "../contract.ts";
import { ConnectorError } from "../errors.ts";
import { observedKey } from "./listing.ts";

export interface Item {
  /** The kind's path, or the noun of the action that gave it. */
  readonly itemType: string;
  /** The platform's own id. */
  readonly id: string;
  /** What people call it: a name, a number, for a nested thing `billing/bug`. */
  readonly key: string;
  /** The key of what it belongs to. */
  readonly parent?: string;
  /** Its fields, as the platform shows them; references are the platform's ids. Secrets are never in it. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Something was made, and what belongs to it could not be set. */
export class IncompleteItem extends ConnectorError {
  readonly item: Item;

  constructor(item: Item, cause: ConnectorError) {
    const message = `The item "${item.key}" was made with the id ${item.id}, but is not complete: ${cause.message}`;
    super(cause.code, message, { ...optionsOf(cause), cause });
    this.item = item;
  }
}

function optionsOf({ status, platformCode, outcomeUnknown }: ConnectorError) {
  return {
    retryable: false, // a second create would make a second item
    outcomeUnknown,
    ...(status === undefined ? {} : { status }),
    ...(platformCode === undefined ? {} : { platformCode }),
  };
}

/** @returns a thing of a kind as an item. */
export function itemOfThing(kind: Kind, observed: Observed): Item {
  const shown = Object.entries(observed.spec).filter(([name]) => {
    const field = kind.schema.properties?.[name];
    return !field?.writeOnly && !field?.["x-plumbline-create-only"];
  });
  return {
    itemType: kind.kind,
    id: observed.id,
    key: formatKey(observedKey(kind, observed)),
    ...(observed.parent ? { parent: formatKey(observed.parent.key) } : {}),
    fields: Object.fromEntries(shown),
  };
}

/** @returns what an action answered as an item: its id and key are taken from the names that platforms use. */
export function itemOfAnswer(noun: string, answer: unknown): Item {
  const fields = isRecord(answer) ? answer : {};
  const idNames = ["id", `${noun}_id`, `${noun}Id`, "number", "key", "ts"];
  const keyNames = ["key", `${noun}_key`, `${noun}Key`, "number", "name"];
  const id = firstOf(fields, idNames);
  const key = firstOf(fields, keyNames) ?? id;
  return { itemType: noun, id: id ?? key ?? "", key: key ?? "", fields };
}

/** The name of the field that says which parent a nested thing has; `parentKey` where `parent` is its own field. */
export function parentField({ schema }: Pick<Kind, "schema">): "parent" | "parentKey" {
  return Object.hasOwn(schema.properties ?? {}, "parent") ? "parentKey" : "parent";
}

/** @returns the values of write-only fields, however deep. */
export function secretsIn(schema: AnnotatedSchema, value: unknown): unknown[] {
  const found: unknown[] = [];
  collectSecrets(schema, value, found);
  return found;
}

/** Looks only where the schema says something: data of any form may be large, and has none. */
function collectSecrets({ writeOnly, items, properties }: AnnotatedSchema, value: unknown, found: unknown[]): void {
  if (writeOnly) found.push(value);
  else if (Array.isArray(value)) {
    if (items) for (const element of value) collectSecrets(items, element, found);
  } else if (properties && isRecord(value)) {
    for (const name of Object.keys(value)) {
      const field = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (field) collectSecrets(field, value[name], found);
    }
  }
}

/** @throws ConnectorError VALIDATION when data is no object. */
export function mustBeRecord(what: string, value: unknown): Spec {
  if (isRecord(value)) return value;
  throw new ConnectorError("VALIDATION", `${what} takes an object of fields.`);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function firstOf(fields: Readonly<Record<string, unknown>>, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (typeof value === "string" || typeof value === "number") return String(value);
  }
  return undefined;
}
