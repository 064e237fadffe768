/** Each status and its code, what is sent, and what a message says and does not say. */
import { describe, expect, test } from "vitest";
import type { ErrorCode } from "../../src/connector-kit/index.ts";
import { interceptNetwork, nock } from "../support/intercept.ts";
import { failure } from "./failures.ts";
import { acme, BASE, opened, TOKEN } from "./http-fixture.ts";

interceptNetwork();

const statuses: readonly [number, ErrorCode, boolean][] = [
  [400, "VALIDATION", false],
  [401, "AUTH", false],
  [403, "PERMISSION", false],
  [404, "NOT_FOUND", false],
  [408, "UNAVAILABLE", true],
  [409, "CONFLICT", false],
  [410, "NOT_FOUND", false],
  [412, "CONFLICT", false],
  [413, "VALIDATION", false],
  [422, "VALIDATION", false],
  [425, "UNAVAILABLE", true],
  [429, "RATE_LIMITED", true],
  [500, "UNAVAILABLE", true],
  [501, "UNSUPPORTED", false],
  [503, "UNAVAILABLE", true],
];

test.each(statuses)("%i is %s", async (status, code, retryable) => {
  nock(BASE).get("/x").times(4).reply(status, { message: "no" });
  const { reader } = await opened();
  const error = await failure(reader.get("/x"));
  expect(error).toMatchObject({ code, status, retryable, outcomeUnknown: false });
});

const bodies: readonly [string, unknown, string][] = [
  ["message", { message: "Bad name" }, "Bad name"],
  ["a text as error", { error: "name_taken" }, "name_taken"],
  ["an object as error", { error: { message: "Gone wrong" } }, "Gone wrong"],
  ["a list of errors", { errors: ["one", { detail: "two" }] }, "one; two"],
  [
    "message and coded errors",
    { message: "Validation Failed", errors: [{ resource: "Label", field: "name", code: "already_exists" }] },
    "Validation Failed: name already_exists",
  ],
  ["errors by field", { errorMessages: [], errors: { summary: "is required" } }, "summary: is required"],
  ["text", "plain words", "plain words"],
  ["a web page", "<!doctype html><html><head><title>Bad request</title></head><body>x</body></html>", "Bad request"],
  ["nothing", "", "HTTP 400"],
];

test.each(bodies)("the platform's own message is found in %s", async (_name, body, message) => {
  nock(BASE)
    .post("/labels")
    .reply(400, body as nock.Body);
  const { writer } = await opened();
  const error = await failure(writer.post("/labels", { what: 'create the label "bug"' }));
  expect(error.message).toBe(`Acme refused to create the label "bug": ${message}`);
});

test("a long message is cut after 300 characters", async () => {
  nock(BASE)
    .get("/x")
    .reply(400, { message: "x".repeat(1000) });
  const { reader } = await opened();
  expect((await failure(reader.get("/x"))).message).toHaveLength("Acme refused to answer GET /x: ".length + 300);
});

describe("planted secrets do not surface", () => {
  const forms: readonly [string, string][] = [
    ["as it is", TOKEN],
    ["in base64", Buffer.from(TOKEN).toString("base64")],
    ["percent-encoded", encodeURIComponent(TOKEN)],
    ["percent-encoded in lower case", encodeURIComponent(TOKEN).toLowerCase()],
    ["past the cut", `${"y".repeat(280)}${TOKEN}`],
  ];
  test.each(forms)("%s", async (_name, planted) => {
    nock(BASE)
      .get("/x")
      .query(true)
      .reply(400, { message: `you sent ${planted}` });
    const { reader } = await opened();
    const error = await failure(reader.get("/x", { query: { q: "query-text" } }));
    expect(error.message).toContain("you sent");
    expect(error.message).not.toContain(planted);
    expect(error.message).not.toContain(TOKEN.slice(0, 8));
    expect(error.message).not.toContain("query-text");
  });

  test("a token with a line end is refused without being repeated", async () => {
    const { reader } = await opened({ credentials: { token: "abcd1234\nevil" } });
    const error = await failure(reader.get("/x"));
    expect(error.code).toBe("AUTH");
    expect(error.message).toContain("line end");
    expect(JSON.stringify([error.message, String(error.cause)])).not.toContain("abcd1234");
  });

  test("in an error that a connector's own function throws", async () => {
    const { session } = await opened();
    const error = await failure(
      session.guardErrors(() => {
        throw new TypeError(`cannot read ${TOKEN}`);
      }),
    );
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message).toContain("(sensitive)");
    expect([error.message, String(error.cause), (error.cause as Error).stack].join()).not.toContain(TOKEN);
  });
});

test("a connector's classification comes before the status", async () => {
  nock(BASE).post("/api/list").reply(200, { ok: false, error: "missing_scope" });
  const connector = acme(
    { readPosts: ["/api/list"] },
    {
      classify: ({ body }) =>
        (body as { ok: boolean }).ok
          ? "ok"
          : { code: "PERMISSION", message: (body as { error: string }).error, platformCode: "missing_scope" },
    },
  );
  const { reader } = await opened({ connector });
  expect(await failure(reader.post("/api/list"))).toMatchObject({ code: "PERMISSION", platformCode: "missing_scope" });
});

test("an expected status is an answer", async () => {
  nock(BASE).get("/x").reply(404, { message: "none" });
  const { reader } = await opened();
  expect((await reader.get("/x", { expect: [404] })).status).toBe(404);
});

test("a request carries the credential, the parameters and the body", async () => {
  nock(BASE, { reqheaders: { authorization: `Bearer ${TOKEN}`, "user-agent": "plumbline", "x-key": "k1" } })
    .post("/a%2Fb", { name: "n" })
    .query({ tag: ["1", "2"], page: "3" })
    .reply(201, { id: 7 }, { etag: '"1"' });
  const { writer, session } = await opened();
  const answer = await writer.post("/a%2Fb", {
    query: { tag: ["1", "2"], page: 3, none: undefined },
    json: { name: "n" },
    idempotencyKey: { header: "X-Key", value: "k1" },
  });
  expect(answer).toMatchObject({ status: 201, body: { id: 7 }, request: { method: "POST", path: "/a%2Fb" } });
  expect(answer.headers.get("ETag")).toBe('"1"');
  expect(session.requests).toEqual({ read: 0, write: 1 });
});

test("a form leaves undefined fields out", async () => {
  nock(BASE).post("/f", "channel=C1&text=a+b").reply(200, { ok: true });
  const { writer } = await opened();
  await writer.post("/f", { form: { channel: "C1", text: "a b", thread: undefined } });
});

describe("connection.baseUrl", () => {
  test("carries its own path, also for links that lie below it", async () => {
    nock("https://ghe.test").get("/api/v3/x").reply(200, []).get("/api/v3/y").reply(200, []);
    const { reader, session } = await opened({ connection: { baseUrl: "https://ghe.test/api/v3/" } });
    expect((await reader.get("/x")).request.path).toBe("/x");
    expect((await reader.get("https://ghe.test/api/v3/y")).request.path).toBe("/y");
    expect(session.origin).toBe("https://ghe.test");
  });

  test.each(["nonsense", "ftp://x.test", "https://u:p4ssword@x.test", "https://x.test?a=1"])(
    "%s is refused before anything is sent",
    async (baseUrl) => {
      const error = await failure(opened({ connection: { baseUrl } }));
      expect(error.code).toBe("VALIDATION");
      expect(error.message).not.toContain("p4ssword");
    },
  );

  test("a path cannot lead out of it", async () => {
    const { reader } = await opened({ connection: { baseUrl: "https://ghe.test/api/v3" } });
    await expect(reader.get("/../../x")).rejects.toThrow("leads out of");
  });
});

test("an absolute address of another origin is refused unless nothing is authorised", async () => {
  const upload = nock("https://files.test", { badheaders: ["authorization"] })
    .post("/u")
    .reply(200, "OK");
  const { writer } = await opened();
  expect((await failure(writer.post("https://files.test/u"))).message).toContain("for https://api.acme.test only");
  expect(upload.isDone()).toBe(false);
  expect((await writer.post("https://files.test/u", { authorize: false, body: "bytes" })).body).toBe("OK");
});

describe("a derived authorisation", () => {
  const derived = (onDerive: () => void) =>
    acme(
      {},
      {
        authorize: async ({ http, now }) => {
          onDerive();
          const { body } = await http.post("/token", { form: { grant: "x" } });
          return { headers: { authorization: `Bearer ${(body as { t: string }).t}` }, renewAt: now() + 60_000 };
        },
      },
    );

  test("is asked for once by requests at the same time, and again when it is due", async () => {
    let times = 0;
    nock(BASE, { badheaders: ["authorization"] })
      .post("/token")
      .times(2)
      .reply(200, () => ({ t: `derived-${times}` }));
    nock(BASE).get("/x").times(3).reply(200, []);
    const connector = derived(() => {
      times += 1;
    });
    const { reader, clock } = await opened({ connector });
    await Promise.all([reader.get("/x"), reader.get("/x")]);
    expect(times).toBe(1);
    await clock.advance(60_000);
    await reader.get("/x");
    expect(times).toBe(2);
  });

  test("that the platform refuses is derived anew, once", async () => {
    let times = 0;
    nock(BASE)
      .post("/token")
      .times(2)
      .reply(200, () => ({ t: `derived-${times}` }));
    nock(BASE, { reqheaders: { authorization: "Bearer derived-1" } })
      .get("/x")
      .reply(401, {});
    nock(BASE, { reqheaders: { authorization: "Bearer derived-2" } })
      .get("/x")
      .reply(200, [1]);
    const connector = derived(() => {
      times += 1;
    });
    const { reader } = await opened({ connector });
    expect((await reader.get("/x")).body).toEqual([1]);
  });
});
