/** The part of a plan that is drift. */
import type { Plan } from "../api/plan.ts";
import { planHash, summarize } from "../reconcile/document.ts";
import { isDrift } from "./exit.ts";

/** @returns a plan document with nothing but drift in it, held back or not. */
export function driftOf(plan: Plan): Plan {
  const integrations = plan.integrations.map((integration) => ({
    ...integration,
    changes: integration.changes.filter((change) => isDrift(change, integration.inventory)),
  }));
  return { ...plan, hash: planHash(integrations), summary: summarize(integrations), integrations };
}
