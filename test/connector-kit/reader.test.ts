/** A reader cannot write, and neither can anything that a connector makes of it. */
import { describe, expect, test } from "vitest";
import { definitionsOf } from "../../src/connector-kit/http/graphql.ts";
import type { HttpWriter, RequestOptions } from "../../src/connector-kit/index.ts";
import { incoming } from "../support/incoming.ts";
import { interceptNetwork, nock } from "../support/intercept.ts";
import { failure } from "./failures.ts";
import { acme, BASE, opened } from "./http-fixture.ts";

interceptNetwork();

const connector = acme({ readPosts: ["/api/list", "/graphql"] });

test.each(["put", "patch", "delete"])("a reader has no %s", async (method) => {
  const { reader } = await opened({ connector });
  expect((reader as unknown as Record<string, unknown>)[method]).toBeUndefined();
  expect(Object.isFrozen(reader)).toBe(true);
});

test.each(["/api/list/", "/api/LIST", "/api/list/x", "/list", "/api%2Flist", "/api/./list/../create"])(
  "a reader's POST to %s is refused by the connector's name",
  async (path) => {
    const { reader, session } = await opened({ connector });
    await expect(reader.post(path)).rejects.toThrow(/Acme/);
    expect(session.requests).toEqual({ read: 0, write: 0 });
  },
);

test("a POST to a path among readPosts counts as a read, also below another base address", async () => {
  nock(BASE).post("/api/list").reply(200, []);
  nock("https://proxy.test").post("/acme/api/list").reply(200, []);
  const first = await opened({ connector });
  await first.reader.post("/api/list");
  expect(first.session.requests).toEqual({ read: 1, write: 0 });
  const second = await opened({ connector, connection: { baseUrl: "https://proxy.test/acme" } });
  await second.reader.post("/api/list");
  expect(second.session.requests).toEqual({ read: 1, write: 0 });
});

test.each(["X-HTTP-Method-Override", "x-http-method", "X-Method-Override"])(
  "a reader's GET with %s is refused",
  async (header) => {
    const { reader } = await opened({ connector });
    await expect(reader.get("/x", { headers: { [header]: "DELETE" } })).rejects.toThrow("could write");
  },
);

test("a GET with a body is a mistake", async () => {
  const { reader } = await opened({ connector });
  await expect(reader.get("/x", { json: {} } satisfies RequestOptions)).rejects.toThrow("has no body");
});

test("a writer that a connector hides in its reader does not write", async () => {
  const sneaky = acme({
    open: ({ http }) => ({ reader: { write: () => http.writer.put("/x") }, writer: http.writer }),
  });
  const { session } = await opened({ connector: sneaky });
  const reader = session.reader as { write(): Promise<unknown> };
  await expect(reader.write()).rejects.toThrow("Acme: PUT /x could write, and this is a reader.");
  nock(BASE).put("/x").reply(200, {});
  expect((await (session.writer as HttpWriter).put("/x")).status).toBe(200);
});

test("a read that is redirected to where it could write is refused", async () => {
  nock(BASE).post("/api/list").reply(307, "", { location: "/api/delete" });
  const { reader } = await opened({ connector });
  expect((await failure(reader.post("/api/list"))).message).toContain("where it could write");
});

describe("GraphQL", () => {
  const queries = [
    "{ viewer { login } }",
    "query mutation { viewer { login } }",
    'query { search(text: "mutation { x }") { id } }',
    'query { a(text: """ \\""" } mutation { x } """) }',
    "# mutation { x }\nquery Q($a: I = {x: [1]}) @d(if: true) { a }",
    "fragment F on U { mutation } query { ...F }",
  ];
  test.each(queries)("a reader sends %j", async (document) => {
    nock(BASE)
      .post("/graphql", (body) => body.query === document)
      .reply(200, { data: {} });
    const { reader, session } = await opened({ connector });
    await reader.graphql("/graphql", document);
    expect(session.requests).toEqual({ read: 1, write: 0 });
  });

  const others = [
    "mutation { x }",
    "query A { a } mutation B { b }",
    "fragment F on U { a } mutation { ...F }",
    '{ a(text: "\\"") } mutation { b }',
    '{ a(text: """x""") } mutation { b }',
    "{ a } # }\nmutation { b }",
    "{ a } # x\rmutation { b }",
    ",\uFEFFmutation{ b }",
    "subscription { a }",
    "type T { a: Int }",
    "{ a",
    "{ a }}",
    '{ a(text: "x',
    "",
  ];
  test.each(others)("a reader refuses %j", async (document) => {
    const { reader, session } = await opened({ connector });
    await expect(reader.graphql("/graphql", document)).rejects.toThrow(/GraphQL/);
    expect(session.requests).toEqual({ read: 0, write: 0 });
  });

  test("no POST reaches a GraphQL address past the check, even among readPosts", async () => {
    const { reader } = await opened({ connector });
    await expect(reader.post("/graphql", { json: { query: "mutation { x }" } })).rejects.toThrow("could write");
  });

  test("a query cannot be sent to another address", async () => {
    const { reader } = await opened({ connector });
    await expect(reader.graphql("/repos/a/pings", "{ a }")).rejects.toThrow("not a GraphQL address");
  });

  test("a writer's mutation counts as a write and is not repeated", async () => {
    nock(BASE).post("/graphql").twice().reply(502, {});
    const { writer, session } = await opened({ connector });
    expect((await failure(writer.graphql("/graphql", "mutation { x }"))).outcomeUnknown).toBe(true);
    expect(session.requests).toEqual({ read: 0, write: 1 });
  });

  test("errors beside data are a failed read", async () => {
    const errors = [{ type: "FORBIDDEN", message: "no access to members" }];
    nock(BASE)
      .post("/graphql")
      .reply(200, { data: { team: null }, errors });
    const { reader } = await opened({ connector });
    const error = await failure(reader.graphql("/graphql", "{ team { id } }"));
    expect(error).toMatchObject({ code: "PERMISSION", platformCode: "FORBIDDEN" });
    expect(error.message).toContain("no access to members");
  });

  test("the keyword of each definition is found", () => {
    expect(definitionsOf("{a} query B {b} fragment C on D {c} mutation {d}")).toEqual([
      "query",
      "query",
      "fragment",
      "mutation",
    ]);
  });
});

describe("an address that users choose", () => {
  const PING = '{"type":"ping"}';
  const url = "https://hooks.acme.test/x/y?token=1";
  const chosen = acme({}, { userChosenUrl: true, ping: PING });

  async function asked() {
    const seen: string[] = [];
    const fetch = async (address: string) => {
      seen.push(address);
      return incoming(new Response(null, { status: 307, headers: { location: "https://hooks.acme.test/other" } }));
    };
    return { seen, ...(await opened({ connector: chosen, connection: { url }, transport: { fetch } })) };
  }

  test("takes the one test body from a reader, as a read, and no other", async () => {
    const { reader, session, seen } = await asked();
    await reader.post(url, { body: PING, expect: [307] }).catch(() => undefined);
    expect([seen.length, session.requests]).toEqual([1, { read: 1, write: 0 }]);
    for (const options of [{ body: `${PING} ` }, { json: { type: "ping" } }, {}] satisfies RequestOptions[]) {
      await expect(reader.post(url, options)).rejects.toThrow("could write, and this is a reader");
    }
    await expect(reader.post(url, { body: PING, headers: { "x-http-method-override": "DELETE" } })).rejects.toThrow(
      "could write",
    );
    expect(seen).toHaveLength(1);
  });

  test("is asked whole, with its query, and its redirects are not followed, even to itself", async () => {
    const { writer, seen } = await asked();
    await expect(writer.put(url, { body: "1" })).rejects.toMatchObject({ code: "UNSUPPORTED", status: 307 });
    expect(seen).toEqual([url]);
  });

  test("is asked on its own origin only", async () => {
    const { writer, seen } = await asked();
    await expect(writer.post("https://other.acme.test/x", { body: "1" })).rejects.toMatchObject({
      code: "UNSUPPORTED",
    });
    expect(seen).toEqual([]);
  });

  test("that is not public is not asked, by whatever is put in the place of fetch", async () => {
    const fetch = async () => new Response("") as never;
    const inner = { url: "https://10.0.0.1/" };
    const { writer } = await opened({ connector: chosen, connection: inner, transport: { fetch } });
    await expect(writer.post(inner.url, { body: "1" })).rejects.toMatchObject({ code: "PERMISSION" });
  });
});
