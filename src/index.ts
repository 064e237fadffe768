/**
 * Plumbline for programs: external systems behind one facade, the manifest kinds, the connector contract,
 * and the platforms it brings along.
 */
import { ExternalSystemFactory, type FactoryOptions } from "./connector-kit/facade/factory.ts";
import { builtinPlatforms } from "./manifests/platform-source.ts";

export * from "./api/index.ts";
export { Action as PlanAction, SENSITIVE } from "./api/plan.ts";
export type { Action } from "./connector-kit/contract.ts";
export * from "./connector-kit/index.ts";
export { builtinPlatforms } from "./manifests/platform-source.ts";
export type * from "./manifests/types.ts";
export { MINIMUM_NODE, VERSION } from "./version.ts";

/**
 * @returns a factory that knows every platform that Plumbline brings along; each is loaded when it is first
 *   asked for. More may be registered.
 */
export function builtinSystems(options: FactoryOptions = {}): ExternalSystemFactory {
  const platforms = builtinPlatforms();
  const factory = new ExternalSystemFactory(options);
  for (const name of platforms.names) {
    factory.register(name, async () => {
      const platform = await platforms.load(name);
      if (platform === undefined || platform === "unloaded")
        throw new Error(`The platform "${name}" cannot be loaded.`);
      return platform.compiled.connector;
    });
  }
  return factory;
}
