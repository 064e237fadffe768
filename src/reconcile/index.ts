/** Observe, plan, brake, apply, report. */
export { withBaseCauses } from "./base-causes.ts";
export { applyBrakes, brakes } from "./brakes.ts";
export { compareManifests, type DeclaredIntegration } from "./compare-manifests.ts";
export { isFailure, planDocument, planHash, summarize } from "./document.ts";
export * from "./pass.ts";
export { type PassEnd, passEnd } from "./pass-end.ts";
export { planIntegration } from "./plan.ts";
export * from "./reasons.ts";
export * from "./reconcile.ts";
export { nextState } from "./report.ts";
export { NOT_IN_PLAN, SavedPlanStale, saveable } from "./saved-plan.ts";
export type * from "./types.ts";
