/** Errors, traces and headers: what every answer has, and what none has. */
import { describe, expect, test } from "vitest";
import { ConnectorError } from "../../src/connector-kit/errors.ts";
import { StoreError } from "../../src/store/types.ts";
import { raw, stage } from "./fixture.ts";

const SECRET = "planted-s3cret-value";

test.each([
  { method: "GET", path: "/nothing", status: 404, code: "NotFound" },
  { method: "GET", path: "/api/integrations/none", status: 404, code: "NotFound" },
  { method: "DELETE", path: "/api/rules", status: 405, code: "MethodNotAllowed" },
  { method: "GET", path: "/api/events/abc", status: 400, code: "BadRequest" },
  { method: "GET", path: "/api/events?limit=501", status: 400, code: "BadRequest" },
  { method: "GET", path: "/api/events?limit=1&limit=2", status: 400, code: "BadRequest" },
  { method: "GET", path: "/api/events?unknown=1", status: 400, code: "BadRequest" },
  { method: "GET", path: "/api/events?cursor=rubbish", status: 400, code: "BadRequest" },
  { method: "GET", path: "/api/%zz", status: 400, code: "BadRequest" },
  { method: "GET", path: `/api/integrations/${"a".repeat(2000)}`, status: 414, code: "BadRequest" },
  { method: "POST", path: "/api/integrations/gh/execute", body: "{", status: 400, code: "BadRequest" },
  { method: "POST", path: "/api/integrations/gh/execute", body: "[]", status: 400, code: "BadRequest" },
  { method: "POST", path: "/api/integrations/gh/execute", body: '{"action":1}', status: 400, code: "BadRequest" },
  {
    method: "POST",
    path: "/api/integrations/gh/execute",
    body: '{"action":"a","x":1}',
    status: 400,
    code: "BadRequest",
  },
  {
    method: "POST",
    path: "/api/integrations/gh/execute",
    body: '{"action":"a","__proto__":{"x":1}}',
    status: 400,
    code: "BadRequest",
  },
  {
    method: "POST",
    path: "/api/integrations/gh/execute",
    body: "a=1",
    type: "application/x-www-form-urlencoded",
    status: 415,
    code: "UnsupportedMediaType",
  },
  {
    method: "POST",
    path: "/api/integrations/gh/execute",
    body: "{}",
    encoding: "gzip",
    status: 415,
    code: "UnsupportedMediaType",
  },
  {
    method: "POST",
    path: "/api/integrations/gh/execute",
    body: `{"action":"a","parameters":{"x":"${"y".repeat(1024 * 1024)}"}}`,
    status: 413,
    code: "TooLarge",
  },
])(
  "$method $path $body gives the problem $status $code",
  async ({ method, path, body, type, encoding, status, code }) => {
    const { ask, executed } = await stage();
    const headers = {
      "content-type": type ?? "application/json",
      ...(encoding ? { "content-encoding": encoding } : {}),
    };
    const reply = await ask(method, path, body === undefined ? {} : { body, headers });
    expect(reply.headers["content-type"]).toMatch("application/problem+json");
    expect(reply.json).toMatchObject({ type: "about:blank", status, code });
    expect([reply.status, reply.json.title.length > 3, reply.json.detail.endsWith(".")]).toEqual([status, true, true]);
    expect(executed).toEqual([]);
  },
);

test("a wrong field is named, and its value is not repeated", async () => {
  const { ask } = await stage();
  const json = { action: "send_message", parameters: SECRET };
  const reply = await ask("POST", "/api/integrations/gh/execute", { json });
  expect(reply.json.errors).toEqual([{ field: "body/parameters", message: "must be object" }]);
  expect(reply.text).not.toContain(SECRET);
});

describe("a body", () => {
  test("that nests deeper than 64 levels is refused before anything looks into it", async () => {
    const { ask, executed } = await stage();
    const nested = (depth: number) => `{"action":"a","parameters":${'{"x":'.repeat(depth)}1${"}".repeat(depth)}}`;
    const post = (body: string) =>
      ask("POST", "/api/integrations/gh/execute", { body, headers: { "content-type": "application/json" } });
    expect((await post(nested(60))).status).toBe(200);
    expect((await post(nested(64))).json.detail).toContain("64 levels");
    expect((await post(nested(100_000))).status).toBe(400);
    expect(executed).toHaveLength(1);
  });

  test("cannot reach a prototype", async () => {
    const { ask, executed } = await stage();
    for (const body of [
      '{"action":"a","parameters":{"__proto__":{"polluted":1}}}',
      '{"action":"a","parameters":{"constructor":{"prototype":{"polluted":1}}}}',
      '{"action":"a","parameters":{"\\u005f_proto__":{"polluted":1}}}',
    ]) {
      const { status } = await ask("POST", "/api/integrations/gh/execute", {
        body,
        headers: { "content-type": "application/json" },
      });
      expect(status).toBe(400);
    }
    expect(executed).toEqual([]);
    expect(({} as Record<string, unknown>).polluted).toBe(undefined);
  });

  test("may be left out where all of it is optional", async () => {
    const { ask } = await stage();
    expect((await ask("POST", "/api/integrations/gh/reconcile")).json).toEqual({ queued: true });
  });
});

describe("a system's refusal", () => {
  test.each([
    ["AUTH", 502],
    ["PERMISSION", 502],
    ["NOT_FOUND", 422],
    ["CONFLICT", 409],
    ["VALIDATION", 422],
    ["RATE_LIMITED", 503],
    ["UNAVAILABLE", 502],
    ["TIMEOUT", 504],
    ["UNSUPPORTED", 422],
  ] as const)("%s is %i with its code, and the audit log has it", async (code, status) => {
    const { ask, store } = await stage({
      parts: (parts) => ({
        integrations: {
          ...parts.integrations,
          execute: async () => {
            throw new ConnectorError(
              code,
              "The platform said no.",
              code === "RATE_LIMITED" ? { retryAfter: 1500 } : {},
            );
          },
        },
      }),
    });
    const reply = await ask("POST", "/api/integrations/gh/execute", { json: { action: "send_message" } });
    expect([reply.status, reply.json.code, reply.json.detail]).toEqual([status, code, "The platform said no."]);
    expect(reply.headers["retry-after"]).toBe(code === "RATE_LIMITED" ? "2" : undefined);
    expect(await store.audit.audit({ limit: 5 })).toMatchObject([
      { action: "execute", outcome: "failed", details: { action: "send_message", code } },
    ]);
  });

  test("that is a mistake in the program is 500 without its text; the log has it under the trace", async () => {
    const { ask, lines } = await stage({
      secret: SECRET,
      parts: () => ({
        rules: {
          list: async () => {
            throw new TypeError(`cannot read ${SECRET}`);
          },
        },
      }),
    });
    const reply = await ask("GET", "/api/rules");
    expect([reply.status, reply.json.code]).toEqual([500, "Internal"]);
    expect(reply.text).not.toMatch(/TypeError|cannot read/);
    const logged = lines.find((line) => line.includes("cannot read"));
    expect(JSON.parse(logged as string)).toMatchObject({
      level: "error",
      trace: reply.json.trace,
      route: "/api/rules",
    });
    expect(lines.join("")).not.toContain(SECRET);
  });

  test("of the state is 503, with a time to come back", async () => {
    const { ask } = await stage({
      parts: () => ({
        drift: {
          list: async () => {
            throw new StoreError("Locked", "/var/lib/state.db is locked");
          },
        },
      }),
    });
    const reply = await ask("GET", "/api/drift");
    expect([reply.status, reply.headers["retry-after"]]).toEqual([503, "5"]);
    expect(reply.text).not.toContain("/var/lib");
  });
});

test("a caller's trace goes on, and a broken one begins anew", async () => {
  const { ask } = await stage();
  const trace = "0af7651916cd43dd8448eb211c80319c";
  const carried = await ask("GET", "/none", { headers: { traceparent: `00-${trace}-b7ad6b7169203331-01` } });
  expect([carried.headers["x-trace-id"], carried.json.trace]).toEqual([trace, trace]);
  expect(carried.headers.traceparent).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
  for (const header of [`00-${"0".repeat(32)}-b7ad6b7169203331-01`, "rubbish", `ff-${trace}-b7ad6b7169203331-01`]) {
    const { headers } = await ask("GET", "/none", { headers: { traceparent: header } });
    expect(headers["x-trace-id"]).toMatch(/^(?!0af7|0000)[0-9a-f]{32}$/);
  }
});

test("every answer carries the headers that keep browsers out", async () => {
  const { ask } = await stage();
  for (const path of ["/healthz", "/api/rules", "/none", "/docs/", "/openapi.json", "/metrics"]) {
    const { headers } = await ask("GET", path);
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
    });
    expect(headers["content-security-policy"]).toMatch(/^default-src 'none'/);
    expect(headers).not.toHaveProperty("access-control-allow-origin");
    expect(headers).not.toHaveProperty("x-powered-by");
  }
});

test("readiness says what is missing, and health does not care", async () => {
  const reasons = ["The state's lock is held by build-7."];
  const { ask } = await stage({ parts: () => ({ notReady: () => reasons }) });
  const reply = await ask("GET", "/readyz");
  expect([reply.status, reply.json]).toEqual([503, { ready: false, reasons }]);
  expect((await ask("GET", "/healthz")).status).toBe(200);
  expect((await ask("HEAD", "/healthz")).status).toBe(200);
  reasons.length = 0;
  expect((await ask("GET", "/readyz")).json).toEqual({ ready: true, reasons: [] });
});

test("a strange Host header is an answer and no crash", async () => {
  const { port } = await stage();
  for (const host of ["a b", "[", "%", "x:99999", ""]) {
    const answer = await raw(port, `GET /docs HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 4\d\d /);
  }
});

test.each([
  ["state=failedd", "query/state: must be one of pending, dispatched, failed."],
  [
    "stat=failed",
    'query: has no field "stat"; there is namespace, integration, type, state, trace, data, limit, cursor.',
  ],
])("what a query may hold is named: %s", async (query, detail) => {
  const { ask } = await stage();
  expect((await ask("GET", `/api/events?${query}`)).json.detail).toBe(detail);
});
