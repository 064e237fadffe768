/**
 * Platforms compiled at run time: in a checkout, and for users' own connectors. The built program
 * has those that it comes with compiled ahead and does not load this module for them.
 */
import type { Ajv } from "ajv";
import { type AnnotatedSchema, integrationSchema, NotificationRoute, Rule, Scenario } from "../api/index.ts";
import { compileConnector } from "../connector-kit/compile.ts";
import type { Connector } from "../connector-kit/contract.ts";
import { checkedSchema } from "./checked-schema.ts";
import { createSchemaCompiler } from "./schema-compiler.ts";

import type { Platform, PlatformSource, SchemaCheck } from "./types.ts";

/** Where connectors come from. */
export interface ConnectorSource {
  names: readonly string[];
  /** @returns undefined for an unknown name; "unloaded" for a connector whose code may not run now. */
  load(name: string): Promise<Connector | "unloaded" | undefined>;
}

type KindName = Parameters<PlatformSource["kind"]>[0];

/**
 * Makes platforms of connectors, each compiled once, when it is first asked for.
 *
 * @returns a source whose `load` rejects with an Error that names the platform, when its connector
 *   or its schema cannot be compiled.
 */
export function runtimePlatforms(connectors: ConnectorSource): PlatformSource {
  const platforms = new Map<string, Promise<Platform | "unloaded" | undefined>>();
  const kinds = new Map<KindName, SchemaCheck>();
  const compiler = createSchemaCompiler();
  return {
    names: connectors.names,
    load(name) {
      const known = platforms.get(name) ?? loadPlatform(connectors, name, compiler);
      platforms.set(name, known);
      return known;
    },
    async kind(name) {
      const known = kinds.get(name) ?? compiler.compile(kindSchema(name));
      kinds.set(name, known);
      return known;
    },
  };
}

async function loadPlatform(
  connectors: ConnectorSource,
  name: string,
  compiler: Ajv,
): Promise<Platform | "unloaded" | undefined> {
  const connector = await connectors.load(name);
  if (connector === undefined || connector === "unloaded") return connector;
  const compiled = compileConnector(connector);
  try {
    return { compiled, validate: compiler.compile(checkedSchema(compiled.schemas)), ...targetOf(connector, compiler) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Connector "${connector.platform}": its schema does not compile: ${reason}.`, { cause });
  }
}

function targetOf({ target }: Connector, compiler: Ajv): Pick<Platform, "target"> {
  if (target === undefined) return {};
  let check: SchemaCheck | undefined;
  return {
    async target() {
      check ??= compiler.compile(target as unknown as AnnotatedSchema);
      return check;
    },
  };
}

function kindSchema(name: KindName): AnnotatedSchema {
  if (name === "Integration") return integrationSchema();
  return { Rule, NotificationRoute, Scenario }[name] as unknown as AnnotatedSchema;
}
