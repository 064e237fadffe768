/**
 * One file's text in canonical form.
 *
 * What it says never changes: the new text is read again by the reader of manifests, and one that would say
 * anything else is not given out. It is formatted until formatting changes nothing more, so that a second run
 * never does.
 */
import { isDeepStrictEqual } from "node:util";
import { type Document, parseAllDocuments } from "yaml";
import type { AnnotatedSchema } from "../../api/schema.ts";
import { parseYaml } from "../../manifests/yaml.ts";
import { canonicalText } from "./canonical.ts";
import { canonicalValue, rawJson } from "./order.ts";

/** What a document is: somebody else's, or Plumbline's with the schema of its kind. */
export type Kinds = (value: unknown) => "foreign" | { schema: AnnotatedSchema | undefined };

/** The text would say something else in canonical form. */
export class UnformattableText extends Error {
  override readonly name = "UnformattableText";
}

const MARK = "\uFEFF";
/** Comments may move twice before they stay. */
const MANY_PASSES = 8;

/**
 * @param text that the reader of manifests finds no fault in. @param json whether it is to stay JSON.
 * @returns the text itself where none of its documents is Plumbline's.
 * @throws UnformattableText
 */
export function formatText(text: string, kinds: Kinds, json: boolean): string {
  const mark = text.startsWith(MARK) ? MARK : "";
  const crlf = /\r?\n/.exec(text)?.[0] === "\r\n";
  const plain = text.slice(mark.length).replaceAll("\r\n", "\n");
  const formatted = json ? formattedJson(plain, kinds) : settled(plain, kinds);
  if (formatted === plain) return text;
  expectSame(plain, formatted, kinds);
  return mark + (crlf ? formatted.replaceAll("\n", "\r\n") : formatted);
}

function settled(text: string, kinds: Kinds): string {
  let before = text;
  for (let pass = 0; pass < MANY_PASSES; pass++) {
    const after = formattedYaml(before, kinds);
    if (after === before) return after;
    before = after;
  }
  throw new UnformattableText("Formatting it does not come to an end.");
}

function formattedYaml(text: string, kinds: Kinds): string {
  const values = parseYaml(text).documents.map(({ value }) => value);
  const documents = parseAllDocuments(text, { intAsBigInt: true, uniqueKeys: false, schema: "core" });
  if (!Array.isArray(documents) || documents.length !== values.length) return text;
  let start = 0;
  const parts = documents.map((document, index) => {
    const end = documents[index + 1] ? document.range[2] : text.length;
    const source = text.slice(start, end);
    start = end;
    const kind = kinds(values[index]);
    return kind === "foreign" || document.errors.length > 0 ? source : written(text, document, kind.schema, index);
  });
  return parts.map((part) => (part.endsWith("\n") ? part : `${part}\n`)).join("");
}

function written(text: string, document: Document.Parsed, schema: AnnotatedSchema | undefined, index: number): string {
  if (index > 0 && document.directives) document.directives.docStart = true;
  return canonicalText(text, document, schema);
}

/** JSON with two columns a level; numbers stay as they are written. */
function formattedJson(text: string, kinds: Kinds): string {
  const [document] = parseYaml(text).documents;
  const kind = kinds(document?.value);
  if (kind === "foreign") return text;
  let value: unknown;
  try {
    value = JSON.parse(text, keepNumber);
  } catch {
    return text; // YAML under another name, which would not stay JSON
  }
  return `${JSON.stringify(canonicalValue(value, kind.schema, true), undefined, 2)}\n`;
}

function keepNumber(_: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === "number" && context?.source !== undefined ? rawJson.rawJSON(context.source) : value;
}

/** @throws UnformattableText */
function expectSame(before: string, after: string, kinds: Kinds): void {
  const meant = parseYaml(before).documents.map(({ value }) => {
    const kind = kinds(value);
    return kind === "foreign" ? value : canonicalValue(value, kind.schema, false);
  });
  const { documents, fault } = parseYaml(after);
  const isSound = fault === undefined && documents.every(({ faults }) => faults.length === 0);
  const said = documents.map(({ value }) => value);
  if (!isSound || !isDeepStrictEqual(said, meant)) throw new UnformattableText("It would say something else.");
}
