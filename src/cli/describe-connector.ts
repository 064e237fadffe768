/** A connector as data for people: what its declaration says, without its functions. */
import type { AnnotatedSchema } from "../api/schema.ts";
import type { CompiledConnector, Kind } from "../connector-kit/compile.ts";

export interface FieldNote {
  name: string;
  type: string;
  required: boolean;
  /** Such as `cannot be changed in place`. */
  notes: string[];
  description: string;
}

export interface ConnectorDescription {
  platform: string;
  title: string;
  kinds: { kind: string; notes: string[]; fields: FieldNote[] }[];
  actions: { name: string; description: string; parameters: FieldNote[] }[];
  /** `main`: the property of the event's data at which paths also start. */
  events: { name: string; main?: string }[];
  /** What a receiver's `target` may hold; left out where the connector delivers no notifications. */
  target?: FieldNote[];
  connection: FieldNote[];
  credentials: FieldNote[];
  /** `each`: what the limit is counted for by itself. */
  limits: { name: string; requests: number; per: string; each?: string; source: string }[];
}

export function describeConnector({ connector, kinds, schemas }: CompiledConnector): ConnectorDescription {
  return {
    platform: connector.platform,
    title: connector.title,
    kinds: [...kinds.values()].map((kind) => ({
      kind: kind.kind,
      notes: kindNotes(kind),
      fields: fieldsOf(kind.schema),
    })),
    actions: Object.entries(connector.actions ?? {}).map(([name, action]) => ({
      name,
      description: action.description,
      parameters: fieldsOf(action.parameters as unknown as AnnotatedSchema),
    })),
    events: eventsOf(connector),
    ...(connector.target ? { target: fieldsOf(connector.target as unknown as AnnotatedSchema) } : {}),
    connection: fieldsOf(schemas.connection),
    credentials: fieldsOf(schemas.credentials),
    limits: (connector.limits ?? []).map(({ name, requests, per, each, source }) => ({
      ...{ name, requests, per },
      ...(each === undefined ? {} : { each: each === "path" ? each : each.what }),
      source,
    })),
  };
}

function eventsOf({ events }: CompiledConnector["connector"]): ConnectorDescription["events"] {
  return (events?.names ?? []).map((name) => {
    const main = events?.main[name];
    return { name, ...(main === undefined ? {} : { main }) };
  });
}

/** @returns such as `20 per 1m for each method`. */
export function limitText({ requests, per, each }: ConnectorDescription["limits"][number]): string {
  return `${requests} per ${per}${each === undefined ? "" : ` for each ${each}`}`;
}

/** @returns what can be done with things of a kind. */
export function kindNotes({ resource }: Kind): string[] {
  const removal = resource.remove
    ? resource.archived
      ? "deleted or archived"
      : "deleted"
    : resource.archived
      ? "archived"
      : "";
  return [
    ...(resource.create ? [] : ["cannot be created"]),
    ...(resource.update ? [] : ["cannot be changed"]),
    ...(removal === "" ? ["cannot be removed"] : [`can be ${removal}`]),
    ...(resource.rename ? ["can be renamed"] : []),
  ];
}

function fieldsOf(schema: AnnotatedSchema): FieldNote[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    name,
    type: typeOf(field),
    required: required.has(name),
    notes: notesOf(field),
    description: field.description ?? "",
  }));
}

/** @returns the type in a few words: `secret`, `red|green`, `list of string`. */
export function typeOf(schema: AnnotatedSchema): string {
  if (schema.writeOnly) return "secret";
  if (schema.enum) return schema.enum.map(String).join("|");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join("|");
  if (schema.type === "array") return `list of ${schema.items ? typeOf(schema.items) : "anything"}`;
  return [schema.type ?? "anything"].flat().join("|");
}

function notesOf(schema: AnnotatedSchema): string[] {
  const reference = schema["x-plumbline-ref"] ?? schema.items?.["x-plumbline-ref"] ?? schema["x-plumbline-key-of"];
  return [
    ...(reference === undefined ? [] : [`refers to ${reference}`]),
    ...(schema["x-plumbline-immutable"] ? ["cannot be changed in place"] : []),
    ...(schema["x-plumbline-create-only"] ? ["used when it is created, then never compared"] : []),
    ...(schema.readOnly ? ["read only"] : []),
    ...(schema["x-kubernetes-list-type"] === "set" ? ["order does not matter"] : []),
    ...(schema.default === undefined ? [] : [`default ${JSON.stringify(schema.default)}`]),
  ];
}
