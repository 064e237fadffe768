/** What strangers send: which Integration it is for, what the receiver gets, and how little they are told. */
import { describe, expect, test } from "vitest";
import { raw, stage } from "./fixture.ts";

const bytes = Buffer.from([0x7b, 0x20, 0x20, 0xff, 0x00, 0xc3, 0xa9, 0x7d]);

test("the receiver gets the very bytes, the headers and the query, whatever the media type is", async () => {
  const { ask, received } = await stage();
  for (const type of [
    "application/json",
    "application/x-www-form-urlencoded",
    "text/plain",
    "multipart/form-data",
    "gar bage;;",
  ]) {
    const { status } = await ask("POST", "/api/webhooks/gh?a=1&b=x%20y&a=2", {
      body: bytes,
      headers: { "content-type": type, "X-Hub-Signature-256": "sha256=1" },
    });
    expect([type, status]).toEqual([type, 202]);
    expect(received.at(-1)?.request.headers["content-type"]).toBe(type);
  }
  const { target, request } = received[0] as (typeof received)[number];
  expect(target).toBe("default/gh");
  expect(request.body.equals(bytes)).toBe(true);
  expect(request.query).toEqual({ a: "2", b: "x y" });
  expect(request.headers["x-hub-signature-256"]).toBe("sha256=1");
  expect(request.remoteAddress).toBe("127.0.0.1");
});

test("a compressed body reaches the receiver as it is, with its encoding", async () => {
  const { ask, received } = await stage();
  await ask("POST", "/api/webhooks/gh", { body: bytes, headers: { "content-encoding": "gzip" } });
  expect(received[0]?.request.headers["content-encoding"]).toBe("gzip");
  expect(received[0]?.request.body.equals(bytes)).toBe(true);
});

test.each([
  { path: "/api/webhooks/gh", status: 202, target: "default/gh" },
  { path: "/api/webhooks/prod/gh", status: 202, target: "prod/gh" },
  { path: "/api/webhooks/github", status: 202, target: "default/gh" },
  { path: "/api/webhooks/prod/slack", status: 202, target: "prod/slack" },
  { path: "/api/webhooks/prod/github", status: 404 },
  { path: "/api/webhooks/slack", status: 409 },
  { path: "/api/webhooks/none", status: 404 },
  { path: "/api/webhooks/none/gh", status: 404 },
  { path: "/api/webhooks/__proto__", status: 404 },
  { path: "/api/webhooks/%2e%2e%2fgh", status: 404 },
  { path: "/api/webhooks/", status: 404 },
])("$path: $status", async ({ path, status, target }) => {
  const { ask, received } = await stage();
  const reply = await ask("POST", path, { body: "{}" });
  expect(reply.status).toBe(status);
  expect(received.map((one) => one.target)).toEqual(target ? [target] : []);
  if (status >= 400) expect(reply.text).not.toMatch(/acme-slack|other-slack/);
});

test("handshakes go to the receiver, with its answer", async () => {
  const { ask, received } = await stage({
    receive: ({ method, query }) => ({
      status: 200,
      headers: { "webhook-allowed-origin": "*", "content-type": "text/plain" },
      body: method === "GET" ? (query.challenge ?? "") : "",
    }),
  });
  const got = await ask("GET", "/api/webhooks/gh?challenge=abc");
  expect([got.status, got.text]).toEqual([200, "abc"]);
  expect((await ask("OPTIONS", "/api/webhooks/gh")).headers["webhook-allowed-origin"]).toBe("*");
  expect((await ask("HEAD", "/api/webhooks/prod/gh")).status).toBe(200);
  expect(received.map(({ request }) => request.method)).toEqual(["GET", "OPTIONS", "HEAD"]);
});

describe("refusals", () => {
  test("a method that no platform uses is 405, and Allow says which there are", async () => {
    const { ask, received } = await stage();
    for (const method of ["PUT", "DELETE", "PATCH"]) {
      const { status, headers } = await ask(method, "/api/webhooks/gh", { body: "x" });
      expect([status, headers.allow]).toEqual([405, "GET, HEAD, OPTIONS, POST"]);
    }
    const { status, headers } = await ask("GET", "/api/webhooks/gh");
    expect([status, headers.allow]).toEqual([405, "POST"]);
    expect(received.map(({ request }) => request.method)).toEqual(["GET"]);
  });

  test.each([401, 413, 415, 429, 503])(
    "what the receiver refuses with %i is a problem document without a hint",
    async (status) => {
      const { ask } = await stage({ receive: () => ({ status, headers: { "retry-after": "7" } }) });
      const reply = await ask("POST", "/api/webhooks/gh", { body: "{}" });
      expect(reply.headers["content-type"]).toMatch("application/problem+json");
      expect(reply.json).toMatchObject({ status, type: "about:blank" });
      expect(reply.headers["retry-after"]).toBe("7");
      expect(reply.text).not.toMatch(/skew|signature differs|secret/i);
    },
  );

  test.each(["application/json", "application/x-www-form-urlencoded"])(
    "a body of %s over the limit is 413, reaches nobody, and is on record",
    async (type) => {
      const { ask, received, oversized } = await stage();
      const big = await ask("POST", "/api/webhooks/gh", {
        body: "x".repeat(1024 * 1024 + 1),
        headers: { "content-type": type },
      });
      expect([big.status, big.json.code]).toEqual([413, "TooLarge"]);
      expect(received).toEqual([]);
      expect(oversized).toEqual(["default/gh"]);
      expect((await ask("POST", "/api/webhooks/gh", { body: "x".repeat(1024 * 1024) })).status).toBe(202);
    },
  );

  test("a chunked body that never says its length is cut off at the limit", async () => {
    const { port, received } = await stage({ limits: { body: 1000 } });
    const chunk = `${(600).toString(16)}\r\n${"x".repeat(600)}\r\n`;
    const head = "POST /api/webhooks/gh HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n";
    expect(await raw(port, `${head}${chunk}${chunk}0\r\n\r\n`)).toMatch(/^HTTP\/1.1 413 /);
    expect(received).toEqual([]);
  });
});

test("the log tells of an address that leads nowhere, and why; the sender is not told", async () => {
  const { ask, lines } = await stage();
  const replies = [await ask("POST", "/api/webhooks/nobody", { body: "{}" }), await ask("POST", "/api/webhooks/slack")];
  expect(replies.map(({ json }) => json.detail)).not.toContain(expect.stringContaining("events"));
  const warned = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === "warn");
  expect(warned).toMatchObject([
    {
      address: "nobody",
      message: expect.stringContaining("No Integration of this name has `events: { enabled: true }`."),
    },
    { address: "slack", message: expect.stringContaining("Several Integrations have this platform.") },
  ]);
});

test("webhooks are counted by Integration and answer, and unknown addresses make no series", async () => {
  const { ask, parts } = await stage();
  await ask("POST", "/api/webhooks/gh", { body: "{}" });
  await ask("POST", "/api/webhooks/nobody-knows", { body: "{}" });
  const text = await parts.metrics.registry.metrics();
  expect(text).toContain('plumbline_webhooks_total{integration="default/gh",status="202"} 1');
  expect(text).toContain('route="/api/webhooks/:name",status="404"');
  expect(text).not.toContain("nobody-knows");
});
