/**
 * Annotations of GitHub Actions: commands of the runner, a line each.
 *
 * The runner shows ten errors, ten warnings and ten notices of a step and drops the others without a word, so
 * the tenth says how many more there are, and those follow as lines of the log.
 */
import { visible } from "../plain-text.ts";
import { withoutCommands } from "../workflow-commands.ts";
import type { Finding, Level } from "./finding.ts";
import { fromWorkspace } from "./places.ts";
import { planFindings } from "./plan-findings.ts";
import { problemFindings } from "./problem-findings.ts";
import { select } from "./select.ts";
import type { PlanInput, ProblemInput, Rendered } from "./types.ts";

/** actions/toolkit, docs/problem-matchers.md, "Limitations": annotations of a step, of errors and of warnings. */
const MOST_SHOWN = 10;

/** Lines of the log for what has no annotation: enough to read, and no flood. */
const MOST_LINES = 1000;

type Command = "error" | "warning" | "notice";

const commands: Readonly<Record<Exclude<Level, "none">, Command>> = {
  error: "error",
  warning: "warning",
  note: "notice",
};

/** A plan as annotations. */
export function planAnnotations(input: PlanInput): Rendered {
  return annotations(planFindings(input, fromWorkspace(input.where)));
}

/** Problems as annotations. */
export function problemAnnotations(input: ProblemInput): Rendered {
  return annotations(problemFindings(input, fromWorkspace(input.where)));
}

function annotations(all: readonly Finding[]): Rendered {
  const findings = all.filter(({ level }) => level !== "none");
  const { kept } = select(findings, { count: findings.length, bytes: Number.POSITIVE_INFINITY, size: () => 0 });
  const lines: string[] = [];
  const rest: Finding[] = [];
  for (const [level, command] of Object.entries(commands)) {
    const own = kept.filter((finding) => finding.level === level);
    const shown = own.length > MOST_SHOWN ? own.slice(0, MOST_SHOWN - 1) : own;
    lines.push(...shown.map((finding) => annotation(command, finding)));
    if (shown.length === own.length) continue;
    const text = `${own.length - shown.length} more: GitHub shows ${MOST_SHOWN} of a kind. They are in the step's log.`;
    lines.push(line(command, { title: "Not everything is shown" }, text));
    rest.push(...own.slice(shown.length));
  }
  const cut =
    rest.length > 0 ? `${rest.length} have no annotation: GitHub shows ${MOST_SHOWN} of a kind for a step.` : undefined;
  return { text: [...lines, ...logLines(rest)].map((one) => `${one}\n`).join(""), cut, commands: true };
}

function annotation(command: Command, { place, rule: title, message }: Finding): string {
  const where: Record<string, string> = place === undefined ? {} : { file: place.path };
  if (place?.line !== undefined) Object.assign(where, { line: String(place.line), endLine: String(place.line) });
  return line(command, { ...where, title }, message);
}

/** A command as the runner reads it back (actions/toolkit, `core.error`): `%` first, since it is undone last. */
function line(command: Command, properties: Readonly<Record<string, string>>, message: string): string {
  const list = Object.entries(properties).map(([name, value]) => `${name}=${property(value)}`);
  return `::${command} ${list.join(",")}::${data(message)}`;
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

function logLines(rest: readonly Finding[]): string[] {
  const lines = rest.slice(0, MOST_LINES).map(({ level, place, message }) => {
    const where = place === undefined ? "" : `${[place.path, place.line].filter(Boolean).join(":")}: `;
    return withoutCommands(visible(`${level}: ${where}${message}`));
  });
  if (rest.length > MOST_LINES) lines.push(`and ${rest.length - MOST_LINES} more; to see all: -o text or -o json`);
  return lines;
}
