/**
 * A plan as Markdown: for a comment, a job's summary, or whoever asked for it.
 *
 * It is made from the plan document and nothing else, like the text of `render-plan.ts`. Nothing in it
 * depends on the time, so that the same plan gives the same comment and nobody is notified for nothing.
 */
import type { Plan } from "../../api/plan.ts";
import { count, inline } from "../plain-text.ts";
import { driftSummary, planSummary } from "../plan-summary.ts";
import type { Budget } from "./budget.ts";
import { type Detail, mostThatFits, type Sizes } from "./detail.ts";
import { heldLines, quietLines } from "./held.ts";
import { entryLines, headOf, type Links } from "./lines.ts";
import { type Entry, type Parts, partsOf } from "./parts.ts";
import { removalLists } from "./removals.ts";
import { code, folded } from "./text.ts";
import { troublesOf } from "./troubles.ts";

export interface PlanMarkdownOptions {
  budget: Budget;
  /** Where a line of a file can be looked at; left out: nothing is linked. */
  links?: Links | undefined;
  /** What was planned, as the first line names it. */
  title?: string | undefined;
  mode: "plan" | "drift";
}

/** What is rendered, and how. */
interface Content extends PlanMarkdownOptions {
  plan: Plan;
  parts: Parts;
  troubles: readonly string[];
  sizes: Sizes;
  /** Of the longest value, where it is shown. */
  longest: number;
}

/**
 * @returns the Markdown, ending in a line end, within the budget unless that is smaller than its first lines.
 *   What was cut is said below the first line, and in it where removals are missing.
 */
export function renderPlanMarkdown(plan: Plan, options: PlanMarkdownOptions): string {
  const parts = partsOf(plan, options.mode);
  const troubles = troublesOf(plan);
  const sizes: Sizes = {
    quiet: parts.quiet.length,
    before: parts.before.length,
    own: parts.own.length,
    risky: parts.risky.length,
    held: parts.held.length,
    troubles: troubles.length,
    removalsListed: parts.removals.length + parts.heldRemovals.length,
  };
  const content: Content = { ...options, plan, parts, troubles, sizes, longest: longestOf(parts) };
  return mostThatFits((detail) => render(content, detail), sizes, options.budget);
}

function render(content: Content, detail: Detail): string {
  const lines = [
    firstLine(content, detail),
    "",
    ...cutLines(content, detail),
    ...listed(content.troubles.slice(0, detail.troubles)),
    ...lookTwice(content, detail),
    ...ownLines(content, detail),
    ...beforeLines(content, detail),
    ...heldSection(content, detail),
    ...baseLines(content.plan),
  ];
  return `${lines
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trimEnd()}\n`;
}

function firstLine({ plan, title, mode, sizes }: Content, { removalsListed }: Detail): string {
  const of = title === undefined ? "" : ` of ${code(title, 100)}`;
  const left = sizes.removalsListed - removalsListed;
  const missing = left > 0 ? ` **${left} of ${sizes.removalsListed} removals are not listed here.**` : "";
  const summary = mode === "drift" ? driftSummary(plan) : planSummary(plan);
  return `**Plumbline ${mode}**${of}: ${summary}${missing}`;
}

const partNames: readonly (readonly [keyof Sizes, string])[] = [
  ["risky", "changes to look at twice"],
  ["own", "creates and changes"],
  ["before", "differences that were there before"],
  ["held", "changes that are held back"],
  ["quiet", "changes that are held back as configured"],
  ["troubles", "messages"],
];

/** Says what is not shown; nothing where everything is. */
function cutLines({ sizes, longest }: Content, detail: Detail): string[] {
  const cut = partNames.flatMap(([part, name]) =>
    detail[part] < sizes[part] ? [`${sizes[part] - detail[part]} of ${sizes[part]} ${name} are not listed`] : [],
  );
  if (detail.removals !== "lines") cut.unshift("removals are listed by their keys");
  if (detail.value === 0 && longest > 0) cut.unshift("values are left out");
  else if (longest > detail.value) cut.unshift(`values are cut to ${detail.value} characters`);
  if (cut.length === 0) return [];
  const all = detail.removalsListed === sizes.removalsListed && sizes.removalsListed > 0;
  return [`_Cut to fit: ${cut.join("; ")}.${all ? " Every removal is listed." : ""}_`, ""];
}

/** @returns how long the longest value or element is where it is shown. */
function longestOf(parts: Parts): number {
  let most = 0;
  for (const { fields } of Object.values(parts).flat()) {
    for (const { before, after } of fields) {
      for (const value of [before, after].flat()) most = Math.max(most, inline(value).length);
    }
  }
  return most;
}

function listed(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [...lines, ""];
}

/** What goes for good, and what others may do, see or own. */
function lookTwice(content: Content, detail: Detail): string[] {
  const { parts } = content;
  const removals = parts.removals.slice(0, detail.removalsListed);
  const lines = [
    ...(detail.removals === "lines"
      ? entries(removals, content, detail)
      : removalLists(removals, detail.removals === "shared")),
    ...entries(parts.risky.slice(0, detail.risky), content, detail),
  ];
  return lines.length === 0 ? [] : ["#### Look twice", "", ...lines, ""];
}

function entries(shown: readonly Entry[], { links }: Content, { value }: Detail): string[] {
  const options = { links, fields: { value, remark: "was different before" }, named: true };
  return shown.flatMap((entry) => entryLines(entry, options));
}

/** What the manifests change, folded by Integration. */
function ownLines(content: Content, detail: Detail): string[] {
  const { parts, links } = content;
  const totals = Map.groupBy(parts.own, ({ integration }) => integration);
  const groups = Map.groupBy(parts.own.slice(0, detail.own), ({ integration }) => integration);
  return [...groups].flatMap(([integration, shown]) => {
    const offline = integration.view === "offline" ? ", manifests only: no system was asked" : "";
    const number = count(totals.get(integration)?.length ?? 0, content.mode === "drift" ? "difference" : "change");
    const lines = shown.flatMap((entry) => entryLines(entry, { links, fields: { value: detail.value } }));
    return folded(`${headOf(integration)}: ${number}${offline}`, lines);
  });
}

/** What was different before, apart. */
function beforeLines({ plan, parts, links }: Content, detail: Detail): string[] {
  const shown = parts.before.slice(0, detail.before);
  if (shown.length === 0) return [];
  const number = count(parts.before.length, "difference");
  const title = plan.base
    ? `Different before this pull request: ${number}`
    : `Drift, moved outside while the manifests did not: ${number}`;
  const options = { links, fields: { value: detail.value }, named: true };
  return folded(
    title,
    shown.flatMap((entry) => entryLines(entry, options)),
  );
}

function heldSection({ parts, links }: Content, detail: Detail): string[] {
  const room = Math.max(0, detail.removalsListed - parts.removals.length);
  const removals = parts.heldRemovals.slice(0, room);
  const lines = [
    ...(detail.removals === "lines"
      ? heldLines(removals, links, detail.value)
      : removalLists(removals, detail.removals === "shared")),
    ...heldLines(parts.held.slice(0, detail.held), links, detail.value),
    ...quietLines(parts.quiet.slice(0, detail.quiet)),
  ];
  const number = parts.heldRemovals.length + parts.held.length + parts.quiet.length;
  return lines.length === 0 ? [] : folded(`Held back: ${number}`, lines);
}

function baseLines({ base }: Plan): string[] {
  if (!base) return [];
  return [`Compared with ${code(base.ref, 100)} at ${code(base.commit.slice(0, 12))}.`];
}
