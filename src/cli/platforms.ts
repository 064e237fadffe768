/**
 * All platforms of a run: those that Plumbline brings along, and the operator's own.
 *
 * The modules that load and compile the operator's own are loaded only where there are some and their
 * code may run.
 */
import type { PlatformSource } from "../manifests/types.ts";

export interface PlatformOptions {
  /** What `plumbline.config.yaml` lists under `connectors`. */
  modules: readonly string[];
  /** Its folder. */
  folder: string;
  /** Whether the code of these modules may run now. */
  allowed: boolean;
  /** Those that Plumbline brings along. */
  builtIn: PlatformSource;
}

/** Without own connectors this is just the built-in ones. */
export async function createPlatforms(options: PlatformOptions): Promise<PlatformSource> {
  const { modules, allowed, builtIn } = options;
  if (modules.length === 0) return builtIn;
  const own = allowed ? await ownPlatforms(options) : unloaded;
  return {
    names: [...new Set([...builtIn.names, ...own.names])].sort(),
    load: async (name) => (await builtIn.load(name)) ?? own.load(name),
    kind: (kind) => builtIn.kind(kind),
  };
}

/** What a name may stand for while no code may run. */
const unloaded: Pick<PlatformSource, "names" | "load"> = { names: [], load: async () => "unloaded" };

async function ownPlatforms({ modules, folder, allowed, builtIn }: PlatformOptions): Promise<PlatformSource> {
  const [{ Registry }, { runtimePlatforms }] = await Promise.all([
    import("../connector-kit/registry.ts"),
    import("../manifests/platforms.ts"),
  ]);
  const taken = Object.fromEntries(builtIn.names.map((name) => [name, neverLoaded]));
  const registry = new Registry(taken, { modules, folder, allowed });
  return runtimePlatforms({
    names: [...(await registry.loadOwn()).keys()],
    async load(name) {
      const found = await registry.load(name);
      return typeof found === "object" ? found.connector : found;
    },
  });
}

/** Built-in names are only held against the operator's own, so that none is taken twice. */
async function neverLoaded(): Promise<never> {
  throw new Error("A built-in platform is loaded by its own source.");
}
