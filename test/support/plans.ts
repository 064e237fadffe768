/** Plans for tests of what shows or counts them, made of what a test is about. */
import type { Change, IntegrationPlan, Plan } from "../../src/api/plan.ts";
import { summarize } from "../../src/reconcile/document.ts";

/** The plan of one Integration, of Slack where a test says nothing else. */
export function integrationPlan(changes: readonly Change[], given: Partial<IntegrationPlan> = {}): IntegrationPlan {
  return {
    name: "acme-slack",
    platform: "slack",
    system: "slack/https://slack.com/T012",
    inventory: "present",
    error: null,
    requests: { read: 3 },
    unchanged: 0,
    changes: [...changes],
    ...given,
  };
}

/** A document of these, with the summary that belongs to them. */
export function planWith(integrations: readonly IntegrationPlan[], given: Partial<Plan> = {}): Plan {
  return {
    apiVersion: "plumbline.dev/v1alpha1",
    kind: "Plan",
    format: 1,
    createdAt: "2026-11-25T12:00:00Z",
    hash: "",
    summary: summarize(integrations),
    integrations: [...integrations],
    ...given,
  };
}
