import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type CheckedRequest, checkRequest, compileAll, contractSpecs, loadSpec } from "./openapi.ts";

const folder = mkdtempSync(join(tmpdir(), "specs-"));
afterAll(() => rmSync(folder, { recursive: true }));

const json = "application/json";
const form = "application/x-www-form-urlencoded";
const list = { type: "object", properties: { limit: { type: "integer" }, all: { type: "boolean" } } };
const described = {
  openapi: "3.0.3",
  servers: [{ url: "https://api.example.com/1" }],
  paths: {
    "/things/{id}": {
      parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer" } }],
      get: {
        operationId: "getThing",
        parameters: [
          { name: "fields", in: "query", explode: false, schema: { type: "array", items: { enum: ["a", "b"] } } },
          { name: "page", in: "query", required: true, schema: { type: "integer" } },
        ],
      },
      put: {
        operationId: "putThing",
        requestBody: { required: true, content: { [json]: { schema: { $ref: "#/components/schemas/thing" } } } },
      },
    },
    "/things/all": { get: { operationId: "allThings" } },
    "/x.list": {
      get: { operationId: "x.list", parameters: [{ name: "limit", in: "query", schema: { type: "integer" } }] },
      post: { operationId: "x.list.post", requestBody: { content: { [form]: { schema: list } } } },
    },
  },
  components: {
    schemas: {
      thing: {
        allOf: [
          { $ref: "#/components/schemas/named" },
          {
            type: "object",
            properties: {
              labels: { type: "object" },
              part: { type: "object", properties: { a: { type: "string", nullable: true } } },
            },
          },
        ],
      },
      named: {
        type: "object",
        required: ["id", "name"],
        properties: { id: { type: "integer", readOnly: true }, name: { type: "string" } },
      },
    },
  },
};

function specOf(change: (description: typeof described) => void = () => undefined) {
  const description = structuredClone(described);
  change(description);
  writeFileSync(join(folder, "example.json"), JSON.stringify(description));
  return loadSpec(folder, "example");
}

const put = (body: unknown): CheckedRequest => ({ method: "PUT", url: "/1/things/7", body, contentType: json });

test.each<{ name: string; given: CheckedRequest; expected: string }>([
  {
    name: "the server's path goes before the operation's",
    given: { method: "GET", url: "http://127.0.0.1:9/1/things/all" },
    expected: "allThings",
  },
  {
    name: "a list in one text is split",
    given: { method: "GET", url: "/1/things/7?page=1&fields=a,b" },
    expected: "getThing",
  },
  {
    name: "a body may leave out what is read-only",
    given: put({ name: "x", part: { a: null }, labels: { any: 1 } }),
    expected: "putThing",
  },
  {
    name: "fields of a form are numbers and booleans where the schema says so",
    given: { method: "POST", url: "/1/x.list", body: { limit: "3", all: "true" }, contentType: form },
    expected: "x.list.post",
  },
])("$name", ({ given, expected }) => {
  expect(checkRequest(specOf(), given)).toEqual({ operationId: expected });
});

test.each<{ name: string; given: CheckedRequest; expected: string }>([
  {
    name: "a path without the server's own is none",
    given: { method: "GET", url: "/things/all" },
    expected: "no operation GET /things/all",
  },
  {
    name: "an unknown query parameter fails",
    given: { method: "GET", url: "/1/things/7?page=1&x=1" },
    expected: "unknown query parameter x",
  },
  {
    name: "a missing query parameter fails",
    given: { method: "GET", url: "/1/things/7" },
    expected: "query parameter page is missing",
  },
  {
    name: "a path variable of the wrong type fails",
    given: { method: "GET", url: "/1/things/seven?page=1" },
    expected: "path id must be integer",
  },
  {
    name: "a value beyond a list's fails",
    given: { method: "GET", url: "/1/things/7?page=1&fields=a,c" },
    expected: 'must be one of ["a","b"]',
  },
  {
    name: "an unknown property fails",
    given: put({ name: "x", colour: 1 }),
    expected: "body has the unknown property colour",
  },
  {
    name: "an unknown property further in fails",
    given: put({ name: "x", part: { b: 1 } }),
    expected: "body/part has the unknown property b",
  },
  { name: "a missing body fails", given: { method: "PUT", url: "/1/things/7" }, expected: "the body is missing" },
  {
    name: "a body that nothing describes fails",
    given: { method: "GET", url: "/1/things/all", body: {}, contentType: json },
    expected: "a body where none is described",
  },
  {
    name: "another content type fails",
    given: { ...put({ name: "x" }), contentType: form },
    expected: "is not described",
  },
  {
    name: "an unknown field of a form fails",
    given: { method: "POST", url: "/1/x.list", body: { y: "1" }, contentType: form },
    expected: "unknown property y",
  },
])("$name", ({ given, expected }) => {
  expect(checkRequest(specOf(), given)).toEqual({ error: expect.stringContaining(expected) });
});

test("a schema that cannot be compiled fails the check", () => {
  const spec = specOf(({ components }) => {
    Object.assign(components.schemas.named.properties.name, { format: "no-such-format" });
  });
  expect(() => checkRequest(spec, put({ name: "x" }))).toThrow(/no-such-format/);
  expect(compileAll(spec)).toEqual([expect.stringContaining("putThing")]);
});

test("coverage counts a method that is described twice once, and only what was right", () => {
  const spec = specOf();
  expect(spec.coverage.missing()).toEqual(["allThings", "getThing", "putThing", "x.list"]);
  checkRequest(spec, { method: "POST", url: "/1/x.list", body: { limit: "3" }, contentType: form });
  checkRequest(spec, put({}));
  expect(spec.coverage.exercised).toEqual(new Map([["x.list", 1]]));
  expect(spec.coverage.missing()).toEqual(["allThings", "getThing", "putThing"]);
});

test("without CONTRACT_SPECS it is said plainly that nothing is checked", () => {
  const lines: string[] = [];
  expect(contractSpecs({}, (line) => lines.push(line))).toBeUndefined();
  expect(lines).toEqual([expect.stringContaining("NOT checked")]);
  expect(contractSpecs({ CONTRACT_SPECS: "specs" }, (line) => lines.push(line))).toBe("specs");
  expect(lines).toHaveLength(1);
});

const specs = contractSpecs(process.env, (line) => console.warn(line));
describe.skipIf(specs === undefined)("the platforms' descriptions (skipped without CONTRACT_SPECS)", () => {
  const names = specs === undefined ? [] : readdirSync(specs).filter((file) => file.endsWith(".json"));
  test.each(names)("every request schema of %s can be compiled", (file) => {
    expect(compileAll(loadSpec(specs ?? "", file.replace(/\.json$/, "")))).toEqual([]);
  });
});
