/** The part of each language that drawings are written in; stricter than the languages are. */

const label = String.raw`"(?:#\d{1,7};|<br/>|[\p{L}\p{N} _,.:/()='-])+"`;
const id = "[a-z]+(?:_x_[A-Za-z0-9_]*)+";
const mermaidLines = [
  `  subgraph ${id}\\[${label}\\]`,
  `(?:  )?  ${id}(?:\\[${label}\\]|\\(${label}\\)|\\{\\{${label}\\}\\}|\\[/${label}/\\]|\\(\\[${label}\\]\\))`,
  `  ${id} (?:-->|-\\.->|---)(?:\\|${label}\\|)? ${id}`,
  "  end",
].map((line) => new RegExp(`^${line}$`, "u"));

/** @returns the lines of a Mermaid text that are none of its sentences. */
export function strangeToMermaid(text: string): string[] {
  const [head, ...lines] = text.trimEnd().split("\n");
  return [
    ...(head === "flowchart LR" ? [] : [String(head)]),
    ...lines.filter((line) => !mermaidLines.some((one) => one.test(line))),
  ];
}

const quoted = String.raw`"(?:[^"\\\n]|\\[\\"n])*"`;
const dotLines = [
  `  subgraph cluster_${id} \\{`,
  `    label=${quoted};`,
  `(?:  )?  ${id} \\[shape=[a-z]+(?:, style=(?:[a-z]+|"[a-z]+"))?, label=${quoted}\\];`,
  `  ${id} -> ${id}(?: \\[(?:(?:style|arrowhead)=[a-z]+)?(?:, )?(?:label=${quoted})?\\])?;`,
  "  \\}",
].map((line) => new RegExp(`^${line}$`, "u"));

/** @returns the lines of a DOT text that are none of its sentences. */
export function strangeToDot(text: string): string[] {
  const lines = text.trimEnd().split("\n");
  const frame = [lines.shift(), lines.shift(), lines.pop()].join("|");
  const strange = lines.filter((line) => !dotLines.some((one) => one.test(line)));
  return frame === "digraph plumbline {|  rankdir=LR;|}" ? strange : [frame, ...strange];
}
