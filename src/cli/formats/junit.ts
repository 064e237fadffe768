/**
 * JUnit XML: a suite an Integration (of `validate` and `simulate`: a file), a case a thing, a problem or a Scenario.
 *
 * There is no standard, so this is what readers agree on: the root is `testsuites` with counts and `time`
 * (dorny/test-reporter crashes without: #255), every suite and case has a name, no two cases of a class share one
 * (GitLab takes the first only), and no file is without a case.
 */
import { create } from "xmlbuilder2";
import { visible } from "../plain-text.ts";
import { clip, type Finding, type Verdict } from "./finding.ts";
import { fromRepository } from "./places.ts";
import { planFindings } from "./plan-findings.ts";
import { problemFindings } from "./problem-findings.ts";
import { scenarioFindings } from "./scenario-findings.ts";
import { cutText, select } from "./select.ts";
import type { PlanInput, ProblemInput, Rendered, ScenarioInput } from "./types.ts";

/** GitLab reads 250,000 values out of a file (gitlab-org/gitlab#507482); a case in a suite of its own is at most twenty. */
const MOST_CASES = 12_000;

/** docs.gitlab.com/ci/testing/unit_test_reports: a file stays below 30 MB. */
const MOST_BYTES = 25_000_000;

/** Of a message, so much stands in the attribute that lists show. */
const HEADLINE = 200;

const WHY = "GitLab takes 250,000 values and 30 MB in a file.";

/** What the names of tags and attributes of a case and its line ends need, in bytes. */
const FRAME = 300;

interface Case {
  name: string;
  classname: string;
  verdict: Verdict;
  rule: string;
  message: string;
  file?: string;
  line?: number;
}

/** A plan as JUnit XML. */
export function planJunit(input: PlanInput): Rendered {
  return junit(`plumbline ${input.command}`, planFindings(input, fromRepository(input.where)));
}

/** Problems as JUnit XML. */
export function problemsJunit(input: ProblemInput): Rendered {
  return junit("plumbline validate", problemFindings(input, fromRepository(input.where)));
}

/** Scenarios as JUnit XML: a suite a file, a case a Scenario. */
export function scenariosJunit({ scenarios, where }: ScenarioInput): Rendered {
  return junit("plumbline simulate", scenarioFindings(scenarios, fromRepository(where)));
}

function junit(name: string, findings: readonly Finding[]): Rendered {
  const { kept, left } = select(findings, { count: MOST_CASES, bytes: MOST_BYTES, size });
  const cut = cutText(left, WHY);
  const fits = new Set(kept);
  const cases = findings.filter((finding) => fits.has(finding)).map(caseOf); // in the order of the plan
  if (cut !== undefined) cases.push(cutCase(cut));
  const document = create({ version: "1.0", encoding: "UTF-8", invalidCharReplacement: visibly });
  const root = document.ele("testsuites", { name, ...counts(cases) });
  for (const [group, members] of Map.groupBy(cases, ({ classname }) => classname)) {
    const skipped = members.filter(({ verdict }) => verdict === "skipped").length;
    const suite = root.ele("testsuite", exact({ name: group, ...counts(members), skipped: String(skipped) }));
    for (const one of members) addCase(suite, one);
  }
  return { text: `${document.end({ prettyPrint: true })}\n`.replaceAll("##[", "##&#91;"), cut };
}

function caseOf({ subject, group, verdict, rule, message, place }: Finding): Case {
  const where = place === undefined ? {} : { file: visible(place.path), ...(place.line ? { line: place.line } : {}) };
  return { name: subject, classname: group, verdict, rule, message, ...where };
}

function cutCase(message: string): Case {
  return { name: "not everything is listed", classname: "plumbline", verdict: "skipped", rule: "Cut", message };
}

/** Nothing here takes time of its own; readers want the attribute all the same. */
function counts(cases: readonly Case[]): Record<string, string> {
  const of = (verdict: Verdict) => String(cases.filter((one) => one.verdict === verdict).length);
  return { tests: String(cases.length), failures: of("failure"), errors: of("error"), time: "0" };
}

function addCase(suite: ReturnType<typeof create>, { name, classname, verdict, rule, message, file, line }: Case) {
  const where = { ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line: String(line) }) };
  const element = suite.ele("testcase", exact({ name, classname, ...where, time: "0" }));
  if (verdict === "passed") element.ele("system-out").txt(ampersands(message));
  else if (verdict === "skipped") element.ele("skipped").txt(ampersands(message));
  else element.ele(verdict, exact({ type: rule, message: clip(message, HEADLINE) })).txt(ampersands(message));
}

/** The library takes `&word;` in a text for a reference that is already made (4.0.3), so we make them. */
function ampersands(text: string): string {
  return text.replaceAll("&", "&amp;");
}

function exact(attributes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, ampersands(value)]));
}

/** Characters that XML 1.0 has not (section 2.2), as the escape that shows which it was. */
function visibly(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}

/** Bytes of a case, no fewer than it will have: the longest escape is six characters. */
function size({ message, subject, group, rule, place }: Finding): number {
  const text = [message, clip(message, HEADLINE), subject, group, group, rule, place?.path ?? ""].join("");
  return FRAME + Buffer.byteLength(text.replaceAll(/[&<>"\ufffe\uffff]/g, "&quot;"));
}
