/**
 * The modules that only the built program has, as a rolldown plugin:
 *
 * - `typebox` becomes {@link file://./light-schemas.ts}, everywhere but in the package's two entries;
 * - `src/manifests/platform-source.ts` becomes one that loads a platform's connector and its check,
 *   compiled ahead, from `dist/platforms/NAME.js`, and the checks of the kinds from `dist/checks/`;
 * - the start has its own copy of the version;
 * - the package's entries give out TypeBox's own `Type`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "rolldown";
import { type AnnotatedSchema, integrationSchema, NotificationRoute, Rule, Scenario } from "../../src/api/index.ts";
import { checkedSchema } from "../../src/manifests/checked-schema.ts";
import { checkModule } from "./checks.ts";
import { loadPlatforms } from "./connectors.ts";

const prefix = "plumbline:";

/** The name of the chunk of a platform, and of the check of a kind. */
export const platformModule = (name: string): string => `${prefix}platforms/${name}`;
export const kindModule = (kind: string): string => `${prefix}checks/${kind}`;

/** The package's entries, and the source that each gives out. */
export const packageEntries = { index: "src/index.ts", "connector-kit": "src/connector-kit/index.ts" } as const;
export const entryModule = (name: keyof typeof packageEntries): string => `${prefix}entry/${name}`;

/** The start's own copy of the version: a shared chunk would have to be loaded before the check of Node's. */
const ownVersion = `${prefix}version`;

const kinds: Readonly<Record<string, AnnotatedSchema>> = {
  Integration: integrationSchema(),
  Rule: Rule as unknown as AnnotatedSchema,
  NotificationRoute: NotificationRoute as unknown as AnnotatedSchema,
  Scenario: Scenario as unknown as AnnotatedSchema,
};

/** Writes the module that stands for `platform-source.ts`. */
function platformSource(names: readonly string[]): string {
  const loaders = (of: readonly string[], address: (name: string) => string) =>
    of.map((name) => `  ["${name}", () => import("${address(name)}")],`).join("\n");
  return `
const platforms = new Map([\n${loaders(names, platformModule)}\n]);
const kinds = new Map([\n${loaders(Object.keys(kinds), kindModule)}\n]);
export function builtinPlatforms() {
  return {
    names: [...platforms.keys()],
    load: async (name) => (await platforms.get(name)?.())?.platform,
    kind: async (kind) => (await kinds.get(kind)()).default,
  };
}`;
}

/** Writes the module of one platform: its connector, its kinds, its check, and where the check of targets is. */
function platform(root: string, name: string, hasTarget: boolean): string {
  const source = (path: string) => JSON.stringify(join(root, "src", path));
  const target = hasTarget ? `, target: async () => (await import("${kindModule(`target-${name}`)}")).default` : "";
  return `
import connector from ${source(`connectors/${name}/index.ts`)};
import { compileConnector } from ${source("connector-kit/compile.ts")};
import validate from "${kindModule(`integration-${name}`)}";
export const platform = { compiled: compileConnector(connector), validate${target} };`;
}

/** Makes the plugin; loads and compiles all connectors on the way. */
export async function virtualModules(root: string): Promise<Plugin> {
  const platforms = await loadPlatforms(root);
  const texts = new Map<string, () => string>();
  for (const [name, compiled] of platforms) {
    const target = compiled.connector.target as unknown as AnnotatedSchema | undefined;
    texts.set(platformModule(name), () => platform(root, name, target !== undefined));
    if (target) texts.set(kindModule(`target-${name}`), () => checkModule(target));
    texts.set(kindModule(`integration-${name}`), () => checkModule(checkedSchema(compiled.schemas)));
  }
  for (const [kind, schema] of Object.entries(kinds)) texts.set(kindModule(kind), () => checkModule(schema));
  for (const [name, path] of Object.entries(packageEntries)) {
    const own = `export * from ${JSON.stringify(join(root, path))};\nexport { Type } from "typebox";`;
    texts.set(entryModule(name as keyof typeof packageEntries), () => own);
  }
  const version = join(root, "src/version.ts");
  texts.set(ownVersion, () => readFileSync(version, "utf8"));
  const seam = join(root, "src/manifests/platform-source.ts");
  return {
    name: "plumbline",
    async resolveId(source, importer, options) {
      if (source.startsWith(prefix)) return source;
      if (source === "../version.ts" && importer === join(root, "src/cli/start.ts")) return ownVersion;
      if (source === "typebox") {
        if (importer?.startsWith(prefix)) return { id: "typebox", external: true };
        return join(root, "scripts/build/light-schemas.ts");
      }
      if (importer?.startsWith(prefix)) return this.resolve(source, join(root, "package.json"), options);
      return null;
    },
    load(id) {
      if (id === seam) return { code: platformSource([...platforms.keys()]), moduleType: "js" };
      const text = texts.get(id);
      return text ? { code: text(), moduleType: id === ownVersion ? "ts" : "js" } : null;
    },
  };
}
