/**
 * Compiles validators ahead: JSON Schema -> source of a JavaScript module.
 *
 * The source comes from ajv's own standalone generator, run on the same ajv that the program uses
 * where it compiles at run time, so both give the same errors.
 */
import standalone from "ajv/dist/standalone/index.js";
import type { AnnotatedSchema } from "../../src/api/index.ts";
import { createSchemaCompiler } from "../../src/manifests/schema-compiler.ts";

/** A helper of ajv that generated code asks for, such as `require("ajv/dist/runtime/equal").default`. */
const required = /require\("(ajv\/dist\/runtime\/[a-z0-9]+)"\)\.default/g;

/**
 * @returns the text of a module whose default export is the check.
 * @throws Error when ajv cannot compile the schema.
 */
export function checkModule(schema: AnnotatedSchema): string {
  const ajv = createSchemaCompiler({ code: { source: true, esm: true } });
  const code = standalone.default(ajv, ajv.compile(schema));
  const helpers = [...new Set([...code.matchAll(required)].map((match) => match[1] as string))];
  const imports = helpers.map((helper, index) => `import helper${index} from "${helper}.js";`);
  const body = code.replaceAll(required, (_, helper: string) => `helper${helpers.indexOf(helper)}`);
  return [...imports, lazySchemas(body)].join("\n");
}

/** A text, which is left alone; where a schema is stated; where one is used. */
const token = /"(?:[^"\\]|\\.)*"|\bconst (schema\d+) = (?=\{)|\b(schema\d+)\b/g;

/**
 * Makes each schema when it is first used: only errors carry them, and reading them would take more of a module's
 * loading than anything else.
 */
function lazySchemas(code: string): string {
  const stated = [...code.matchAll(token)].flatMap(({ 1: name, index, 0: { length } }) =>
    name === undefined ? [] : [{ name, index, from: index + length, to: endOfObject(code, index + length) }],
  );
  const parts = stated.map(({ name, index, from, to }, at) => {
    const before = code.slice(stated[at - 1]?.to ?? 0, index);
    return `${called(before)}let ${name}_;const ${name} = () => ${name}_ ??= ${code.slice(from, to)}`;
  });
  return [...parts, called(code.slice(stated.at(-1)?.to ?? 0))].join("");
}

const called = (code: string): string =>
  code.replaceAll(token, (found, _, used?: string) => (used === undefined ? found : `${used}()`));

/** @returns where the object ends that begins at a place, which holds JSON only. */
function endOfObject(code: string, start: number): number {
  const pieces = /"(?:[^"\\]|\\.)*"|[{}]/g;
  pieces.lastIndex = start;
  let depth = 0;
  for (let piece = pieces.exec(code); piece; piece = pieces.exec(code)) {
    if (piece[0] === "{") depth++;
    if (piece[0] === "}" && --depth === 0) return pieces.lastIndex;
  }
  throw new Error("A schema in a compiled check does not end.");
}
