import { expect, test } from "vitest";
import type { Rule } from "../../src/api/rule.ts";
import { hearsNothing, ruleState } from "../../src/controller/conditions.ts";
import { manifestEvents } from "../../src/controller/own-events.ts";
import { createRuleSet } from "../../src/rules/rule-set.ts";
import type { Held } from "../../src/sources/source.ts";

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

const at = { now: NOW, trace: "0".repeat(32) };
const problem = { code: "UnknownField", message: "…", file: "m/a.yaml", line: 3 };
const held: Held = { kind: "Rule", namespace: "prod", name: "r", problem };
const none = { problems: [], held: [] };
const told = (events: ReturnType<typeof manifestEvents>) =>
  events.map(({ type, namespace, subject, data }) => `${type} ${namespace} ${subject} ${JSON.parse(data).status}`);

test("a file that becomes wrong is told in the namespace of what is held, once, and when it is right again", () => {
  const is = { problems: [problem], held: [held] };
  const firing = manifestEvents(none, is, at);
  expect(told(firing)).toEqual(["plumbline.manifest.invalid prod m/a.yaml firing"]);
  expect(JSON.parse(firing[0]?.data ?? "")).toMatchObject({
    ...{ severity: "error", fingerprint: "manifest/prod/m/a.yaml", held: ["Rule prod/r"] },
    problems: [{ code: "UnknownField", line: 3 }],
  });
  expect(manifestEvents(is, is, at)).toEqual([]);
  const resolved = manifestEvents(is, none, at);
  expect(told(resolved)).toEqual(["plumbline.manifest.invalid prod m/a.yaml resolved"]);
  expect(JSON.parse(resolved[0]?.data ?? "").fingerprint).toBe("manifest/prod/m/a.yaml");
});

test("a file of which nothing is held, and a mistake of no file, are told in the namespace default", () => {
  const is = { problems: [problem, { code: "FileNotFound", message: "…" }], held: [] };
  expect(told(manifestEvents(none, is, at))).toEqual([
    "plumbline.manifest.invalid default m/a.yaml firing",
    "plumbline.manifest.invalid default manifests firing",
  ]);
});

test("a file that is wrong in another way is told again", () => {
  const is = { problems: [problem], held: [] };
  const other = { problems: [{ ...problem, line: 4 }], held: [] };
  expect(told(manifestEvents(is, other, at))).toEqual(["plumbline.manifest.invalid default m/a.yaml firing"]);
});
