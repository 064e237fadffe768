/** An explanation as text: a line for each thing that is known, then the fields below. */
import type { Output } from "../output.ts";
import { pad, visible, wrap } from "../plain-text.ts";
import { renderTable } from "../render-table.ts";
import type { Explanation, FieldLine } from "./explanation.ts";

type Look = Pick<Output, "paint" | "width">;

/** Columns of the words in front. */
const LABEL = "DESCRIPTION".length + 2;

export function renderExplanation(explanation: Explanation, recursive: boolean, look: Look): string {
  const facts = factsOf(explanation).flatMap(([label, texts]) => rows(label, texts, look));
  const fields = recursive ? fieldTree(explanation.fields, look) : fieldTable(explanation.fields, look);
  const below = fields === "" ? [] : ["", look.paint("bold", "FIELDS"), ...fields.trimEnd().split("\n")];
  return `${[...facts, ...below].join("\n")}\n`;
}

function factsOf(explanation: Explanation): [label: string, texts: readonly string[]][] {
  const { path, kind, type, required, values, limits, compared, notes, description, examples } = explanation;
  return [
    ["PATH", [visible(path)]],
    ["KIND", kind === undefined ? [] : [visible(kind)]],
    ["TYPE", [visible(type)]],
    ["REQUIRED", path.includes(".") ? [required ? "yes" : "no"] : []],
    ["DEFAULT", explanation.default === undefined ? [] : [spaced(explanation.default)]],
    ["VALUES", values.length === 0 ? [] : [values.map(spaced).join(", ")]],
    ["LIMITS", limits.length === 0 ? [] : [visible(limits.join("; "))]],
    ["COMPARED", compared.map(visible)],
    ["CHANGES", notes.length === 0 ? [] : [visible(notes.join(", "))]],
    ["DESCRIPTION", description === "" ? [] : [visible(description)]],
    [examples.length > 1 ? "EXAMPLES" : "EXAMPLE", examples.map(spaced)],
  ];
}

/** A JSON value on one line that can be broken at blanks. */
function spaced(value: unknown): string {
  return visible((JSON.stringify(value, undefined, 1) ?? "").replaceAll(/\n */g, " "));
}

/** A label, and its texts beside it, each on lines of its own. */
function rows(label: string, texts: readonly string[], { paint, width }: Look): string[] {
  const lines = texts.flatMap((text) => wrap(text, width - LABEL));
  return lines.map((line, index) => `${index === 0 ? paint("cyan", pad(label, LABEL)) : " ".repeat(LABEL)}${line}`);
}

function fieldTable(fields: readonly FieldLine[], { paint, width }: Look): string {
  return renderTable(
    fields,
    [
      { title: "NAME", of: ({ name, required }) => (required ? `${name} *` : name) },
      { title: "TYPE", of: ({ type }) => type },
      { title: "WHAT IT IS", of: ({ description }) => description },
    ],
    { paint, width, wrapLast: true },
  );
}

function fieldTree(fields: readonly FieldLine[], look: Look, depth = 1): string {
  const { paint } = look;
  return fields
    .map(({ name, type, required, fields: inner }) => {
      const line = `${"  ".repeat(depth)}${visible(name)}${required ? " *" : ""}  ${paint("dim", visible(type))}\n`;
      return line + fieldTree(inner, look, depth + 1);
    })
    .join("");
}
