/** A drawing before it has a language: boxes in groups, and arrows between them. */
import { DEFAULT_NAMESPACE } from "../../api/metadata.ts";

/** What a box stands for; each language draws it in its own way. */
export type Shape = "integration" | "kind" | "rule" | "route" | "event";

export interface Node {
  id: string;
  shape: Shape;
  /** Text of any origin, a line each. */
  lines: readonly string[];
}

/** Boxes that are drawn in one frame. */
export interface Group {
  id: string;
  title: string;
  nodes: readonly Node[];
}

/**
 * What an arrow means: `flow` is what happens at run time, `fallback` only when something is down, `order` what
 * waits for what, `holds` what belongs to what.
 */
export type EdgeStyle = "flow" | "fallback" | "order" | "holds";

export interface Edge {
  from: string;
  to: string;
  style: EdgeStyle;
  /** Empty for none. */
  label: string;
}

export interface Graph {
  groups: readonly Group[];
  /** Boxes outside of groups. */
  nodes: readonly Node[];
  edges: readonly Edge[];
}

/**
 * A name that both languages take without quotes, and that stays the same as long as its parts do: what is neither
 * letter nor digit becomes its code point between underscores. It never is a word of a language such as `end`.
 *
 * @param parts the names that tell it from others of its shape; always as many for one shape.
 */
export function nodeId(shape: string, namespace: string, ...parts: readonly string[]): string {
  const place = namespace === DEFAULT_NAMESPACE ? [] : [namespace];
  return [shape, ...place, ...parts].map(plain).join("_x_"); // x is no hexadecimal digit
}

function plain(text: string): string {
  return Array.from(text, (character) =>
    /[A-Za-z0-9]/.test(character) ? character : `_${(character.codePointAt(0) as number).toString(16)}_`,
  ).join("");
}
