/**
 * A plan, sorted by what a reviewer does with it: look twice, read, know that it was so before, or know
 * that it is held back. Pure; what is decided here is only where a change stands.
 */
import type { Change, FieldChange, IntegrationPlan, Plan } from "../../api/plan.ts";
import { quietReasons } from "../../reconcile/reasons.ts";

/** A change, with those of its fields that are shown at its place. */
export interface Entry {
  integration: IntegrationPlan;
  change: Change;
  fields: readonly FieldChange[];
}

export interface Parts {
  /** Deletes, replaces and archives that will be done. Never cut while anything else could be. */
  removals: Entry[];
  /** What else a reviewer should look at twice. */
  risky: Entry[];
  /** What the manifests change. */
  own: Entry[];
  /** What was different before, whatever the manifests change. */
  before: Entry[];
  /** Removals that a brake or a guard holds back, and a person may let go. */
  heldRemovals: Entry[];
  /** Other changes that are held back. */
  held: Entry[];
  /** Held back as the policy says. */
  quiet: Entry[];
}

const removing: ReadonlySet<string> = new Set(["delete", "replace", "archive"]);

/** @returns every change in one place; an update that is partly drift in two. */
export function partsOf(plan: Plan, mode: "plan" | "drift"): Parts {
  const parts: Parts = { removals: [], risky: [], own: [], before: [], heldRemovals: [], held: [], quiet: [] };
  for (const integration of plan.integrations) {
    for (const change of integration.changes) {
      const fields = change.fields.filter(({ path }) => path.length > 1);
      place({ integration, change, fields }, parts, mode);
    }
  }
  return parts;
}

function place(entry: Entry, parts: Parts, mode: "plan" | "drift"): void {
  const { action, intended, reason, risks = [] } = entry.change;
  if (action === "blocked") {
    if (quietReasons.has(reason)) parts.quiet.push(entry);
    else (removing.has(intended ?? "") ? parts.heldRemovals : parts.held).push(entry);
    return;
  }
  if (removing.has(action)) parts.removals.push(entry);
  else if (risks.length > 0) parts.risky.push(entry);
  else if (mode === "drift") parts.own.push(entry);
  else split(entry, parts);
}

/** Parts the fields that moved outside from those that the manifest moves. */
function split(entry: Entry, parts: Parts): void {
  const { change, fields } = entry;
  if (fields.length === 0 || change.action === "create") {
    (change.cause === "drift" ? parts.before : parts.own).push(entry);
    return;
  }
  const drifted = fields.filter((field) => isDrifted(field, change));
  const moved = fields.filter((field) => !isDrifted(field, change));
  if (moved.length > 0) parts.own.push({ ...entry, fields: moved });
  if (drifted.length > 0) parts.before.push({ ...entry, fields: drifted });
}

/** @returns whether the field differed before the manifests moved. */
export function isDrifted(field: FieldChange, change: Change): boolean {
  return (field.cause ?? change.cause) === "drift";
}
