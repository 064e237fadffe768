/**
 * Makes of a connector what the engine and the validator need: its kinds as a tree of paths, each
 * with its schema, and the schemas of the manifest.
 */
import { type AnnotatedSchema, Lifecycle, type PlatformSchemas } from "../api/index.ts";
import type { Connector, Resource } from "./contract.ts";

/** One kind of a connector, by its path. */
export interface Kind {
  /** The path of property names, such as `repositories.labels`. */
  kind: string;
  /** The last segment: the property under which the entries stand. */
  property: string;
  parent: Kind | undefined;
  children: readonly Kind[];
  resource: Resource;
  /** The schema of an entry, without children and `lifecycle`. */
  schema: AnnotatedSchema;
}

/** A connector with its kinds. */
export interface CompiledConnector {
  connector: Connector;
  /** Parents before children. */
  kinds: ReadonlyMap<string, Kind>;
  schemas: PlatformSchemas;
}

/**
 * Compiles a connector.
 *
 * @throws Error naming the platform and the mistake, when a declaration cannot be right.
 */
export function compileConnector(connector: Connector): CompiledConnector {
  const declared = Object.entries(connector.resources ?? {});
  const kinds = new Map<string, Kind & { children: Kind[] }>();
  const wrong = (what: string): Error => new Error(`Connector "${connector.platform}": ${what}`);
  if (!/^[a-z][a-z0-9]*$/.test(connector.platform)) throw wrong("platform must be lower-case letters and digits.");
  if ((connector.notify === undefined) !== (connector.target === undefined)) {
    throw wrong("it needs notify and target, or neither of them.");
  }

  const kindOf = (name: string, seen: readonly string[]): Kind & { children: Kind[] } => {
    const resource = connector.resources?.[name] as Resource;
    const done = [...kinds.values()].find((kind) => kind.resource === resource);
    if (done) return done;
    if (seen.includes(name)) throw wrong(`the parents of ${name} go round in a circle.`);
    let parent: (Kind & { children: Kind[] }) | undefined;
    if (resource.parent !== undefined) {
      if (!connector.resources || !Object.hasOwn(connector.resources, resource.parent)) {
        throw wrong(`${name} has the parent "${resource.parent}", which is no resource.`);
      }
      parent = kindOf(resource.parent, [...seen, name]);
    }
    const property = name.slice(name.lastIndexOf(".") + 1);
    const kind = {
      kind: parent ? `${parent.kind}.${property}` : property,
      property,
      parent,
      children: [],
      resource,
      schema: resource.schema as unknown as AnnotatedSchema,
    };
    if (kinds.has(kind.kind)) throw wrong(`two resources are both ${kind.kind}.`);
    if (kind.schema.properties?.lifecycle) throw wrong(`${kind.kind} has a field "lifecycle", which is reserved.`);
    if (resource.archived && !kind.schema.properties?.archived) {
      throw wrong(`${kind.kind} archives, so its schema needs a boolean field "archived".`);
    }
    kinds.set(kind.kind, kind);
    parent?.children.push(kind);
    return kind;
  };
  for (const [name] of declared) kindOf(name, []);
  return { connector, kinds, schemas: platformSchemas(connector, kinds) };
}

function platformSchemas(connector: Connector, kinds: ReadonlyMap<string, Kind>): PlatformSchemas {
  const resources: Record<string, AnnotatedSchema> = {};
  for (const kind of kinds.values()) if (!kind.parent) resources[kind.kind] = entrySchema(kind);
  return {
    platform: connector.platform,
    title: connector.title,
    connection: connector.connection as unknown as AnnotatedSchema,
    credentials: connector.credentials as unknown as AnnotatedSchema,
    resources,
  };
}

/** The schema of one entry in a manifest: the resource's fields, its children, and `lifecycle`. */
function entrySchema(kind: Kind): AnnotatedSchema {
  const children = Object.fromEntries(
    kind.children.map((child) => [
      child.property,
      {
        type: "array",
        items: entrySchema(child),
        description: `The declared ${child.property} of this entry of ${kind.property}.`,
        examples: child.schema.examples ? [child.schema.examples] : [[]],
      } satisfies AnnotatedSchema,
    ]),
  );
  const writable = Object.fromEntries(
    Object.entries(kind.schema.properties ?? {}).filter(([, schema]) => schema.readOnly !== true),
  );
  return {
    ...kind.schema,
    type: "object",
    additionalProperties: false,
    properties: { ...writable, ...children, lifecycle: Lifecycle as unknown as AnnotatedSchema },
  };
}
