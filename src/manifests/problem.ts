/**
 * Problems at a place in a document. The place is looked up only for what goes wrong, since a
 * look-up costs more than the check itself.
 */
import { escapeSegment } from "../api/key.ts";
import type { Source } from "../api/plan.ts";
import { withoutCredentials } from "./token-forms.ts";
import type { DocumentPath, Manifest, Problem } from "./types.ts";

/** The part of a manifest that knows where things stand. */
export type Located = Pick<Manifest, "file" | "locate">;

/**
 * A problem with the value at `path`, or, where that does not exist, with its nearest parent.
 * A name or key in its text may be a credential in the wrong place; such are taken out.
 */
export function problemAt(
  located: Located,
  path: DocumentPath,
  problem: Pick<Problem, "level" | "code" | "message" | "remedy">,
): Problem {
  const { line, column } = located.locate(path);
  const level = problem.level === undefined ? {} : { level: problem.level };
  const text = {
    message: withoutCredentials(problem.message),
    ...(problem.remedy === undefined ? {} : { remedy: withoutCredentials(problem.remedy) }),
  };
  return { ...level, code: problem.code, ...text, file: located.file, line, column, path: pointer(path) };
}

/** Whether a problem fails nothing. */
export function isWarning({ level }: Pick<Problem, "level">): boolean {
  return level === "warning";
}

/** Where the value at `path` was written. */
export function sourceAt(located: Located, path: DocumentPath): Source {
  return { file: located.file, line: located.locate(path).line };
}

/** A path as a JSON pointer (RFC 6901). */
export function pointer(path: DocumentPath): string {
  return path.map((segment) => `/${escapeSegment(String(segment))}`).join("");
}

/** A place as people write it: `manifests/slack.yaml:14`. */
export function formatSource({ file, line }: Source): string {
  return `${file}:${line}`;
}

/** Sorts by file, line, column, then code and message, so that the same input gives the same text. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return problems.toSorted(
    (a, b) =>
      compareText(a.file ?? "", b.file ?? "") ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0) ||
      compareText(a.code, b.code) ||
      compareText(a.message, b.message),
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
