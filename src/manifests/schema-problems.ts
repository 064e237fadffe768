/**
 * What a manifest's schema found wrong, in words and with its place.
 *
 * A value is repeated only where it can help and cannot be secret: as it was typed, since people
 * look for `008672` in their file and not for the 8672 that YAML made of it.
 */
import type { AnnotatedSchema } from "../api/schema.ts";
import { type Excerpts, withoutTokens } from "./excerpt.ts";
import { didYouMean, nearest } from "./nearest.ts";
import { pointer } from "./problem.ts";
import {
  branchesOf,
  fits,
  isWrongReference,
  meantField,
  mistakes,
  sourceNames,
  sourcesIn,
  typesOf,
} from "./schema-errors.ts";
import type { SecretTest } from "./secret-fields.ts";
import type { DocumentPath, Position, Problem, SchemaError } from "./types.ts";
import { allowedValues, expected, formatPath, insteadOfNothing, kindOfValue, rule, shortList } from "./wording.ts";
import type { YamlDocument } from "./yaml.ts";

/** Where the errors come from. */
export interface SchemaContext {
  file: string;
  document: YamlDocument;
  secret: SecretTest;
  excerpts: Excerpts;
}

/** What is said of a mistake, before its place is known. */
interface Said {
  code: string;
  message: string;
  remedy?: string;
  path: DocumentPath;
  /** Whether the key is meant rather than the value. */
  atKey?: boolean;
  /** The path may be repeated only so far: its last name could be a secret. */
  hidden?: boolean;
}

/** @returns one problem per mistake; a mistake in an anchor that many aliases repeat is one. */
export function schemaProblems(errors: readonly SchemaError[], context: SchemaContext): Problem[] {
  const problems = new Map<string, Problem>();
  for (const error of mistakes(errors)) {
    const problem = place(say(error, context), context);
    const field = error.params.missingProperty ?? error.params.additionalProperty ?? "";
    const where = `${problem.line}:${problem.column} ${problem.code} ${String(field)}`;
    if (!problems.has(where)) problems.set(where, problem);
  }
  return [...problems.values()];
}

function place({ path, atKey, hidden, ...said }: Said, { document, excerpts, file }: SchemaContext): Problem {
  const position: Position = atKey ? document.locateKey(path) : document.locate(path);
  const excerpt = excerpts.at(position);
  return {
    ...said,
    file,
    ...position,
    path: pointer(hidden ? path.slice(0, -1) : path),
    ...(excerpt === undefined ? {} : { excerpt }),
  };
}

function say(error: SchemaError, context: SchemaContext): Said {
  const path = documentPath(error.instancePath, context.document.value);
  if (error.keyword === "additionalProperties") return unknownField(error, path, context);
  if (error.keyword === "required") return missing(error, path);
  if (error.data === null) return empty(error, path, context);
  if (isWrongReference(error)) return wrongReference(error, path);
  if (isLiteralSecret(error, path, context)) return literalSecret(path);
  if (error.keyword === "type" || error.keyword === "anyOf" || error.keyword === "oneOf") {
    return wrongType(error, path, context);
  }
  if (error.keyword === "enum" || error.keyword === "const") return wrongWord(error, path, context);
  const found = error.data === "" ? undefined : shown(path, context, error.data);
  const message = `${formatPath(path)} ${rule(error)}${found === undefined ? "" : `, not ${found}`}.`;
  return { code: "InvalidValue", message, path };
}

function unknownField(error: SchemaError, parent: DocumentPath, context: SchemaContext): Said {
  const name = String(error.params.additionalProperty);
  const meant = meantField(error);
  const inReference = context.secret(parent) && parent.length > 2;
  const hidden = meant === undefined && inReference;
  const title = hidden ? "Unknown field" : `Unknown field "${withoutTokens(name)}"`;
  const where = parent.length === 0 ? "" : ` in ${formatPath(parent)}`;
  const allowed = shortList(Object.keys((error.parentSchema as AnnotatedSchema | undefined)?.properties ?? {}));
  const said = { code: "UnknownField", path: [...parent, name], atKey: true, hidden };
  if (meant !== undefined) return { ...said, message: `${title}${where}. Did you mean "${meant}"?` };
  const remedy = hidden || allowed === undefined ? "Remove it." : `Remove it, or use one of: ${allowed}.`;
  return { ...said, message: `${title}${where}.`, remedy };
}

function missing(error: SchemaError, parent: DocumentPath): Said {
  const name = String(error.params.missingProperty);
  const where = parent.length === 0 ? "The document" : formatPath(parent);
  const fields = (error.parentSchema as AnnotatedSchema | undefined)?.properties;
  const description = fields && Object.hasOwn(fields, name) ? fields[name]?.description : undefined;
  const message = `${where} lacks the field "${name}".`;
  const remedy = description === undefined ? `Add ${name}.` : `Add ${name}: ${description}`;
  return { code: "MissingField", message, remedy, path: parent };
}

function empty(error: SchemaError, path: DocumentPath, context: SchemaContext): Said {
  const said = { code: "EmptyValue", path, atKey: true };
  const comment = context.secret(path) ? undefined : commentInsteadOfValue(path, context.document);
  if (comment === undefined) {
    return { ...said, message: `${formatPath(path)} has an empty value.`, remedy: insteadOfNothing(error) };
  }
  const message = `${formatPath(path)} has an empty value: what follows # is a comment.`;
  return { ...said, message, remedy: `Quote it: "${comment}".` };
}

/** The word after a `#` that was meant as part of a value, such as a colour. */
function commentInsteadOfValue(path: DocumentPath, document: YamlDocument): string | undefined {
  if (document.typed(path) !== "") return undefined;
  const end = document.keyEnd(path);
  return end === undefined
    ? undefined
    : /^["']?\s*:[ \t]+(#[^\s"]+)/.exec(document.source.text.slice(end, end + 100))?.[1];
}

/** A literal where only a reference may stand; inside of a reference the value is a name, not a secret. */
function isLiteralSecret(error: SchemaError, path: DocumentPath, context: SchemaContext): boolean {
  if (typeof error.data === "object" && !Array.isArray(error.data)) return false;
  const schema = error.parentSchema as AnnotatedSchema | undefined;
  if (error.keyword === "anyOf") return schema?.writeOnly === true;
  if (error.keyword !== "type" || error.params.type !== "object") return false;
  return path[0] === "spec" && path[1] === "credentials" && path.at(-1) !== "secretKeyRef" && context.secret(path);
}

/** A reference that names no source, or several. */
function wrongReference(error: SchemaError, path: DocumentPath): Said {
  const stated = Object.keys(error.data as object);
  const known = sourceNames(error.parentSchema);
  const named = sourcesIn(error.parentSchema, error.data as object);
  if (named.length > 1) {
    const message = `${formatPath(path)} names several sources: ${named.join(", ")}.`;
    return { code: "InvalidValue", message, remedy: "Keep one of them.", path };
  }
  for (const name of stated) {
    const meant = nearest(name, known);
    if (meant === undefined) continue;
    const message = `Unknown field "${name}" in ${formatPath(path)}. Did you mean "${meant}"?`;
    return { code: "UnknownField", message, path: [...path, name], atKey: true };
  }
  const message = `${formatPath(path)} names no source of the secret.`;
  return { code: "InvalidValue", message, remedy: `Use one of: ${known.join(", ")}.`, path };
}

function literalSecret(path: DocumentPath): Said {
  const wanted = path.length === 2 ? "hold references to secrets" : "be a reference to a secret";
  return {
    code: "LiteralSecret",
    message: `${formatPath(path)} must ${wanted}; a secret itself may not stand in a manifest.`,
    remedy: "Write { env: NAME }, NAME being the environment variable that holds it.",
    path,
  };
}

function wrongType(error: SchemaError, path: DocumentPath, context: SchemaContext): Said {
  const schema = (error.parentSchema ?? {}) as AnnotatedSchema;
  if (isScalar(error.data) && typeof error.data !== "string" && takesString(error)) {
    return unquoted(path, context, error.data);
  }
  const wanted = expected(schema);
  const number = typeof error.data === "number" ? shown(path, context, error.data) : undefined;
  const message = `${formatPath(path)} must be ${wanted}, not ${number ?? kindOfValue(error.data)}.`;
  const remedy = withoutQuotes(error.data, typesOf(schema), wanted);
  return { code: "WrongType", message, path, ...(remedy === undefined ? {} : { remedy }) };
}

function takesString(error: SchemaError): boolean {
  const schema = (error.parentSchema ?? {}) as AnnotatedSchema;
  return [schema, ...branchesOf(error)].some((each) => (each.type ?? each.enum) !== undefined && fits(each, ""));
}

/** A number or boolean that should have been a string. */
function unquoted(path: DocumentPath, context: SchemaContext, data: unknown): Said {
  const code = "UnquotedString";
  const typed = context.secret(path) ? undefined : context.document.typed(path);
  if (typed === undefined) {
    return {
      code,
      message: `${formatPath(path)} must be a string, not ${kindOfValue(data)}.`,
      remedy: "Quote it.",
      path,
    };
  }
  const message = `${formatPath(path)} must be a string, but ${typed} without quotes is ${kindOfBare(data)}; quote it.`;
  return { code, message, remedy: `Write "${typed}".`, path };
}

function kindOfBare(data: unknown): string {
  return typeof data === "boolean" ? `the boolean ${data}` : `the number ${String(data)}`;
}

function withoutQuotes(data: unknown, types: readonly string[], wanted: string): string | undefined {
  if (Array.isArray(data) || typeof data === "object") return undefined;
  if (types.includes("array")) return "Write it as a list, in [ ] or with a dash before each entry.";
  if (typeof data !== "string") return undefined;
  if (types.includes("boolean") && /^(true|false|yes|no|on|off)$/i.test(data)) {
    return `Write ${/^(true|yes|on)$/i.test(data) ? "true" : "false"}, without quotes.`;
  }
  const isNumber = wanted.includes("number") && /^[-+]?\d+(\.\d+)?$/.test(data);
  return isNumber ? `Write ${data}, without quotes.` : undefined;
}

function wrongWord(error: SchemaError, path: DocumentPath, context: SchemaContext): Said {
  const allowed = allowedValues((error.parentSchema ?? {}) as AnnotatedSchema) ?? [];
  const words = allowed.filter((word): word is string => typeof word === "string");
  const typed = context.document.typed(path);
  if (typeof error.data !== "string" && isScalar(error.data)) {
    if (words.length === allowed.length || (typed !== undefined && words.includes(typed))) {
      return unquoted(path, context, error.data);
    }
  }
  const list = shortList(allowed);
  const near = typeof error.data === "string" ? didYouMean(error.data, words) : "";
  const found = shown(path, context, error.data) ?? kindOfValue(error.data);
  const wanted = list === undefined ? "one of the allowed words" : allowed.length === 1 ? list : `one of ${list}`;
  return { code: "InvalidValue", message: `${formatPath(path)} must be ${wanted}, not ${found}.${near}`, path };
}

function isScalar(data: unknown): boolean {
  return typeof data !== "object";
}

/** A value's text for a message; undefined where it may be secret, is long or is no scalar. */
function shown(path: DocumentPath, { document, secret }: SchemaContext, data: unknown): string | undefined {
  if (secret(path) || !isScalar(data)) return undefined;
  const text = typeof data === "string" ? JSON.stringify(data) : (document.typed(path) ?? String(data));
  return text.length > 80 ? undefined : withoutTokens(text);
}

/** @returns a JSON pointer's path; numbers where the value has a list. */
function documentPath(instancePath: string, value: unknown): DocumentPath {
  const path: (string | number)[] = [];
  let at = value;
  for (const escaped of instancePath.split("/").slice(1)) {
    const name = escaped.replaceAll("~1", "/").replaceAll("~0", "~");
    const segment = Array.isArray(at) ? Number(name) : name;
    path.push(segment);
    at = typeof at === "object" && at !== null ? Object.getOwnPropertyDescriptor(at, segment)?.value : undefined;
  }
  return path;
}

/** @returns the words for a name that is none of the known ones. */
export function unknownName(what: string, name: string, known: readonly string[]): Pick<Problem, "message" | "remedy"> {
  const list = known.length === 0 ? "none" : known.join(", ");
  const near = nearest(name, known);
  const message = `There is no ${what} "${withoutTokens(name)}".${near === undefined ? "" : ` Did you mean "${near}"?`}`;
  return { message, remedy: `Known: ${list}.` };
}
