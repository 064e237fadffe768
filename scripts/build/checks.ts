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
  return [...imports, body].join("\n");
}
