/** Plans and their results in one sentence. */
import type { Change, Plan } from "../api/plan.ts";
import { isDrift, writesOutside } from "./exit.ts";
import { count } from "./plain-text.ts";

/** `1 to create, 1 to change (1 drift), 0 to remove, 1 blocked.` */
export function planSummary(plan: Plan): string {
  const { summary } = plan;
  const changes = plan.integrations.flatMap((integration) => integration.changes);
  const taken = changes.filter((change) => change.action === "adopt" && !writesOutside(change)).length;
  const part = (number: number, words: string, of: (change: Change) => boolean): string => {
    const drifted = changes.filter((change) => of(change) && change.cause === "drift").length;
    return `${number} ${words}${drifted > 0 ? ` (${drifted} drift)` : ""}`;
  };
  const parts = [
    part(summary.create, "to create", ({ action }) => action === "create"),
    part(
      summary.update + summary.adopt - taken,
      "to change",
      ({ action }) => action === "update" || action === "adopt",
    ),
    part(summary.delete + summary.archive, "to remove", ({ action }) => action === "delete" || action === "archive"),
  ];
  if (summary.replace > 0) parts.push(part(summary.replace, "to replace", ({ action }) => action === "replace"));
  if (taken > 0) parts.push(`${taken} to adopt as ${taken === 1 ? "it is" : "they are"}`);
  if (summary.blocked > 0) parts.push(`${summary.blocked} blocked`);
  if (summary.failed > 0) parts.push(`${summary.failed} failed`);
  if (summary.failed === 0 && summary.blocked === 0 && changes.length === 0) return nothingToDo(summary.unchanged);
  return `${parts.join(", ")}.`;
}

function nothingToDo(unchanged: number): string {
  return unchanged === 1 ? "No changes: 1 thing is as declared." : `No changes: ${unchanged} things are as declared.`;
}

/** `2 drifted.` The plan holds drift only. */
export function driftSummary(plan: Plan): string {
  const all = plan.integrations.flatMap(({ changes, inventory }) => changes.map((change) => ({ change, inventory })));
  const drifted = all.filter(({ change }) => change.cause === "drift").length;
  const unclear = all.filter(({ change, inventory }) => change.cause !== "drift" && isDrift(change, inventory)).length;
  const parts = [drifted === 0 && unclear === 0 ? "No drift" : `${count(drifted, "thing")} drifted`];
  if (unclear > 0)
    parts.push(`${unclear} ${unclear === 1 ? "differs" : "differ"}, drifted or not (no record of earlier runs)`);
  if (plan.summary.failed > 0) parts.push(`${plan.summary.failed} failed`);
  return `${parts.join(", ")}.`;
}

const done: readonly (readonly [Change["action"], string])[] = [
  ["create", "created"],
  ["update", "changed"],
  ["replace", "replaced"],
  ["adopt", "adopted"],
  ["delete", "deleted"],
  ["archive", "archived"],
];

/** `1 created, 2 changed. 1 failed. 3 not done.` */
export function applySummary(outcomes: readonly { status: string; change: { action: string } }[]): string {
  const made = done.flatMap(([action, word]) => {
    const number = outcomes.filter(({ status, change }) => status === "done" && change.action === action).length;
    return number > 0 ? [`${number} ${word}`] : [];
  });
  const failed = outcomes.filter(({ status }) => status === "failed").length;
  const left = outcomes.filter(({ status }) => status === "skipped" || status === "interrupted").length;
  const parts = [made.length > 0 ? made.join(", ") : "Nothing was written"];
  if (failed > 0) parts.push(`${failed} failed`);
  if (left > 0) parts.push(`${left} not done`);
  return `${parts.join(". ")}.`;
}
