/** Plans for tests of the Markdown, made of what a test is about. */
import type { Change, IntegrationPlan, Plan } from "../../../src/api/plan.ts";
import { integrationPlan, planWith } from "../../support/plans.ts";

/** A change of a channel; each test states only what it is about. */
export function change(given: Partial<Change>): Change {
  return { action: "update", kind: "channels", key: "incidents", cause: "change", fields: [], reason: "", ...given };
}

export function integration(changes: readonly Change[], given: Partial<IntegrationPlan> = {}): IntegrationPlan {
  return integrationPlan(changes, { title: "team Acme", unchanged: 5, ...given });
}

export function planOf(integrations: readonly IntegrationPlan[], given: Partial<Plan> = {}): Plan {
  return planWith(integrations, { hash: "9f86d081884c7d659a2feaa0c55ad015", ...given });
}

export const base = { ref: "origin/main", commit: "3f2a9c0d1e4b5a69788796a5b4c3d2e1f0a1b2c3" };

const github: Partial<IntegrationPlan> = {
  name: "acme-github",
  platform: "github",
  title: "organization acme",
  system: "github/https://api.github.com/42",
};

/** A plan with something in each section; the documentation shows it. */
export function samplePlan(): Plan {
  const slack = integration([
    change({ action: "create", key: "releases", source: { file: "manifests/slack.yaml", line: 21 } }),
    change({
      source: { file: "manifests/slack.yaml", line: 14 },
      fields: [
        { path: "/topic", before: "Sev 1", after: "Sev 1 and 2", cause: "change" },
        { path: "/purpose", before: "Incidents!", after: "Incidents", cause: "drift" },
      ],
    }),
  ]);
  const repositories = integration(
    [
      change({
        action: "delete",
        kind: "repositories.labels",
        key: "billing/wontfix",
        reason: "NotDeclared",
        risks: ["removal"],
      }),
      change({
        kind: "repositories",
        key: "billing",
        source: { file: "manifests/github.yaml", line: 9 },
        fields: [{ path: "/visibility", before: "private", after: "public", cause: "change" }],
        risks: ["visibility"],
      }),
      change({
        action: "blocked",
        intended: "delete",
        kind: "teams",
        key: "payments",
        reason: "PreventDestroy",
        message: "lifecycle.preventDestroy is set.",
      }),
    ],
    github,
  );
  return planOf([repositories, slack], { base });
}
