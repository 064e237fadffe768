/** What is wrong with manifests, as Markdown: each problem with its place, its line, and what to do. */
import { isWarning } from "../../manifests/problem.ts";
import { countProblems } from "../../manifests/render.ts";
import type { Problem } from "../../manifests/types.ts";
import { count, visible } from "../plain-text.ts";
import { type Budget, fits } from "./budget.ts";
import { type Links, placeOf } from "./lines.ts";
import { clip, code, codeBlock } from "./text.ts";

export interface ProblemsMarkdownOptions {
  budget: Budget;
  /** Where a line of a file can be looked at; left out: nothing is linked. */
  links?: Links | undefined;
  /** What was read, as the first line names it. */
  title?: string | undefined;
}

const MESSAGE = 1000;
const EXCERPT = 200;

/** @returns the Markdown, ending in a line end. Where it is cut, the first line says by how many problems. */
export function renderProblemsMarkdown(problems: readonly Problem[], options: ProblemsMarkdownOptions): string {
  const whole = render(problems, problems.length, true, options);
  if (fits(whole, options.budget)) return whole;
  let best = render(problems, 0, false, options);
  let low = 0;
  for (let high = problems.length; low < high; ) {
    const middle = Math.ceil((low + high) / 2);
    const text = render(problems, middle, false, options);
    if (fits(text, options.budget)) {
      best = text;
      low = middle;
    } else high = middle - 1;
  }
  return best;
}

function render(
  problems: readonly Problem[],
  shown: number,
  excerpts: boolean,
  { links, title }: ProblemsMarkdownOptions,
): string {
  const lines = problems.slice(0, shown).flatMap((problem) => problemLines(problem, excerpts, links));
  return `${[firstLine(problems, shown, title), "", ...lines].join("\n").trimEnd()}\n`;
}

function firstLine(problems: readonly Problem[], shown: number, title: string | undefined): string {
  const of = title === undefined ? "" : ` of ${code(title, 100)}`;
  const valid = problems.every(isWarning);
  if (problems.length === 0) return `**Plumbline validate**${of}: the manifests are valid.`;
  const files = new Set(problems.flatMap(({ file }) => file ?? [])).size;
  const where = files === 0 ? "" : ` in ${count(files, "file")}`;
  const left = problems.length - shown;
  const missing = left > 0 ? ` **${left} of them are not listed here.**` : "";
  const counted = `${valid ? "the manifests are valid; " : ""}${countProblems(problems)}`;
  return `**Plumbline validate**${of}: ${counted}${where}.${missing}`;
}

function problemLines(problem: Problem, excerpts: boolean, links: Links | undefined): string[] {
  const { file, line, message, remedy, excerpt } = problem;
  const where = file === undefined ? "" : `${placeOf({ file, line: line ?? 1 }, links)} `;
  const help = remedy === undefined ? "" : ` Help: ${code(remedy, MESSAGE)}`;
  const warning = isWarning(problem) ? "warning " : "";
  const head = `- ${where}${warning}${code(problem.code)} ${code(message, MESSAGE)}${help}`;
  if (!excerpts || excerpt === undefined) return [head];
  return [head, ...codeBlock([`${line ?? 1} | ${clip(visible(excerpt).toWellFormed(), EXCERPT)}`], "text", "  ")];
}
