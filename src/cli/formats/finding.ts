/**
 * What a format lists: one thing wrong, or one change, whatever it came from.
 *
 * All text in it is one line without unseen characters, so that no value can end a line, a command or an
 * element of the format that it stands in.
 */
import { createHash } from "node:crypto";
import { visible } from "../plain-text.ts";
import type { Path } from "./places.ts";

/** As SARIF has them; `none` is nothing wrong. Worst first. */
export const levels = ["error", "warning", "note", "none"] as const;
export type Level = (typeof levels)[number];

/** How a test of it came out. */
export type Verdict = "failure" | "error" | "skipped" | "passed";

export interface Finding {
  level: Level;
  verdict: Verdict;
  /** Something goes for good: the last to be left out where there are too many. */
  removal: boolean;
  /** What programs branch on: a problem's code, a change's reason. */
  rule: string;
  /** Names what it is about, so that it can be read without the rest. */
  message: string;
  /** Where it was declared; left out: in no file of the repository. */
  place?: { path: Path; line?: number; column?: number };
  /** What it belongs to: an Integration, or a file. */
  group: string;
  /** What it is about, inside {@link group}; unique there. */
  subject: string;
  /** 64 hex digits that stay the same when the lines above it move; unique in a document. */
  fingerprint: string;
}

/** A finding before it has what only a whole list can give it. */
export type Draft = Omit<Finding, "fingerprint"> & {
  /** What makes it the same finding in another run, without lines and values. */
  identity: readonly string[];
};

/**
 * The longest message that a format gets, in UTF-16 code units: longer than anybody reads, and far below what
 * the readers take (a check run's annotation: 64 KB, docs.github.com/rest/checks/runs).
 */
const LONGEST = 4000;

/** Makes fingerprints and unique names: equal ones are numbered in the order of the list. */
export function findings(drafts: readonly Draft[]): Finding[] {
  const seen = new Map<string, number>();
  const nth = (key: string): number => {
    const number = (seen.get(key) ?? 0) + 1;
    seen.set(key, number);
    return number;
  };
  return drafts.map(({ identity, ...draft }) => {
    const own = JSON.stringify(identity);
    const hash = createHash("sha256")
      .update(`${own}\n${nth(`i${own}`)}`)
      .digest("hex");
    const group = named(draft.group);
    const subject = named(draft.subject);
    const same = nth(`s${JSON.stringify([group, subject])}`);
    return {
      ...draft,
      rule: named(draft.rule),
      group,
      subject: same === 1 ? subject : `${subject} (${same})`,
      message: clip(draft.message, LONGEST),
      fingerprint: hash,
    };
  });
}

/** Readers want every name to be one. */
function named(text: string): string {
  return visible(text).trim() || "unnamed";
}

/** @returns the text, cut to a length in UTF-16 code units with an ellipsis; no character is halved. */
export function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = /[\ud800-\udbff]/.test(text.charAt(length - 2)) ? length - 2 : length - 1;
  return `${text.slice(0, end)}…`;
}
