/**
 * Problems for a terminal: place, message, the source line with a caret, the remedy.
 *
 * What comes from files may hold control characters, which could move a terminal's cursor or hide
 * text from a reviewer (CVE-2021-42574); they are shown as a replacement character.
 */
import stringWidth from "string-width";
import { isWarning } from "./problem.ts";
import type { Problem } from "./types.ts";

export interface RenderOptions {
  color: boolean;
  /** Columns of the terminal; longer source lines are cut around the caret. */
  width: number;
}

/** Select Graphic Rendition (ECMA-48): chosen by the caller's flag and not by this process's environment. */
const SGR = { bold: [1, 22], dim: [2, 22], red: [31, 39], yellow: [33, 39], cyan: [36, 39] } as const;

type Paint = (style: keyof typeof SGR, text: string) => string;

/** @returns the text, ending in a line end; empty for no problems. */
export function renderProblems(problems: readonly Problem[], options: RenderOptions): string {
  if (problems.length === 0) return "";
  const paint: Paint = (style, text) => {
    const [open, close] = SGR[style];
    return options.color ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  };
  const blocks = problems.map((problem) => renderProblem(problem, options.width, paint));
  return `${[...blocks, paint("bold", summary(problems))].join("\n\n")}\n`;
}

function renderProblem(problem: Problem, width: number, paint: Paint): string {
  const place = placeOf(problem);
  const level = isWarning(problem) ? paint("yellow", "warning") : paint("red", "error");
  const head = [place && paint("bold", place), level, visible(problem.message)];
  const lines = [head.filter((part) => part !== "").join("  ")];
  if (problem.excerpt !== undefined && problem.line !== undefined) lines.push(...sourceLines(problem, width, paint));
  if (problem.remedy !== undefined) lines.push(`  ${paint("cyan", "help:")} ${visible(problem.remedy)}`);
  return lines.join("\n");
}

function placeOf({ file, line, column }: Problem): string {
  if (file === undefined) return "";
  return [visible(file), line, column].filter((part) => part !== undefined).join(":");
}

function sourceLines(problem: Problem, width: number, paint: Paint): string[] {
  const { excerpt = "", line, column = 1 } = problem;
  const number = String(line);
  const gutter = `  ${number} | `;
  const { text, caret } = cut(visible(excerpt), column - 1, Math.max(width - gutter.length, 20));
  const indent = " ".repeat(stringWidth(text.slice(0, caret)));
  return [
    `${paint("dim", gutter)}${text}`,
    `${paint("dim", `  ${" ".repeat(number.length)} | `)}${indent}${paint(isWarning(problem) ? "yellow" : "red", "^")}`,
  ];
}

/** Cuts a line so that the caret's place stays in sight. */
function cut(line: string, caret: number, width: number): { text: string; caret: number } {
  if (stringWidth(line) <= width) return { text: line.trimEnd(), caret };
  const start = caret < width - 10 ? 0 : caret - Math.floor(width / 2);
  const head = start > 0 ? "…" : "";
  const body = line.slice(start, start + width - 2);
  const tail = start + width - 2 < line.length ? "…" : "";
  return { text: `${head}${body}${tail}`, caret: caret - start + head.length };
}

/** Tabs as one blank, so that columns hold; control and direction characters as a replacement. */
function visible(text: string): string {
  return text.replaceAll("\t", " ").replaceAll(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "\uFFFD");
}

function summary(problems: readonly Problem[]): string {
  const files = new Set(problems.flatMap(({ file }) => file ?? [])).size;
  const count = countProblems(problems);
  if (files === 0) return `${count}.`;
  return `${count} in ${files === 1 ? "1 file" : `${files} files`}.`;
}

/** @returns such as `2 problems and 1 warning`; empty for none. */
export function countProblems(problems: readonly Problem[]): string {
  const warnings = problems.filter(isWarning).length;
  const counts = [
    [problems.length - warnings, "problem"],
    [warnings, "warning"],
  ] as const;
  return counts
    .filter(([number]) => number > 0)
    .map(([number, what]) => `${number} ${what}${number === 1 ? "" : "s"}`)
    .join(" and ");
}
