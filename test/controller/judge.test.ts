import { expect, test } from "vitest";
import { followerState, recordFollowers } from "../../src/controller/conditions.ts";
import { hearsNothing, type Judged, type Judgement, judgements } from "../../src/controller/judge.ts";
import type { AnyManifest, Manifest } from "../../src/manifests/types.ts";
import { createRuleSet } from "../../src/rules/rule-set.ts";
import type { Held } from "../../src/sources/source.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { ALERT_KIND, INBOUND_KIND, type ObjectState } from "../../src/store/types.ts";

const NOW = Date.parse("2026-11-25T12:00:00Z");
const after = (seconds: number) => NOW + seconds * 1000;
const isoAfter = (seconds: number) => new Date(after(seconds)).toISOString();

const apiVersion = "plumbline.dev/v1alpha1";
const integration = (name: string, platform: string, enabled = true): AnyManifest => ({
  ...{ apiVersion, kind: "Integration", metadata: { name } },
  spec: { platform, events: { enabled } },
});
const rule = (trigger: object, acts = "slack"): AnyManifest => ({
  ...{ apiVersion, kind: "Rule", metadata: { name: "r" } },
  spec: { trigger, actions: [{ integration: acts, action: "send_message" }] },
});
const route = (receiver: string): AnyManifest => ({
  ...{ apiVersion, kind: "NotificationRoute", metadata: { name: "ops" } },
  spec: { receivers: [{ integration: receiver }] },
});

const manifestOf = (object: AnyManifest): Manifest => ({
  object,
  file: "m/a.yaml",
  locate: () => ({ line: 4, column: 1 }),
});

/** The desired state of these objects, all in one file. */
function stateOf(objects: readonly AnyManifest[], more: Partial<Judged["snapshot"]> = {}): Judged {
  const manifests = objects.map(manifestOf);
  const integrations = new Map(manifests.map((one) => [`default/${one.object.metadata.name}`, one]));
  return {
    snapshot: { manifests, problems: [], held: [], refused: [], ...more },
    ruleSet: createRuleSet(manifests),
    integration: (owner) => integrations.get(owner) as ReturnType<Judged["integration"]>,
  };
}

const problem = (code: string, message: string, line = 3) => ({ code, message, file: "m/a.yaml", line });
const held = (
  kind: Held["kind"],
  name: string,
  ...problems: [ReturnType<typeof problem>, ...ReturnType<typeof problem>[]]
): Held => ({
  ...{ kind, namespace: "default", name, problem: problems[0], problems },
});
const typo = problem("UnknownField", 'Unknown field "triger".');
const dangling = problem("UnknownIntegration", 'There is no Integration "gone" in the namespace "default".');

/** Each as `Ready Accepted ResolvedRefs`, by reason. */
const reasons = (judged: Judged) =>
  judgements(judged).map(({ name, Ready, Accepted, ResolvedRefs }) =>
    [name, ...[Ready, Accepted, ResolvedRefs].map(({ status, reason }) => `${status}:${reason}`)].join(" "),
  );

const world = [integration("slack", "slack"), integration("gh", "github")];
const good = rule({ integration: "gh" });

test.each<[string, Judged, string]>([
  ["is right", stateOf([...world, good]), "default/r True:Accepted True:Accepted True:ResolvedRefs"],
  [
    "is wrong now, with an older version in force",
    stateOf([...world, good], { held: [held("Rule", "r", typo)] }),
    "default/r False:InvalidManifest False:InvalidManifest True:ResolvedRefs",
  ],
  [
    "names what is not there, with an older version in force",
    stateOf([...world, good], { held: [held("Rule", "r", dangling)] }),
    "default/r False:UnknownIntegration True:Accepted False:UnknownIntegration",
  ],
  [
    "is wrong in both ways",
    stateOf([...world, good], { held: [held("Rule", "r", dangling, typo)] }),
    "default/r False:InvalidManifest False:InvalidManifest False:UnknownIntegration",
  ],
  [
    "was never right",
    stateOf(world, { refused: [held("Rule", "r", typo)] }),
    "default/r False:InvalidManifest False:InvalidManifest Unknown:NotAccepted",
  ],
  [
    "never found what it names",
    stateOf(world, { refused: [held("Rule", "r", dangling)] }),
    "default/r False:UnknownIntegration True:Accepted False:UnknownIntegration",
  ],
  [
    "acts in an Integration that was never right",
    stateOf([integration("gh", "github"), good], { refused: [held("Integration", "slack", typo)] }),
    "default/r False:UnknownIntegration True:Accepted False:UnknownIntegration",
  ],
  [
    "hears nothing",
    stateOf([integration("slack", "slack"), integration("gh", "github", false), good]),
    "default/r False:NoEvents True:Accepted True:ResolvedRefs",
  ],
  [
    "cannot be compiled",
    stateOf([...world, rule({ integration: "gh", when: "1 +" })]),
    "default/r False:InvalidManifest False:InvalidManifest True:ResolvedRefs",
  ],
])("how a Rule stands that %s", (_, judged, expected) => {
  expect(reasons(judged)).toEqual([expected]);
});

test("a route is judged like a Rule, and Integrations are not", () => {
  expect(reasons(stateOf([integration("slack", "slack", false), route("slack")]))).toEqual([
    "default/ops True:Accepted True:Accepted True:ResolvedRefs",
  ]);
  expect(reasons(stateOf([route("slack")], { refused: [held("Integration", "gh", typo)] }))).toEqual([
    "default/ops False:UnknownIntegration True:Accepted False:UnknownIntegration",
  ]);
});

test("messages name the place, what is missing, what to do, and what is in force meanwhile", () => {
  const message = (judged: Judged, type: "Accepted" | "ResolvedRefs") => judgements(judged)[0]?.[type].message;
  expect(message(stateOf([...world, good], { held: [held("Rule", "r", typo)] }), "Accepted")).toBe(
    'What is written now is wrong, and the last good version is in force. m/a.yaml:3: Unknown field "triger".',
  );
  expect(message(stateOf(world, { refused: [held("Rule", "r", typo)] }), "Accepted")).toBe(
    'What is written now is wrong, and no version is in force. m/a.yaml:3: Unknown field "triger".',
  );
  expect(message(stateOf(world, { refused: [held("Rule", "r", dangling)] }), "ResolvedRefs")).toBe(
    'What is written now names what is not there, and no version is in force. m/a.yaml:3: There is no Integration "gone" in the namespace "default". Declare it, or correct the name.',
  );
  const waiting = stateOf([route("slack")], { refused: [held("Integration", "slack", typo)] });
  expect(message(waiting, "ResolvedRefs")).toBe(
    'm/a.yaml:4: There is no Integration "slack" in the namespace "default". It is declared, and not in force since its manifest is wrong: m/a.yaml:3: Unknown field "triger".',
  );
});

const [fine] = judgements(stateOf([...world, good])) as [Judgement];
const [wrong] = judgements(stateOf([...world, good], { held: [held("Rule", "r", typo)] })) as [Judgement];
const timesOf = (state: ObjectState | undefined) =>
  Object.fromEntries((state?.conditions ?? []).map(({ type, lastTransitionTime }) => [type, lastTransitionTime]));

test("what did not move is not written, and a transition is when the status moves", () => {
  const first = followerState(fine, undefined, NOW);
  expect(first).toMatchObject({ kind: "Rule", name: "default/r", generation: 1, observedGeneration: 1 });
  expect(first?.conditions.map(({ type, observedGeneration }) => [type, observedGeneration])).toEqual([
    ["Ready", 1],
    ["Accepted", 1],
    ["ResolvedRefs", 1],
  ]);
  expect(followerState(fine, first, after(1))).toBeUndefined();
  const broken = followerState(wrong, first, after(2));
  expect(timesOf(broken)).toEqual({ Ready: isoAfter(2), Accepted: isoAfter(2), ResolvedRefs: isoAfter(0) });
  const reworded = { ...wrong, Accepted: { ...wrong.Accepted, message: "m/a.yaml:9: …" } };
  expect(timesOf(followerState(reworded, broken, after(3)))).toEqual(timesOf(broken));
});

test("the generation moves with the spec that is in force, and stays while the text is wrong", () => {
  const first = followerState(fine, undefined, NOW);
  expect(followerState(wrong, first, after(1))).toMatchObject({ generation: 1 });
  expect(followerState({ ...fine, digest: "other" }, first, after(1))).toMatchObject({
    generation: 2,
    observedGeneration: 2,
  });
  const { digest: _, ...never } = wrong;
  const refused = followerState(never, undefined, NOW);
  expect(refused).toMatchObject({ generation: 1, digest: "" });
  expect(followerState(fine, refused, after(1))).toMatchObject({ generation: 1, digest: fine.digest });
});

test("what is gone is forgotten; what a mistake may hide stays, and says that nothing of it is in force", async () => {
  const store = createMemoryStore();
  const record = async (judged: Judged, at: number) => [...(await recordFollowers(judged, store, at))].sort();
  const readyOf = async (kind: string, name: string) =>
    (await store.object(kind, name))?.conditions.find(({ type }) => type === "Ready");
  await store.putObject({ kind: "Integration", name: "default/gh", generation: 1, digest: "d", conditions: [] });
  expect(await record(stateOf([...world, good, route("slack")]), NOW)).toEqual([
    "NotificationRoute default/ops",
    "Rule default/r",
  ]);
  expect(await record(stateOf([...world, route("slack")], { problems: [typo] }), after(1))).toHaveLength(2);
  expect(await readyOf("Rule", "default/r")).toMatchObject({
    ...{ status: "False", reason: "Unreadable", lastTransitionTime: isoAfter(1) },
    message: 'No version of it is in force, and what is wrong may hide it. m/a.yaml:3: Unknown field "triger".',
  });
  expect(await record(stateOf([...world, route("slack")]), after(2))).toEqual(["NotificationRoute default/ops"]);
  expect(await store.object("Rule", "default/r")).toBeUndefined();
  expect(await store.objects()).toHaveLength(2);
});

test("the program's own records are no Rule's or route's: they stay as they are", async () => {
  const store = createMemoryStore();
  const own = [ALERT_KIND, INBOUND_KIND].map((kind) => ({
    ...{ kind, name: "default/gh", generation: 3, digest: "told" },
    conditions: [],
  }));
  for (const one of own) await store.putObject(one);
  await recordFollowers(stateOf(world), store, NOW);
  await recordFollowers(stateOf(world, { problems: [typo] }), store, after(1));
  expect(await store.objects()).toEqual(own);
});

test("a second look at the same state writes nothing", async () => {
  const store = createMemoryStore();
  const judged = stateOf([...world, good, route("slack")]);
  await recordFollowers(judged, store, NOW);
  const refuse = async () => {
    throw new Error("It was written.");
  };
  const putObjects = async (objects: readonly unknown[]) => expect(objects).toEqual([]);
  await recordFollowers(judged, { objects: store.objects, putObjects, dropObject: refuse }, after(1));
});

test.each<[object, string | undefined]>([
  [{ integration: "on", event: "issues" }, undefined],
  [{ platform: "slack" }, undefined],
  [{ type: "com.example.*" }, undefined],
  [{ integration: "off" }, "off takes no webhooks. Set spec.events.enabled"],
  [{ platform: "gitlab" }, "off takes no webhooks"],
  [{ integration: "none" }, "there is no Integration none"],
])("whether an event can come to a Rule with the trigger %j", (trigger, says) => {
  const judged = stateOf([integration("on", "slack"), integration("off", "gitlab", false)]);
  const found = hearsNothing(judged, rule(trigger) as Parameters<typeof hearsNothing>[1]);
  expect(found?.message ?? "").toContain(says ?? "");
  expect(found?.code).toBe(says === undefined ? undefined : "NoEvents");
});
