/** The document under `/openapi.json`: sound by itself, complete, and true of what is answered. */
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { allEndpoints } from "../../src/server/endpoints.ts";
import { deadLetters, newEvent, type Stage, stage } from "./fixture.ts";

interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  security: object[];
  parameters?: { name: string; in: string; required?: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}
interface Document {
  openapi: string;
  info: { title: string; version: string };
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes: object };
}

/** The document, made by a server that nobody listens to. */
async function documentOf(here: Stage): Promise<Document> {
  return (await here.ask("GET", "/openapi.json")).json as Document;
}

const operationsOf = ({ paths }: Document) =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );

/** Every schema that stands in the document. */
const schemasOf = (operation: Operation) => [
  ...(operation.parameters ?? []).map(({ schema }) => schema),
  ...Object.values(operation.requestBody?.content ?? {}).map(({ schema }) => schema),
  ...Object.values(operation.responses).flatMap(({ content }) =>
    Object.values(content ?? {}).map(({ schema }) => schema),
  ),
];

/** A validator that knows the document's own references. */
function validator(document: Document): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "doc", ...document });
  return ajv;
}

const rooted = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"doc#/components/'));

/** The document and the endpoints that it should be about, as `METHOD path`. */
async function load(): Promise<{ document: Document; rows: string[] }> {
  const here = await stage();
  const rows = allEndpoints(here.parts)
    .filter(({ hidden }) => !hidden)
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
  return { document: await documentOf(here), rows };
}

describe("the document", () => {
  test("is of version 3.1 and names the API", async () => {
    const { document } = await load();
    expect(document).toMatchObject({ openapi: "3.1.0", info: { title: "Plumbline" } });
    expect(document.info.version).toMatch(/^\d+\.\d+\.\d+/);
  });

  test("holds every endpoint of the table and nothing else", async () => {
    const { document, rows } = await load();
    expect(
      operationsOf(document)
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    ).toEqual(rows.sort());
  });

  test("gives every operation a name of its own, a sentence, a known tag and its rights", async () => {
    const { document } = await load();
    const operations = operationsOf(document);
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = document.tags.map(({ name }) => name);
    for (const { path, operation } of operations) {
      expect([path, operation.summary.length > 10, tags.includes(operation.tags[0] as string)]).toEqual([
        path,
        true,
        true,
      ]);
      expect([path, Array.isArray(operation.security)]).toEqual([path, true]);
    }
  });

  test("declares exactly the parameters of each path, as required", async () => {
    const { document } = await load();
    for (const { path, method, operation } of operationsOf(document)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
      const declared = (operation.parameters ?? []).filter((one) => one.in === "path");
      expect([method, path, declared.map(({ name }) => name).sort()]).toEqual([method, path, inPath]);
      expect(declared.every(({ required }) => required === true)).toBe(true);
    }
  });

  test("describes every answer; errors are problem documents", async () => {
    const { document } = await load();
    for (const { path, operation } of operationsOf(document)) {
      const statuses = Object.keys(operation.responses);
      expect([path, statuses.some((status) => status.startsWith("2"))]).toEqual([path, true]);
      for (const [status, { description, content }] of Object.entries(operation.responses)) {
        expect([path, status, description.length > 3]).toEqual([path, status, true]);
        if (Number(status) >= 400 && path !== "/readyz")
          expect(Object.keys(content ?? {})).toEqual(["application/problem+json"]);
      }
    }
  });

  test("holds schemas of JSON Schema 2020-12 only, and every reference leads somewhere", async () => {
    const { document } = await load();
    const ajv = validator(document);
    for (const { operation } of operationsOf(document)) {
      for (const schema of schemasOf(operation)) {
        expect(ajv.validateSchema(schema)).toBe(true);
        ajv.compile(rooted(schema));
      }
    }
    expect(Object.keys(document.components.schemas)).toEqual(["Problem"]);
  });
});

test("what is answered is what the document says, for every endpoint that can be asked", async () => {
  const here = await stage({ receive: () => ({ status: 200 }) });
  const document = await documentOf(here);
  const ajv = validator(document);
  const [seq] = await deadLetters(here.store, [newEvent()]);
  await here.store.events.refuse([
    { at: 1, status: 401, reason: "BadSignature", message: "no match", trace: "0".repeat(32) },
  ]);
  const bodies: Readonly<Record<string, unknown>> = {
    executeAction: { action: "send_message", parameters: { a: [1] } },
    postEvents: { specversion: "1.0", id: "p1", source: "/x", type: "t" },
  };
  const seen: string[] = [];
  for (const { path, method, operation } of operationsOf(document)) {
    const address = path.replace("{namespace}", "prod").replace("{name}", "gh").replace("{seq}", String(seq));
    const url = address.replace("{id}", encodeURIComponent(`default/r/${seq}`)).replace(/^(.*webhooks.*)$/, "$1");
    const json = bodies[operation.operationId.replace(/InDefault$/, "")] ?? {};
    const reply = await here.ask(method, url, method === "POST" ? { json } : {});
    const declared = operation.responses[reply.status];
    expect([method, url, reply.status, declared !== undefined]).toEqual([method, url, reply.status, true]);
    const media = (reply.headers["content-type"] ?? "").split(";")[0] as string;
    const schema = declared?.content?.[media]?.schema;
    expect([url, media, schema !== undefined]).toEqual([url, media, true]);
    const check = ajv.compile(rooted(schema as object));
    const value = media.endsWith("json") ? reply.json : reply.text;
    expect([url, check(value), check.errors]).toEqual([url, true, null]);
    seen.push(String(reply.status));
  }
  expect(seen.filter((status) => status.startsWith("2")).length).toBeGreaterThan(20);
});

test("the page loads its script from the server, and may load nothing from anywhere else", async () => {
  const { ask } = await stage();
  const page = await ask("GET", "/docs/");
  expect(page.text).not.toMatch(/(src|href)="(https?:)?\/\//);
  expect(page.text).toContain('src="js/scalar.js"');
  expect(page.text).toContain('"url": "../openapi.json"');
  const policy = page.headers["content-security-policy"] as string;
  expect(policy).not.toMatch(/https?:|\*/);
  expect(policy).toMatch(/script-src 'self' 'sha256-/);
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  const script = await ask("GET", "/docs/js/scalar.js");
  expect([script.status, script.headers["content-type"]]).toEqual([200, "application/javascript; charset=utf-8"]);
  expect(script.text.length).toBeGreaterThan(1_000_000);
  expect((await ask("GET", "/docs")).headers.location).toBe("/docs/");
});
