/** The built program checks manifests exactly as the source does. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { type AnnotatedSchema, integrationSchema } from "../../src/api/index.ts";
import { builtinPlatforms } from "../../src/manifests/platform-source.ts";
import type { Platform, PlatformSource, SchemaCheck } from "../../src/manifests/types.ts";
import { fieldsOf, readSchema } from "../schemas/published.ts";

const entry = pathToFileURL(join(import.meta.dirname, "../../dist/index.js")).href;
const built = ((await import(/* @vite-ignore */ entry)) as { builtinPlatforms(): PlatformSource }).builtinPlatforms();
const source = builtinPlatforms();

/** Values that are wrong, or right, depending on where they stand. */
const values = [
  null,
  true,
  -1,
  1.5,
  "",
  "a",
  "A b",
  "2026-11-25T12:00:00Z",
  ["a", "a"],
  [{}],
  {},
  { env: "A" },
  { a: 1 },
];

/** Writes a value at the place that a field's pointer into the schema leads to. */
function at(pointer: readonly string[], value: unknown): unknown {
  const [keyword, ...rest] = pointer;
  if (keyword === undefined) return value;
  if (keyword === "properties") return { [rest[0] as string]: at(rest.slice(1), value) };
  return keyword === "items" ? [at(rest, value)] : at(rest, value);
}

/** For each field three documents: all are empty but for the way to it, and a value from the list in turn. */
function corpus(schema: AnnotatedSchema): unknown[] {
  const places = [...fieldsOf(schema)].map(({ pointer }) => pointer.split("/").slice(1));
  return places.flatMap((place, n) => [0, 5, 9].map((step) => at(place, values[(n + step) % values.length])));
}

/** The same document with all that every manifest must have, so that no other mistake is found first. */
function completed(kind: string, document: unknown, platform: object): unknown {
  const spec = (document as { spec?: unknown }).spec;
  const whole = typeof spec === "object" && spec !== null && !Array.isArray(spec) ? { ...platform, ...spec } : spec;
  return { apiVersion: "plumbline.dev/v1alpha1", kind, metadata: { name: "a" }, ...(document as object), spec: whole };
}

/** What a check says, in a form that compares fast: of a schema, the properties that a report would suggest. */
function verdict(check: SchemaCheck, document: unknown): string {
  const valid = check(document);
  const errors = (check.errors ?? []).map(({ parentSchema, schema: _, data, ...rest }) => ({
    ...rest,
    type: typeof data,
    suggested: Object.keys((parentSchema as AnnotatedSchema | undefined)?.properties ?? {}),
  }));
  return JSON.stringify({ valid, errors });
}

/** @returns the documents that the two checks judge differently, and how many they agree to refuse. */
function compare(ours: SchemaCheck, theirs: SchemaCheck, documents: readonly unknown[]) {
  const verdicts = documents.map((document) => ({
    document,
    here: verdict(ours, document),
    there: verdict(theirs, document),
  }));
  return {
    different: verdicts.filter(({ here, there }) => here !== there),
    refused: verdicts.filter(({ here }) => here.startsWith('{"valid":false')).length,
    accepted: verdicts.filter(({ here }) => here.startsWith('{"valid":true')).length,
  };
}

async function platform(from: PlatformSource, name: string): Promise<Platform> {
  const found = await from.load(name);
  if (!found || found === "unloaded") throw new Error(`There is no platform ${name}.`);
  return found;
}

test("both know the same platforms", async () => {
  expect(built.names).toEqual(source.names);
  expect(await built.load("constructor")).toBeUndefined();
  expect(await source.load("constructor")).toBeUndefined();
});

describe.each([...source.names])("%s", (name) => {
  test("has the same kinds and schemas in both", async () => {
    const [ours, theirs] = [await platform(source, name), await platform(built, name)];
    expect([...theirs.compiled.kinds.keys()]).toEqual([...ours.compiled.kinds.keys()]);
    expect(JSON.stringify(theirs.compiled.schemas)).toBe(JSON.stringify(ours.compiled.schemas));
  });

  test("gives the same verdict and the same errors in both", async () => {
    const [ours, theirs] = [await platform(source, name), await platform(built, name)];
    const schema = integrationSchema(ours.compiled.schemas);
    const documents = corpus(schema);
    const example = (schema.properties?.spec?.examples ?? [])[0] as object;
    const whole = documents.map((document) => completed("Integration", document, example));
    const result = compare(ours.validate, theirs.validate, [...documents, ...whole, null, [], 1]);
    expect(result.different).toEqual([]);
    expect(result.refused).toBeGreaterThan(100);
    expect(result.accepted).toBeGreaterThan(5);
  });
});

test.each([
  { kind: "Integration", schema: "integration", spec: { platform: "slack" } },
  { kind: "Rule", schema: "rule", spec: { trigger: {}, actions: [{ action: "send_message" }] } },
  { kind: "NotificationRoute", schema: "notification-route", spec: {} },
] as const)("a $kind gets the same verdict and the same errors in both", async ({ kind, schema, spec }) => {
  const documents = corpus(readSchema(schema));
  const whole = documents.map((document) => completed(kind, document, spec));
  const result = compare(await source.kind(kind), await built.kind(kind), [...documents, ...whole]);
  expect(result.different).toEqual([]);
  expect(result.refused).toBeGreaterThan(20);
  expect(result.accepted).toBeGreaterThan(2);
});
