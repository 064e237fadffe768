import { expect, test } from "vitest";
import type { Rule } from "../../src/api/rule.ts";
import { hearsNothing, ruleState } from "../../src/controller/conditions.ts";
import { createRuleSet } from "../../src/rules/rule-set.ts";

const NOW = Date.parse("2026-11-25T12:00:00Z");
const wrong = { code: "InvalidManifest", message: "m/a.yaml:3: …" };

test("a Rule that is in force is accepted, and what did not move is not written", () => {
  const first = ruleState("default/r", "d1", undefined, undefined, NOW);
  expect(first).toMatchObject({
    ...{ kind: "Rule", name: "default/r", generation: 1, observedGeneration: 1 },
    conditions: [{ type: "Ready", status: "True", reason: "Accepted", lastTransitionTime: "2026-11-25T12:00:00.000Z" }],
  });
  expect(ruleState("default/r", "d1", first, undefined, NOW + 1000)).toBeUndefined();
});

test("a Rule whose text is wrong says so, keeps its generation, and its transition moves with the status only", () => {
  const first = ruleState("default/r", "d1", undefined, undefined, NOW);
  const broken = ruleState("default/r", "d1", first, wrong, NOW + 1000);
  expect(broken).toMatchObject({
    generation: 1,
    conditions: [{ status: "False", reason: "InvalidManifest", lastTransitionTime: "2026-11-25T12:00:01.000Z" }],
  });
  const other = ruleState("default/r", "d1", broken, { ...wrong, message: "m/a.yaml:4: …" }, NOW + 2000);
  expect(other?.conditions[0]).toMatchObject({
    message: "m/a.yaml:4: …",
    lastTransitionTime: "2026-11-25T12:00:01.000Z",
  });
  expect(ruleState("default/r", "d2", broken, undefined, NOW + 3000)).toMatchObject({ generation: 2 });
});

const integration = (name: string, platform: string, enabled?: boolean) => ({
  apiVersion: "plumbline.dev/v1alpha1" as const,
  kind: "Integration" as const,
  metadata: { name },
  spec: { platform, ...(enabled === undefined ? {} : { events: { enabled } }) },
});

test.each<[Rule["spec"]["trigger"], string | undefined]>([
  [{ integration: "on", event: "issues" }, undefined],
  [{ platform: "slack" }, undefined],
  [{ type: "com.example.*" }, undefined],
  [{ integration: "off" }, "off takes no webhooks. Set spec.events.enabled"],
  [{ integration: "unsaid" }, "unsaid takes no webhooks"],
  [{ platform: "gitlab" }, "off takes no webhooks"],
  [{ integration: "none" }, "there is no Integration none"],
])("whether an event can come to a Rule with the trigger %j", (trigger, says) => {
  const all = [integration("on", "slack", true), integration("off", "gitlab", false), integration("unsaid", "github")];
  const manifests = all.map((object) => ({ object, file: "a.yaml", locate: () => ({ line: 1, column: 1 }) }));
  const rule: Rule = {
    apiVersion: "plumbline.dev/v1alpha1",
    kind: "Rule",
    metadata: { name: "r" },
    spec: { trigger, actions: [{ action: "emit_event", parameters: {} }] },
  };
  const current = {
    ruleSet: createRuleSet(manifests),
    integration: (owner: string) => manifests.find(({ object }) => `default/${object.metadata.name}` === owner),
  };
  const found = hearsNothing(current, rule);
  expect(found?.message ?? "").toContain(says ?? "");
  expect(found?.code).toBe(says === undefined ? undefined : "NoEvents");
});
