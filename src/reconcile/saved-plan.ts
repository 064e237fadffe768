/**
 * Saved plans: what was approved is what runs.
 *
 * A saved plan holds its Integrations with references unresolved. Applying it observes and plans again;
 * each listed change must come out the same. What else moved meanwhile is left alone.
 */
import { type Change, DEFAULT_NAMESPACE, type IntegrationPlan, type Plan } from "../api/index.ts";
import { canonicalText } from "./digest.ts";
import { comparable, planDocument } from "./document.ts";
import type { Pass } from "./pass.ts";
import type { BlockReason } from "./reasons.ts";

/** A listed change is no longer what it was. */
export class SavedPlanStale extends Error {
  override readonly name = "SavedPlanStale";
  readonly changes: readonly string[];
  constructor(changes: readonly string[]) {
    super(
      `The saved plan does not fit any more; nothing was written. Make a new plan. What differs:\n${changes.map((line) => `  ${line}`).join("\n")}`,
    );
    this.changes = changes;
  }
}

/** The reason that a change outside the saved plan is given. */
export const NOT_IN_PLAN = "NotInSavedPlan" satisfies BlockReason;

/** Adds to a plan what it takes to apply it later. */
export function saveable(plan: Plan, passes: readonly Pass[]): Plan {
  return {
    ...plan,
    integrations: plan.integrations.map((integration, index) => {
      const pass = passes[index] as Pass;
      const { status: _, ...manifest } = pass.manifest.object as typeof pass.manifest.object & { status?: unknown };
      return { ...integration, manifest, sources: sourcesOf(pass) };
    }),
  };
}

/** Where entries were declared, by kind and key, so that messages still name the file. */
function sourcesOf(pass: Pass): Record<string, { file: string; line: number }> {
  const { line } = pass.manifest.locate([]);
  const sources: Record<string, { file: string; line: number }> = { "": { file: pass.manifest.file, line } };
  for (const entry of pass.desired) sources[`${entry.kind.kind} ${entry.key}`] = entry.entry.source;
  return sources;
}

/** Holds back what a saved plan does not list, before brakes count: it was never approved. */
export function leaveUnlisted(passes: readonly Pass[], saved: Plan): void {
  for (const pass of passes) {
    const before = saved.integrations.find((one) => nameOf(one) === pass.owner);
    const listed = new Set(before?.changes.map(placeOf));
    if (!pass.decision) continue;
    pass.decision.changes = pass.decision.changes.map((change) =>
      change.action === "blocked" || listed.has(placeOf(change))
        ? change
        : {
            ...change,
            action: "blocked",
            intended: change.action,
            reason: NOT_IN_PLAN,
            message: "It is not in the saved plan, so it is left alone.",
          },
    );
  }
}

/**
 * Holds a new plan against a saved one.
 *
 * @param confirmed its many removals were confirmed since, so that they are held back no more.
 * @throws SavedPlanStale naming each listed change that differs.
 */
export function assertAsSaved(passes: readonly Pass[], saved: Plan, confirmed: boolean): void {
  const now = planDocument(passes, saved.createdAt);
  if (now.hash === saved.hash) return;
  const stale = saved.integrations.flatMap((before) =>
    differencesOf(
      confirmed ? { ...before, changes: before.changes.map(released) } : before,
      now.integrations.find((one) => nameOf(one) === nameOf(before)),
    ),
  );
  if (stale.length > 0) throw new SavedPlanStale(stale);
}

/** A change as it is once its removals are confirmed. */
function released(change: Change): Change {
  const { intended, ...rest } = change;
  return change.reason === "TooManyRemovals" && intended ? { ...rest, action: intended } : change;
}

function differencesOf(before: IntegrationPlan, now: IntegrationPlan | undefined): string[] {
  if (!now) return [`${before.name} is gone`];
  if (now.error) return [`${before.name}: ${now.error.message}`];
  if (before.system !== now.system)
    return [`${before.name}: the system is ${now.system ?? "unknown"}, and was ${before.system ?? "unknown"}`];
  const changes = new Map(now.changes.map((change) => [`${placeOf(change)}\n${change.action === "blocked"}`, change]));
  return before.changes.flatMap((change) => {
    const other = changes.get(`${placeOf(change)}\n${change.action === "blocked"}`);
    if (!other) return [`${before.name}: ${describe(change)} is not planned any more`];
    return canonicalText(comparable(change)) === canonicalText(comparable(other))
      ? []
      : [`${before.name}: ${describe(change)} is now ${describe(other)}${fieldsThatDiffer(change, other)}`];
  });
}

function fieldsThatDiffer(before: Change, now: Change): string {
  const [was, is] = [comparable(before).fields, comparable(now).fields];
  const paths = new Set([...was, ...is].map(({ path }) => path));
  const differing = [...paths].filter(
    (path) =>
      canonicalText(was.find((field) => field.path === path) ?? null) !==
      canonicalText(is.find((field) => field.path === path) ?? null),
  );
  return differing.length > 0 ? ` (${differing.join(", ")})` : "";
}

function nameOf({ namespace, name }: IntegrationPlan): string {
  return `${namespace ?? DEFAULT_NAMESPACE}/${name}`;
}

function placeOf({ kind, key }: { kind: string; key: string }): string {
  return `${kind}\n${key}`;
}

function describe({ action, intended, kind, key }: Change): string {
  return `${action === "blocked" ? `${intended} (blocked)` : action} of ${kind}/${key}`;
}
