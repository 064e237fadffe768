/**
 * The one way in which Plumbline compiles a JSON Schema, ahead at build or when a user's own
 * connector is loaded, so that both find the same mistakes.
 *
 * Keywords are strict: a misspelt annotation in a connector is an error and not silently ignored.
 * Formats are regular expressions only, so that compiled code needs nothing at run time.
 */
import { Ajv, type Options } from "ajv";
import { formats } from "../api/formats.ts";

/** Annotations that mean nothing to validation. */
const annotations = [
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-preserve-unknown-fields",
  "x-kubernetes-validations",
  "x-plumbline-immutable",
  "x-plumbline-create-only",
  "x-plumbline-ref",
  "x-plumbline-key-of",
  "x-plumbline-compare",
  "x-plumbline-members",
  "x-plumbline-owners",
  "x-plumbline-escape",
  "x-plumbline-risk",
  "x-plumbline-renamed-to",
] as const;

/**
 * Makes a compiler. Errors are collected whole and carry their schema and value.
 *
 * @param options more of ajv's options, such as `code` for compiling ahead.
 */
export function createSchemaCompiler(options: Options = {}): Ajv {
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    strictSchema: true,
    strictNumbers: true,
    strictTypes: false,
    strictTuples: false,
    inlineRefs: false,
    formats,
    ...options,
  });
  for (const keyword of annotations) ajv.addKeyword(keyword);
  return ajv;
}
