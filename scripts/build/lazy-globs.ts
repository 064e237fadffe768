/**
 * Makes the program start without the libraries for globs and `.gitignore` files: most folders have
 * neither `allow` lists nor rules to ignore, and the two cost some 3 ms of every start.
 *
 * Each is loaded, as the dependency that it is, by the first call. That stands only for our own
 * imports, which call these modules and use nothing else of them.
 */
import { join } from "node:path";
import type { Plugin } from "rolldown";

/** The modules, both of which are one function. */
const names = ["picomatch", "ignore"];
const prefix = "plumbline:lazy/";

/** @param root the repository's folder. */
export function lazyGlobs(root: string): Plugin {
  const own = join(root, "src/");
  return {
    name: "lazy-globs",
    resolveId: (source, importer) => (names.includes(source) && importer?.startsWith(own) ? prefix + source : null),
    load(id) {
      if (!id.startsWith(prefix)) return null;
      const name = JSON.stringify(id.slice(prefix.length));
      const code = `
import { createRequire } from "node:module";
let library;
export default function lazy(...given) {
  library ??= createRequire(import.meta.url)(${name});
  return library(...given);
}`;
      return { code, moduleType: "js" };
    },
  };
}
