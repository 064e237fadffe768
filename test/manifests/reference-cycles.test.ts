import { expect, test } from "vitest";
import { compileConnector } from "../../src/connector-kit/compile.ts";
import { desiredEntries } from "../../src/manifests/desired.ts";
import { cycleCheck } from "../../src/manifests/reference-cycles.ts";
import { compiledForge, forge, forgeManifest } from "./forge.ts";

function cyclesOf(spec: string) {
  const { entries } = desiredEntries(forgeManifest(spec), compiledForge);
  return cycleCheck(compiledForge)(entries);
}

test("entries that need each other are one problem, at the first reference", () => {
  const problems = cyclesOf(`
    resources:
      teams:
        - name: a
          parents: [root, b]
        - name: b
          parents: [a]
        - name: root
  `);
  expect(problems).toMatchObject([
    { code: "ReferenceCycle", file: "a.yaml", line: 9, path: "/spec/resources/teams/0/parents" },
  ]);
  expect(problems[0]?.message).toContain('teams "a" -> teams "b" -> teams "a"');
});

test("keys are compared normalised: a template of itself in another case is a circle", () => {
  expect(cyclesOf("resources: { repositories: [{ name: Api, template: api }] }")).toHaveLength(1);
});

test("nested kinds refer to relatives under the same parent", () => {
  const problems = cyclesOf(`
    resources:
      repositories:
        - { name: x, environments: [{ name: prod, next: test }, { name: test, next: prod }] }
        - { name: y, environments: [{ name: prod, next: test }, { name: test }] }
  `);
  expect(problems).toHaveLength(1);
  expect(problems[0]?.message).toContain('"x/prod" -> repositories.environments "x/test" -> ');
});

test("a reference to what is not declared, and one through a lookup, is followed nowhere", () => {
  expect(
    cyclesOf(`
      resources:
        teams: [{ name: ada, parents: [live], members: [ada] }]
    `),
  ).toEqual([]);
});

test("a name that a lookup resolves is no reference to the kind of that name", () => {
  const withLookup = compileConnector({ ...forge, lookups: { teams: { resolve: async () => new Map() } } });
  const { entries } = desiredEntries(forgeManifest("resources: { teams: [{ name: a, parents: [a] }] }"), withLookup);
  expect(cycleCheck(withLookup)(entries)).toEqual([]);
});

test("a chain of ten thousand is walked without exhausting the stack", () => {
  const teams = Array.from({ length: 10_000 }, (_, index) => `{ name: t${index}, parents: [t${index + 1}] }`);
  expect(cyclesOf(`resources: { teams: [${teams.join(", ")}] }`)).toEqual([]);
});
