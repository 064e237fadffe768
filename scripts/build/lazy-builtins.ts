/**
 * Makes the program load of Node's own modules only what it uses.
 *
 * A static import of `node:fs`, `node:crypto` or `node:util` looks at every export, and so loads what Node itself
 * would load on use: file handles, line editors, workers, differs. `process.getBuiltinModule` (Node
 * 22.3 and up) gives a module as it is; here each export is looked at when the program does.
 */
import { createRequire } from "node:module";
import type { Plugin } from "rolldown";

const prefix = "plumbline:builtin/";

/** Those that hold much which is loaded on use. */
const large = [
  "node:crypto",
  "node:fs",
  "node:fs/promises",
  "node:http",
  "node:os",
  "node:timers/promises",
  "node:util",
];

const require = createRequire(import.meta.url);

export const lazyBuiltins: Plugin = {
  name: "lazy-builtins",
  resolveId: (source) => (large.includes(source) ? prefix + source : null),
  load(id) {
    if (!id.startsWith(prefix)) return null;
    const name = id.slice(prefix.length);
    const getters = Object.keys(require(name) as object).map((key) => `get ${key}() { return builtin().${key}; },`);
    const code = `const builtin = () => process.getBuiltinModule("${name}");\nmodule.exports = {\n${getters.join("\n")}\n};`;
    return { code, moduleType: "js" };
  },
};
