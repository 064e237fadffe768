/**
 * A drawing in Graphviz' language (https://graphviz.org/doc/info/lang.html).
 *
 * In a quoted label `\` begins an escape and `&` an HTML entity, so both are written as text.
 */
import { visible } from "../plain-text.ts";
import type { Edge, EdgeStyle, Graph, Node, Shape } from "./graph.ts";

const shapes: Readonly<Record<Shape, string>> = {
  integration: "shape=box, style=bold",
  kind: 'shape=box, style="rounded"',
  rule: "shape=hexagon",
  route: "shape=parallelogram",
  event: "shape=oval, style=dashed",
};

const looks: Readonly<Record<EdgeStyle, readonly string[]>> = {
  flow: [],
  fallback: ["style=dashed"],
  order: ["style=dotted"],
  holds: ["arrowhead=none"],
};

/** @returns the drawing's text. */
export function dot({ groups, nodes, edges }: Graph): string {
  return `${[
    "digraph plumbline {",
    "  rankdir=LR;",
    ...groups.flatMap(({ id, title, nodes: inner }) => [
      `  subgraph cluster_${id} {`,
      `    label=${quoted([title])};`,
      ...inner.map((node) => `    ${box(node)}`),
      "  }",
    ]),
    ...nodes.map((node) => `  ${box(node)}`),
    ...edges.map((edge) => `  ${arrow(edge)}`),
    "}",
  ].join("\n")}\n`;
}

function box({ id, shape, lines }: Node): string {
  return `${id} [${shapes[shape]}, label=${quoted(lines)}];`;
}

function arrow({ from, to, style, label }: Edge): string {
  const attributes = [...looks[style], ...(label === "" ? [] : [`label=${quoted([label])}`])];
  return `${from} -> ${to}${attributes.length === 0 ? "" : ` [${attributes.join(", ")}]`};`;
}

function quoted(lines: readonly string[]): string {
  const escaped = lines.map((line) =>
    visible(line).replaceAll("&", "&amp;").replaceAll("\\", "\\\\").replaceAll('"', '\\"'),
  );
  return `"${escaped.join("\\n")}"`;
}
