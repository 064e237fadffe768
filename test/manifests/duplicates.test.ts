import { expect, test } from "vitest";
import { desiredEntries } from "../../src/manifests/desired.ts";
import { duplicateObjects, sharedSystems } from "../../src/manifests/duplicates.ts";
import { compiledForge, forgeManifest, manifestsOf } from "./forge.ts";

const named = (kind: string, name: string, file: string, namespace = "default") =>
  manifestsOf(`kind: ${kind}\nmetadata:\n  namespace: ${namespace}\n  name: ${name}\nspec: {}\n`, file);

test("two objects of one kind, namespace and name are a problem that names both places", () => {
  const { problems, distinct } = duplicateObjects([
    ...named("Rule", "a", "one.yaml"),
    ...named("Rule", "a", "two.yaml"),
  ]);
  expect(problems).toMatchObject([{ code: "DuplicateObject", file: "two.yaml", line: 4 }]);
  expect(problems[0]?.message).toContain("at one.yaml:4 and at two.yaml:4");
  expect(distinct.map(({ file }) => file)).toEqual(["one.yaml"]);
});

test("another kind or namespace is another object, and `default` is the namespace of those that state none", () => {
  const apart = [...named("Rule", "a", "1"), ...named("Integration", "a", "2"), ...named("Rule", "a", "3", "other")];
  expect(duplicateObjects(apart).problems).toEqual([]);
  const unstated = manifestsOf("kind: Rule\nmetadata: { name: a }\nspec: {}\n");
  expect(duplicateObjects([...apart, ...unstated]).problems).toHaveLength(1);
});

function sharedProblems(one: string, two: string) {
  const manifests = [
    forgeManifest(one, { name: "one", file: "one.yaml" }),
    forgeManifest(two, { name: "two", file: "two.yaml" }),
  ];
  const shared = sharedSystems(manifests.map((manifest) => ({ manifest, compiled: compiledForge })));
  return manifests.flatMap((manifest) => shared.add(manifest, desiredEntries(manifest, compiledForge).entries));
}

const token = "credentials: { token: { env: TOKEN } }";

test("one thing that two Integrations of one system declare is a problem that names both lines", () => {
  const problems = sharedProblems(
    `
      ${token}
      resources: { repositories: [{ name: Api }] }
    `,
    `
      ${token}
      connection: { baseUrl: "https://FORGE.example/api/" }
      resources:
        repositories:
          - { name: other }
          - { name: api }
    `,
  );
  expect(problems).toMatchObject([{ code: "DeclaredTwice", file: "two.yaml", line: 11 }]);
  expect(problems[0]?.message).toContain("at one.yaml:7 and at two.yaml:11");
});

test.each([
  { name: "another credential", two: "credentials: { token: { env: OTHER } }" },
  { name: "another address", two: `${token}\n      connection: { baseUrl: "https://other.example" }` },
  { name: "another organisation", two: `${token}\n      connection: { organization: other }` },
])("$name may be another system", ({ two }) => {
  const resources = "resources: { repositories: [{ name: api }] }";
  expect(sharedProblems(`${token}\n${resources}`, `${two.replaceAll("      ", "")}\n${resources}`)).toEqual([]);
});

test("things with other keys or kinds may be declared by two Integrations", () => {
  const one = `${token}\nresources: { repositories: [{ name: a }], teams: [{ name: b }] }`;
  const two = `${token}\nresources: { repositories: [{ name: b }], teams: [{ name: a }] }`;
  expect(sharedProblems(one, two)).toEqual([]);
});
