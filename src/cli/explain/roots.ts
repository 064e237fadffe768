/**
 * What a path for `explain` may begin with: a kind of manifest, or a platform.
 *
 * A platform is shown as one object: what can be declared, its connection and credentials, and its actions, each
 * with `parameters` and `result`. Actions are verbs and kinds are nouns; should a name be both, the kind has it.
 */
import { type AnnotatedSchema, integrationSchema } from "../../api/index.ts";
import type { CompiledConnector, Kind } from "../../connector-kit/compile.ts";
import type { PlatformSource } from "../../manifests/types.ts";
import { UserError } from "../errors.ts";
import { onePlatform } from "../one-platform.ts";
import { type KindName, kindNames } from "./kind-names.ts";

/** Where a path begins. */
export interface Root {
  /** As it is written. */
  name: string;
  schema: AnnotatedSchema;
  compiled: CompiledConnector | undefined;
  /** The names in front of a kind's own: `["spec", "resources"]` in an Integration, none below a platform. */
  before: readonly string[];
}

/** The schemas that no platform completes; each is loaded when it is asked for. */
const kinds: Readonly<Record<Exclude<KindName, "Integration">, () => Promise<unknown>>> = {
  Rule: async () => (await import("../../api/rule.ts")).Rule,
  NotificationRoute: async () => (await import("../../api/notification-route.ts")).NotificationRoute,
  Scenario: async () => (await import("../../api/scenario.ts")).Scenario,
  Configuration: async () => (await import("../../api/config.ts")).Configuration,
  Plan: async () => (await import("../../api/plan.ts")).Plan,
};

/**
 * @param first the path's first name. @param platform completes an Integration.
 * @throws UserError naming the nearest word.
 */
export async function rootOf(platforms: PlatformSource, first: string, platform: string | undefined): Promise<Root> {
  const kind = kindNames.find((one) => one.toLowerCase() === first.toLowerCase());
  const name = kind ?? first;
  if (platform !== undefined && name !== "Integration") {
    throw new UserError(`--platform completes an Integration; ${name} does not depend on it.`);
  }
  if (kind === "Integration") return integrationRoot(platforms, platform);
  if (kind) return { name, schema: (await kinds[kind]()) as AnnotatedSchema, compiled: undefined, before: [] };
  const { compiled } = await onePlatform(platforms, name, "kind or platform", kindNames);
  return { name, schema: platformSchema(compiled), compiled, before: [] };
}

async function integrationRoot(platforms: PlatformSource, platform: string | undefined): Promise<Root> {
  const compiled = platform === undefined ? undefined : (await onePlatform(platforms, platform, "platform")).compiled;
  const schema = integrationSchema(compiled?.schemas);
  return { name: "Integration", schema, compiled, before: ["spec", "resources"] };
}

function platformSchema({ connector, kinds: declared, schemas }: CompiledConnector): AnnotatedSchema {
  const actions = Object.entries(connector.actions ?? {}).map(([name, action]) => {
    const parts = { parameters: action.parameters, result: action.result } as unknown as AnnotatedSchema["properties"];
    return [
      name,
      { type: "object", description: action.description, ...(parts ? { properties: parts } : {}) },
    ] as const;
  });
  return {
    type: "object",
    description: `What can be declared and done on ${schemas.title}.`,
    properties: {
      ...Object.fromEntries(actions),
      connection: { description: "How to reach the system; a value may be { env: NAME }.", ...schemas.connection },
      credentials: { description: "References to secrets.", ...schemas.credentials },
      ...Object.fromEntries(
        Object.entries(schemas.resources).map(([kind, entry]) => [kind, kindList(declared.get(kind), entry)]),
      ),
    },
  };
}

function kindList(kind: Kind | undefined, entry: AnnotatedSchema): AnnotatedSchema {
  return { type: "array", items: entry, description: kind?.schema.description ?? entry.description ?? "" };
}
