/**
 * Makes the program start without string-width, which is there for text that is not plain ASCII.
 *
 * It holds patterns of all emoji and all visible characters, which V8 expands when it reads the file:
 * 40 ms, more than `node -e 0` takes, in every command that may ever print a table. For printable
 * ASCII its answer is the length, so here that is answered directly; the first other text loads the
 * library from the package's dependencies. It cannot stand in a bundled file: V8 checks the patterns
 * of functions that never run, too.
 */
import type { Plugin } from "rolldown";

const id = "plumbline:string-width";

const text = `
import { createRequire } from "node:module";
const other = /[^\\x20-\\x7e]/;
let library;
export default function stringWidth(text, options) {
  if (!other.test(text)) return text.length;
  library ??= createRequire(import.meta.url)("string-width").default;
  return library(text, options);
}`;

export const lazyStringWidth: Plugin = {
  name: "lazy-string-width",
  resolveId: (source) => (source === "string-width" ? id : null),
  load: (module) => (module === id ? { code: text, moduleType: "js" } : null),
};
