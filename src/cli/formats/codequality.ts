/**
 * GitLab's Code Quality report: a JSON list without a byte order mark (docs.gitlab.com/ci/testing/code_quality,
 * "Code Quality report format").
 *
 * Two entries with one fingerprint are one to GitLab, and it compares branches by fingerprints: they are
 * unique, and no line goes into them.
 */
import type { Finding, Level } from "./finding.ts";
import { fromRepository } from "./places.ts";
import { planFindings } from "./plan-findings.ts";
import { problemFindings } from "./problem-findings.ts";
import { cutText, select } from "./select.ts";
import type { PlanInput, ProblemInput, Rendered } from "./types.ts";

/** More than anybody looks at; GitLab states no number. */
const MOST_ENTRIES = 20_000;

/** docs.gitlab.com, "Maximum artifacts size": 100 MB where an administrator set nothing; ours stays far below. */
const MOST_BYTES = 50_000_000;

/** What an entry needs beside its texts, in bytes. */
const FRAME = 300;

const WHY = "The report is kept below 20,000 entries and 50 MB.";

/** An entry needs a path; what is in no file of the repository is about the folder. */
const NO_FILE = ".";

interface Entry {
  description: string;
  check_name: string;
  fingerprint: string;
  severity: "info" | "minor" | "major" | "critical" | "blocker";
  location: { path: string; lines: { begin: number } };
}

type Severities = Readonly<Record<Level, Entry["severity"]>>;

const ofPlans: Severities = {
  error: "critical",
  warning: "major",
  note: "info",
  none: "info",
};

/** A warning of `validate` fails nothing; one of a plan is something that is removed or has drifted. */
const ofProblems: Severities = { ...ofPlans, warning: "minor" };

/** A plan as a Code Quality report. */
export function planCodeQuality(input: PlanInput): Rendered {
  return codeQuality(planFindings(input, fromRepository(input.where)), ofPlans);
}

/** Problems as a Code Quality report. */
export function problemsCodeQuality(input: ProblemInput): Rendered {
  return codeQuality(problemFindings(input, fromRepository(input.where)), ofProblems);
}

function codeQuality(all: readonly Finding[], severities: Severities): Rendered {
  const findings = all.filter(({ level }) => level !== "none");
  const { kept, left } = select(findings, { count: MOST_ENTRIES, bytes: MOST_BYTES, size });
  const cut = cutText(left, WHY);
  const entries = kept.map((finding) => entry(finding, severities));
  if (cut !== undefined) entries.push(cutEntry(cut));
  return { text: `${JSON.stringify(entries, undefined, 1)}\n`, cut };
}

function entry({ level, rule, message, fingerprint, place }: Finding, severities: Severities): Entry {
  return {
    description: message,
    check_name: rule,
    fingerprint,
    severity: severities[level],
    location: { path: place?.path.toWellFormed() ?? NO_FILE, lines: { begin: place?.line ?? 1 } },
  };
}

function cutEntry(description: string): Entry {
  return {
    description,
    check_name: "NotEverythingIsListed",
    fingerprint: "not-everything-is-listed",
    severity: "info",
    location: { path: NO_FILE, lines: { begin: 1 } },
  };
}

function size({ message, rule, place }: Finding): number {
  return FRAME + Buffer.byteLength(JSON.stringify([message, rule, place?.path]));
}
