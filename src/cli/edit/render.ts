/** Values as the text that an edit puts into a document: in one line, or in lines of their own. */
import { Document, isCollection, visit } from "yaml";
import { isObject } from "../../manifests/defaults.ts";
import { manifestYaml, styled } from "../manifest-yaml.ts";
import { writeYaml } from "../yaml-form.ts";

/** How the text around an edit is written. */
export interface Surrounding {
  /** JSON, which knows one way of quoting and no comments. */
  json: boolean;
  /** What ends a line. */
  eol: string;
}

/** A value in one line, that may stand in braces and brackets. */
export function inline(value: unknown, { json }: Surrounding): string {
  if (json) return JSON.stringify(value);
  const document = styled(new Document(value, { aliasDuplicateObjects: false }));
  visit(document, {
    Collection: (_, node) => {
      if (isCollection(node)) node.flow = true;
    },
  });
  return writeYaml(document).trimEnd();
}

/** A value as lines, without indentation; of a list or a map that is short, one. */
export function lines(value: unknown): string[] {
  return manifestYaml(value as object)
    .trimEnd()
    .split("\n");
}

/** An item of a block list as lines, its mark before the first. */
export function itemLines(value: unknown): string[] {
  if (isObject(value) && Object.keys(value).length > 0) return lines([value]);
  const [first = "", ...rest] = lines(value);
  return [`- ${first}`, ...rest.map((line) => `  ${line}`)];
}

/** A pair of a block map as lines. */
export function pairLines(key: string | number, value: unknown, around: Surrounding): string[] {
  const name = inline(String(key), around);
  const inner = lines(value);
  const fits = inner.length === 1 && !isOpen(value);
  return fits ? [`${name}: ${inner[0]}`] : [`${name}:`, ...inner.map((line) => `  ${line}`)];
}

/** A value whose lines are a block, even if it is one line. */
export function isOpen(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return !/^[[{]/.test(lines(value)[0] ?? "");
}

/** Lines at a column: the first where the text already stands, the others indented. */
export function at(column: number, text: readonly string[], { eol }: Surrounding): string {
  return text.map((line, index) => (index === 0 || line === "" ? line : " ".repeat(column) + line)).join(eol);
}
