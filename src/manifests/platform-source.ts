/**
 * The platforms that Plumbline brings along.
 *
 * From source they are compiled when they are asked for. The build puts another module in the place
 * of this one, with the same export, whose checks were compiled ahead (`scripts/build/`); nothing
 * here may be relied on but {@link builtinPlatforms} itself.
 */
import { connectors } from "../connectors/index.ts";
import { runtimePlatforms } from "./platforms.ts";
import type { PlatformSource } from "./types.ts";

/** @returns the built-in platforms, each loaded when it is first asked for. */
export function builtinPlatforms(): PlatformSource {
  return runtimePlatforms({
    names: Object.keys(connectors),
    load: async (name) => (Object.hasOwn(connectors, name) ? connectors[name]?.() : undefined),
  });
}
