import { describe, expect, test } from "vitest";
import { createSchemaCompiler } from "../../src/manifests/schema-compiler.ts";
import { fieldsOf, readSchema, schemaNames } from "./published.ts";

describe.each(schemaNames)("%s.json", (name) => {
  const schema = readSchema(name);
  const fields = [...fieldsOf(schema)];

  test("describes every field", () => {
    expect(fields.length).toBeGreaterThan(0);
    expect(fields.filter((field) => !field.schema.description).map((field) => field.pointer)).toEqual([]);
  });

  test("gives an example of every field", () => {
    expect(fields.filter((field) => !field.schema.examples?.length).map((field) => field.pointer)).toEqual([]);
  });

  test("names the place where it is published", () => {
    expect(schema.$id).toBe(`https://plumbline.dev/schemas/v1alpha1/${name}.json`);
    expect(schema.$schema).toBe("http://json-schema.org/draft-07/schema#");
  });
});

// plumbline.json holds what the files of the kinds hold.
describe.each(schemaNames.filter((name) => name !== "plumbline"))("%s.json", (name) => {
  const schema = readSchema(name);
  const fields = [...fieldsOf(schema)];

  test("gives only examples that the field accepts", () => {
    const compiler = createSchemaCompiler({ discriminator: true, logger: false });
    compiler.addSchema(schema, "published");
    const wrong = fields.flatMap(({ pointer, schema: field }) => {
      const check = compiler.compile({ $ref: `published#${encodeURI(pointer)}` });
      return (field.examples ?? [])
        .filter((example) => !check(example))
        .map((example) => `${pointer}: ${JSON.stringify(example)}`);
    });
    expect(wrong).toEqual([]);
  });
});
