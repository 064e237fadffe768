import { expect, test } from "vitest";
import { referenceProblems } from "../../src/manifests/references.ts";
import { manifestsOf } from "./forge.ts";

/** Documents with their own first lines; each is numbered from its own text's start. */
function integration(name: string, options: { platform?: string; namespace?: string; dependsOn?: string[] } = {}) {
  const { platform = "forge", namespace = "default", dependsOn = [] } = options;
  return manifestsOf(
    `
kind: Integration
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  platform: ${platform}
  dependsOn: [${dependsOn.join(", ")}]
`,
    `${name}.yaml`,
  );
}

const rule = (spec: string) => manifestsOf(`kind: Rule\nmetadata: { name: r }\nspec:\n${spec}`, "rule.yaml");

const summary = (manifests: Parameters<typeof referenceProblems>[0]) =>
  referenceProblems(manifests).map(({ code, file, line, message }) => ({ code, at: `${file}:${line}`, message }));

test("a rule's integrations, platforms and fallbacks are found where they stand", () => {
  const problems = summary([
    ...integration("support"),
    ...rule(`
  trigger: { integration: suport }
  actions:
    - { integration: support, action: a_b, fallback: nowhere }
    - { platform: slack, action: a_b }
`),
  ]);
  expect(problems).toEqual([
    {
      code: "UnknownIntegration",
      at: "rule.yaml:5",
      message: 'There is no Integration "suport" in the namespace "default". Did you mean "support"?',
    },
    {
      code: "UnknownIntegration",
      at: "rule.yaml:7",
      message: 'There is no Integration "nowhere" in the namespace "default". It has support.',
    },
    {
      code: "NoSuchPlatform",
      at: "rule.yaml:8",
      message: 'No Integration in the namespace "default" is of the platform "slack". It has forge.',
    },
  ]);
});

test("a platform stands for its only integration, and for none where there are two", () => {
  const trigger = rule("  trigger: { platform: forge }\n  actions: []\n");
  expect(summary([...integration("a"), ...trigger])).toEqual([]);
  expect(summary([...integration("a", { namespace: "other" }), ...trigger])).toMatchObject([
    { code: "NoSuchPlatform" },
  ]);
  const [ambiguous, ...more] = summary([...integration("b"), ...integration("a"), ...trigger]);
  expect(more).toEqual([]);
  expect(ambiguous?.code).toBe("AmbiguousPlatform");
  expect(ambiguous?.message).toContain("a, b");
});

test("receivers are checked at any depth of a route", () => {
  const route = manifestsOf(`
kind: NotificationRoute
metadata: { name: ops }
spec:
  receivers: [{ integration: a }]
  routes:
    - routes:
        - receivers:
            - integration: a
              fallback: lost
`);
  expect(summary([...integration("a"), ...route])).toMatchObject([{ code: "UnknownIntegration", at: "a.yaml:10" }]);
});

test("a reference does not leave its namespace, and the message says so", () => {
  const [problem] = summary([...integration("a", { dependsOn: ["b"] }), ...integration("b", { namespace: "team-b" })]);
  expect(problem?.message).toContain('in the namespace "team-b", but references never leave');
});

test("an Integration whose document is wrong may be referred to", () => {
  const manifests = [
    ...integration("a", { dependsOn: ["broken"] }),
    ...rule("  trigger: { platform: jira }\n  actions: []\n"),
  ];
  expect(referenceProblems(manifests, [{ name: "broken" }])).toEqual([]);
  expect(referenceProblems(manifests, [{ name: "broken", platform: "slack" }])).toMatchObject([
    { code: "NoSuchPlatform" },
  ]);
  expect(referenceProblems(manifests, [{ name: "broken", namespace: "other" }])).toHaveLength(2);
});

test("a circle of dependsOn is one problem that names the circle", () => {
  const problems = summary([
    ...integration("a", { dependsOn: ["free", "b"] }),
    ...integration("b", { dependsOn: ["c"] }),
    ...integration("c", { dependsOn: ["a"] }),
    ...integration("free"),
  ]);
  expect(problems).toMatchObject([{ code: "DependencyCycle", at: "a.yaml:6" }]);
  expect(problems[0]?.message).toContain("a -> b -> c -> a");
});

test("waiting for oneself is a circle; two ways to one thing are none", () => {
  expect(summary(integration("a", { dependsOn: ["a"] }))).toMatchObject([{ code: "DependencyCycle" }]);
  const diamond = [
    ...integration("a", { dependsOn: ["b", "c"] }),
    ...integration("b", { dependsOn: ["d"] }),
    ...integration("c", { dependsOn: ["d"] }),
    ...integration("d"),
  ];
  expect(summary(diamond)).toEqual([]);
});

test("a circle is found in any namespace", () => {
  const namespace = "team-a";
  const circle = [
    ...integration("a", { dependsOn: ["b"], namespace }),
    ...integration("b", { dependsOn: ["a"], namespace }),
  ];
  expect(summary(circle)).toMatchObject([{ code: "DependencyCycle" }]);
});

test("same names in two namespaces make no circle", () => {
  const apart = [
    ...integration("a", { dependsOn: ["b"] }),
    ...integration("b"),
    ...integration("b", { dependsOn: ["a"], namespace: "other" }),
    ...integration("a", { namespace: "other" }),
  ];
  expect(summary(apart)).toEqual([]);
});

test("an Integration called constructor is found only when it is there", () => {
  const trigger = rule("  trigger: { integration: constructor }\n  actions: []\n");
  expect(summary(trigger)).toMatchObject([{ code: "UnknownIntegration" }]);
  expect(summary([...integration("constructor"), ...trigger])).toEqual([]);
});
