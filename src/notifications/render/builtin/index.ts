/** The templates that Plumbline brings along, and which one tells of which type of event. */
import { configTemplates } from "./config.ts";
import { ownTemplates } from "./own.ts";
import { taskTemplates } from "./tasks.ts";

/** Texts by name; `generic`, which is none of them, is made in `generic.ts`. */
export const builtinTemplates: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...configTemplates, ...taskTemplates, ...ownTemplates }),
);

/** Types beside those that are themselves called as their template, with `_` for `-`. */
export const typeTemplates: ReadonlyMap<string, string> = new Map([
  ["plumbline.config.changed", "config-change"],
  ["plumbline.manifest.invalid", "config-error"],
  ["plumbline.drift.detected", "drift"],
  ["plumbline.drift.resolved", "drift"],
  ["plumbline.reconcile.failed", "reconcile-failed"],
  ["plumbline.plan.applied", "plan-applied"],
  ["plumbline.integration.unhealthy", "integration-health"],
  ["plumbline.integration.recovered", "integration-health"],
  ["plumbline.delivery.dead", "delivery-dead"],
  ["plumbline.notification.template_failed", "template-failed"],
  ["plumbline.approval.requested", "approval-request"],
]);
