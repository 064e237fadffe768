import { expect, test } from "vitest";
import type { AnnotatedSchema } from "../../src/api/index.ts";
import { createSchemaCompiler } from "../../src/manifests/schema-compiler.ts";
import { shareDefinitions } from "../../src/manifests/shared-definitions.ts";

const lifecycle = { type: "object", additionalProperties: false, properties: { keep: { type: "boolean" } } };
const label = {
  type: "object",
  additionalProperties: false,
  required: ["name"],
  properties: { name: { type: "string" }, lifecycle },
};
const repository = {
  type: "object",
  additionalProperties: false,
  required: ["name"],
  properties: { name: { type: "string" }, labels: { type: "array", items: label }, lifecycle },
};
const schema: AnnotatedSchema = {
  type: "object",
  properties: {
    defaults: { type: "object", properties: { labels: { type: "array", items: label } } },
    resources: { type: "object", properties: { repositories: { type: "array", items: repository } } },
  },
};

test.each([
  { document: { resources: { repositories: [{ name: "a", labels: [{ name: "b" }], lifecycle: { keep: true } }] } } },
  { document: { resources: { repositories: [{ name: "a", labels: [{ name: "b", colour: 1 }, {}] }] } } },
  { document: { resources: { repositories: [{ lifecycle: { kept: true } }] }, defaults: { labels: [3] } } },
  { document: { defaults: { labels: [{ name: 1, lifecycle: { keep: 1 } }] }, resources: [] } },
])("what is shared finds the same mistakes at the same places: $document", ({ document }) => {
  const [whole, shared] = [schema, shareDefinitions(schema)].map((form) => createSchemaCompiler().compile(form));
  expect(shared?.(document)).toBe(whole?.(document));
  const found = (check: typeof whole) =>
    (check?.errors ?? []).map(({ instancePath, keyword, params, message }) => ({
      instancePath,
      keyword,
      params,
      message,
    }));
  expect(found(shared)).toEqual(found(whole));
});

test("every object becomes a definition, and what stands in several places one only", () => {
  const definitions = shareDefinitions(schema).$defs as Record<string, AnnotatedSchema>;
  const names = Object.values(definitions).map((definition) => Object.keys(definition.properties ?? {}).join());
  expect(names.toSorted()).toEqual(["keep", "labels", "name,labels,lifecycle", "name,lifecycle", "repositories"]);
});

test("the given schema stays as it was, and keeps its own definitions", () => {
  const before = JSON.stringify(schema);
  const own = { ...schema, $defs: { route: { type: "string" } } };
  expect(shareDefinitions(own).$defs).toMatchObject({ route: { type: "string" } });
  expect(JSON.stringify(schema)).toBe(before);
});
