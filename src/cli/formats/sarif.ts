/**
 * SARIF 2.1.0 (OASIS), as GitHub code scanning takes it.
 *
 * GitHub refuses a whole file for one result without a place in a file (github/codeql-action#2459), so what
 * has none becomes a notification of the run. Results are sorted and cut by us, since above the limits the
 * host refuses everything. `automationDetails` is left to the upload's `category`, which a stated one would win over.
 */
import { gzipSync } from "node:zlib";
import type { Log, Notification, ReportingDescriptor, Result } from "sarif";
import { VERSION } from "../../version.ts";
import type { Finding, Level } from "./finding.ts";
import { fromRepository, uriOf } from "./places.ts";
import { planFindings } from "./plan-findings.ts";
import { problemFindings } from "./problem-findings.ts";
import { cutText, select } from "./select.ts";
import type { PlanInput, ProblemInput, Rendered } from "./types.ts";

/** docs.github.com, "SARIF results exceed one or more limits": results of a run; of these, 5,000 are shown. */
const MOST_RESULTS = 25_000;

/** docs.github.com, "SARIF results file is too large": 10 MB once compressed with gzip. */
const MOST_BYTES = 10_000_000;

/** Where it is too much, the next try aims this far below, since results are not equally long. */
const CAUTION = 0.9;

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

const WHY = "GitHub takes 25,000 results, in 10 MB once compressed.";

/** A plan as a SARIF log. */
export function planSarif(input: PlanInput): Rendered {
  return sarif(planFindings(input, fromRepository(input.where)), input.plan.summary.failed === 0);
}

/** Problems as a SARIF log. */
export function problemsSarif(input: ProblemInput): Rendered {
  return sarif(problemFindings(input, fromRepository(input.where)), true);
}

function sarif(all: readonly Finding[], complete: boolean): Rendered {
  const findings = all.filter(({ level }) => level !== "none");
  let most = Math.min(MOST_RESULTS, findings.length);
  for (;;) {
    const { kept, left } = select(findings, { count: most, bytes: Number.POSITIVE_INFINITY, size: () => 0 });
    const cut = cutText(left, WHY);
    const text = `${JSON.stringify(logOf(kept, cut, complete))}\n`;
    const bytes = Buffer.byteLength(text) <= MOST_BYTES ? 0 : gzipSync(text).length;
    if (bytes <= MOST_BYTES) return { text, cut };
    most = Math.floor((most * MOST_BYTES * CAUTION) / bytes);
  }
}

function logOf(findings: readonly Finding[], cut: string | undefined, complete: boolean): Log {
  const rules = new Map<string, ReportingDescriptor>();
  for (const { rule, level } of findings) if (!rules.has(rule)) rules.set(rule, descriptor(rule, level));
  const indexes = new Map([...rules.keys()].map((rule, index) => [rule, index]));
  const notifications = findings.filter(({ place }) => place === undefined).map(notificationOf);
  if (cut !== undefined) notifications.push({ level: "warning", message: { text: cut } });
  const results = findings.flatMap((finding) => resultOf(finding, indexes.get(finding.rule) ?? 0) ?? []);
  return {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "Plumbline", semanticVersion: VERSION, rules: [...rules.values()] } },
        columnKind: "utf16CodeUnits", // as `src/manifests/line-starts.ts` counts
        invocations: [{ executionSuccessful: complete, toolExecutionNotifications: notifications }],
        results,
      },
    ],
  };
}

function resultOf(finding: Finding, ruleIndex: number): Result | undefined {
  const { place } = finding;
  if (place === undefined) return undefined;
  const { line, column } = place;
  const region = line === undefined ? {} : { region: { startLine: line, ...(column ? { startColumn: column } : {}) } };
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: finding.level,
    message: { text: plain(finding.message) },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(place.path) }, ...region } }],
    partialFingerprints: { "plumbline/v1": finding.fingerprint },
  };
}

function notificationOf({ level, message, rule }: Finding): Notification {
  return { level, message: { text: plain(message) }, associatedRule: { id: rule } };
}

/** What GitHub asks of a rule (docs.github.com, "SARIF support for code scanning": `reportingDescriptor`). */
function descriptor(rule: string, level: Level): ReportingDescriptor {
  const text = words(rule);
  return {
    id: rule,
    name: rule,
    shortDescription: { text },
    fullDescription: { text },
    help: { text: `${text}. Each result says what it is about and what to do.` },
    defaultConfiguration: { level },
  };
}

/** `PruneDisabled` as `Prune disabled`, `PERMISSION` as `Permission`. */
function words(rule: string): string {
  const parts = rule.replaceAll("_", " ").match(/[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])|[^A-Za-z0-9 ]+/g) ?? [rule];
  const text = parts.join(" ").toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A value's `[text](target)` would be a link in a message (SARIF 2.1.0 section 3.11.6): a blank ends that. */
function plain(message: string): string {
  return message.replaceAll("](", "] (");
}
