/**
 * Makes the program start without string-width, which is there for text whose characters are not all one column.
 *
 * It holds patterns of all emoji and all visible characters, which V8 expands when it reads the file:
 * 40 ms, more than `node -e 0` takes, in every command that may ever print a table. For printable ASCII,
 * Latin letters and what our own output is written with its answer is the length, so here that is answered
 * directly; the first other text loads the library from the package's dependencies. It cannot stand in a
 * bundled file: V8 checks the patterns of functions that never run, too.
 */
import type { Plugin } from "rolldown";

const id = "plumbline:string-width";

/**
 * Text in which each character is one column, whatever stands beside it: ASCII, Latin letters, punctuation, arrows
 * and mathematical signs, lines, a tick. No soft hyphen, nothing that combines, and no selector of variations.
 */
export const oneColumnEach =
  /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u22ff\u2500-\u257f\u2713]*$/;

const text = `
import { createRequire } from "node:module";
const plain = ${oneColumnEach};
let library;
export default function stringWidth(text, options) {
  if (plain.test(text)) return text.length;
  library ??= createRequire(import.meta.url)("string-width").default;
  return library(text, options);
}`;

export const lazyStringWidth: Plugin = {
  name: "lazy-string-width",
  resolveId: (source) => (source === "string-width" ? id : null),
  load: (module) => (module === id ? { code: text, moduleType: "js" } : null),
};
