/**
 * Problems of manifests as findings: each an error or a warning at its place. A file without an error is a finding too,
 * of level none.
 */
import { isWarning } from "../../manifests/problem.ts";
import type { Problem } from "../../manifests/types.ts";
import { paragraph } from "../plain-text.ts";
import { type Draft, type Finding, findings } from "./finding.ts";
import type { ToPath } from "./places.ts";
import type { ProblemInput } from "./types.ts";

/** What problems without a file belong to. */
const NOWHERE = "command line";

/** @returns a finding a problem, then one a file without errors. */
export function problemFindings({ problems, files }: Omit<ProblemInput, "where">, toPath: ToPath): Finding[] {
  const wrong = new Set(problems.filter((problem) => !isWarning(problem)).map(({ file }) => file));
  const right = [...new Set(files)].filter((file) => !wrong.has(file));
  if (problems.length === 0 && right.length === 0) right.push(NOWHERE);
  return findings([
    ...problems.map((problem) => problemDraft(problem, toPath)),
    ...right.map((file) => rightDraft(file, toPath)),
  ]);
}

function problemDraft(problem: Problem, toPath: ToPath): Draft {
  const { code, message, remedy, file, line, column, path } = problem;
  const place = toPath(file);
  const group = place ?? file ?? NOWHERE;
  const text = [message, remedy].filter((part) => part !== undefined).join(" ");
  // What has no place in the repository says where it stands in its message.
  const where = place === undefined && file !== undefined ? `${[file, line, column].filter(known).join(":")}: ` : "";
  return {
    ...(isWarning(problem)
      ? ({ level: "warning", verdict: "passed" } as const)
      : ({ level: "error", verdict: "failure" } as const)),
    removal: false,
    rule: code,
    message: paragraph(`${where}${text}`) || "Something is wrong.",
    ...(place === undefined ? {} : { place: { path: place, ...position(line, column) } }),
    group,
    subject: path ? `${path}: ${code}` : code,
    identity: ["problem", code, group, path ?? ""],
  };
}

function rightDraft(file: string, toPath: ToPath): Draft {
  const place = toPath(file);
  const group = place ?? file;
  return {
    level: "none",
    verdict: "passed",
    removal: false,
    rule: "Valid",
    message: "Nothing is wrong.",
    ...(place === undefined || file === NOWHERE ? {} : { place: { path: place } }),
    group: file === NOWHERE ? file : group,
    subject: "valid",
    identity: ["valid", group],
  };
}

/** A column without a line says nothing; both start at 1. */
function position(line: number | undefined, column: number | undefined): { line?: number; column?: number } {
  if (line === undefined || line < 1) return {};
  return column === undefined || column < 1 ? { line } : { line, column };
}

function known<T>(value: T | undefined): value is T {
  return value !== undefined;
}
