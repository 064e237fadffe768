/**
 * A drawing in Mermaid's flowchart language (https://mermaid.js.org/syntax/flowchart.html).
 *
 * Labels stand in quotes, and all in them that is neither letter nor digit nor plain punctuation is written as an
 * entity code (`#34;`): quotes and `#` end or begin something there, HTML would be taken as such, and a label
 * that begins like a Markdown list is refused.
 */
import { visible } from "../plain-text.ts";
import type { Edge, EdgeStyle, Graph, Node, Shape } from "./graph.ts";

const brackets: Readonly<Record<Shape, readonly [open: string, close: string]>> = {
  integration: ["[", "]"],
  kind: ["(", ")"],
  rule: ["{{", "}}"],
  route: ["[/", "/]"],
  event: ["([", "])"],
};

const arrows: Readonly<Record<EdgeStyle, string>> = { flow: "-->", fallback: "-.->", order: "-.->", holds: "---" };

/** @returns the drawing's text. */
export function mermaid({ groups, nodes, edges }: Graph): string {
  return `${[
    "flowchart LR",
    ...groups.flatMap(({ id, title, nodes: inner }) => [
      `  subgraph ${id}["${label([title])}"]`,
      ...inner.map((node) => `    ${box(node)}`),
      "  end",
    ]),
    ...nodes.map((node) => `  ${box(node)}`),
    ...edges.map((edge) => `  ${arrow(edge)}`),
  ].join("\n")}\n`;
}

function box({ id, shape, lines }: Node): string {
  const [open, close] = brackets[shape];
  return `${id}${open}"${label(lines)}"${close}`;
}

function arrow({ from, to, style, label: text }: Edge): string {
  return `${from} ${arrows[style]}${text === "" ? "" : `|"${label([text])}"|`} ${to}`;
}

/** A label without any text would be a mistake of syntax. */
function label(lines: readonly string[]): string {
  const text = lines.map(escaped).filter((line) => line !== "");
  return text.length === 0 ? "#160;" : text.join("<br/>");
}

/** Letters and digits of all scripts, and what means nothing in a label. */
const PLAIN = /[\p{L}\p{N} _,.:/()='-]/u;

function escaped(text: string): string {
  const line = visible(text);
  const list = /^\s*(?:[-+*]|\d+[.)])/.exec(line)?.[0].length ?? 0;
  return Array.from(line, (character, index) =>
    PLAIN.test(character) && (index >= list || /[\p{L}\p{N} ]/u.test(character))
      ? character
      : `#${character.codePointAt(0)};`,
  ).join("");
}
