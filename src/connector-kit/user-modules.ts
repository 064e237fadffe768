/**
 * Loads modules that users wrote.
 *
 * Such a module imports `plumbline/connector-kit`, and lies in a repository that need not have
 * plumbline installed; where it has, that copy would bring a second ConnectorError, which is not
 * ours. So these names are resolved to this very program. A package is looked up from the
 * configuration's folder, as if a file there had imported it.
 */
import { registerHooks } from "node:module";
import { isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** Where the names that user modules may import lead. */
export interface KitAddresses {
  plumbline: string;
  "plumbline/connector-kit": string;
}

export interface UserModules {
  /**
   * @param module a path (`./…`, `../…`, absolute) or the name of a package.
   * @returns the module's exports.
   * @throws what resolving or evaluating it throws.
   */
  load(module: string): Promise<Record<string, unknown>>;
  /** Ends the resolving; modules that import lazily no longer find the kit. */
  close(): void;
}

/** A name that only {@link UserModules.load} imports, so that the hook knows whose look-up it is. */
const SCHEME = "plumbline-module:";

/** @param folder where relative paths and packages are looked up. */
export function createUserModules(folder: string, kit: KitAddresses = ownAddresses()): UserModules {
  const parentURL = pathToFileURL(join(resolve(folder), "plumbline.config.yaml")).href;
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier === "plumbline" || specifier === "plumbline/connector-kit") {
        return { url: kit[specifier], shortCircuit: true };
      }
      if (!specifier.startsWith(SCHEME)) return next(specifier, context);
      return next(specifier.slice(SCHEME.length), { ...context, parentURL });
    },
  });
  return {
    async load(module) {
      const address = isPath(module) ? pathToFileURL(resolve(folder, module)).href : SCHEME + module;
      return (await import(/* @vite-ignore */ address)) as Record<string, unknown>;
    },
    close: () => hooks.deregister(),
  };
}

function isPath(module: string): boolean {
  return module.startsWith("./") || module.startsWith("../") || isAbsolute(module);
}

/** In a checkout the sources, else what the package exports under its own name. */
function ownAddresses(): KitAddresses {
  if (import.meta.url.endsWith(".ts")) {
    return {
      plumbline: new URL("../index.ts", import.meta.url).href,
      "plumbline/connector-kit": new URL("./index.ts", import.meta.url).href,
    };
  }
  return {
    plumbline: import.meta.resolve("plumbline"),
    "plumbline/connector-kit": import.meta.resolve("plumbline/connector-kit"),
  };
}
