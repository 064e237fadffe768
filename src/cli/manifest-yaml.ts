/**
 * A manifest as a person would write it, in YAML that every reader takes for the same data.
 *
 * Words stay unquoted where no reader of YAML 1.1 or 1.2 takes them for anything but the string; all else
 * is quoted, such as the colour 008672 and the word `on`.
 */
import { Document, isMap, isNode, isScalar, isSeq, type Node, type Pair, type Scalar, visit, type YAMLSeq } from "yaml";
import { writeYaml } from "./yaml-form.ts";

/** A remark that stands before an item of a list. */
export interface Remark {
  path: readonly (string | number)[];
  lines: readonly string[];
}

/** Columns that a list in one line may take, without its name. */
const LINE = 72;

/** @returns a document, its last line ended. */
export function manifestYaml(manifest: object, remarks: readonly Remark[] = []): string {
  const document = styled(new Document(manifest, { aliasDuplicateObjects: false }));
  visit(document, {
    Map: (position, node) => {
      if (typeof position !== "number" && node.items.length === 1 && node.items.every(isShort)) node.flow = true;
    },
    Seq: (_, node) => {
      if (fitsLine(node)) node.flow = true;
    },
  });
  for (const { path, lines } of remarks) {
    const node = document.getIn(path, true);
    if (isNode(node)) (node as Node).commentBefore = lines.map((line) => ` ${line}`).join("\n");
  }
  return writeYaml(document);
}

/** Quotes all that some reader of YAML could take for anything but the string. @returns the document. */
export function styled(document: Document): Document {
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === "string") (node as Scalar).type = isPlain(node.value) ? "PLAIN" : "QUOTE_DOUBLE";
    },
  });
  return document;
}

/** Words with which some reader of YAML means a truth value or nothing. */
const ambiguous = /^(y|n|yes|no|on|off|true|false|null)$/i;
/** Letters first, so that it is no number; then what means nothing to YAML, inside of brackets too. */
const words = /^\p{L}[\p{L}\p{N}_./@-]*(?: [\p{L}\p{N}_./@-]+)*$/u;
/** No number in any reader of YAML, unlike `1e3`. */
const duration = /^\d+(ms|s|m|h|d)$/;

function isPlain(text: string): boolean {
  return (words.test(text) && !ambiguous.test(text)) || duration.test(text);
}

/** One scalar, such as the name of an environment variable. */
function isShort({ value }: Pair): boolean {
  return isScalar(value);
}

function fitsLine({ items }: YAMLSeq): boolean {
  const widths = items.map((item) => (isScalar(item) ? String(item.value).length + 4 : LINE));
  return !items.some((item) => isMap(item) || isSeq(item)) && widths.reduce((sum, width) => sum + width, 0) <= LINE;
}
