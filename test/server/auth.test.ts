/** Who is answered: every endpoint, with every role, from every kind of peer. */
import { describe, expect, test } from "vitest";
import type { Endpoint } from "../../src/server/endpoint.ts";
import { allEndpoints } from "../../src/server/endpoints.ts";
import type { Role } from "../../src/store/event-types.ts";
import { secretOf } from "../support/token.ts";
import { raw, type Stage, stage } from "./fixture.ts";

const roles: readonly Role[] = ["viewer", "operator", "admin"];
const forwarding = [
  ["forwarded", "for=192.0.2.1"],
  ["x-forwarded-for", "192.0.2.1"],
  ["x-forwarded-proto", "https"],
  ["x-real-ip", "192.0.2.1"],
  ["via", "1.1 proxy"],
  ["cf-connecting-ip", "192.0.2.1"],
  ["origin", "https://evil.example"],
  ["sec-fetch-site", "cross-site"],
] as const;

/** An address of the endpoint, with what is there. */
function pathOf({ path }: Endpoint): string {
  return path.replace(":namespace", "default").replace(":name", "gh").replace(":seq", "1").replace(":id", "none");
}

/** Asks an endpoint in a way that its schemas take. */
function ask({ ask }: Stage, endpoint: Endpoint, token?: string, headers: Record<string, string> = {}) {
  const body = endpoint.rawBody ? '{"id":"1","source":"/x"}' : JSON.stringify({ action: "send_message" });
  const sent = endpoint.path.endsWith("/reconcile") ? "{}" : body;
  const type = { "content-type": "application/json", ...headers };
  return ask(endpoint.method, pathOf(endpoint), {
    headers: type,
    ...(token === undefined ? {} : { token }),
    ...(endpoint.method === "POST" ? { body: sent } : {}),
  });
}

const isRole = (access: string): access is Role => roles.some((role) => role === access);

test("every endpoint answers exactly the roles from its own up, and nobody without a token", async () => {
  const here = await stage();
  const tokens = await Promise.all(roles.map((role) => here.token(role)));
  const wrong: string[] = [];
  let asked = 0;
  for (const endpoint of allEndpoints(here.parts)) {
    const { access, method, path } = endpoint;
    const needed = roles.indexOf(access as Role);
    const expected = (rank: number) => (!isRole(access) || rank >= needed ? "in" : "403");
    const without = await ask(here, endpoint);
    const outcomes = [isRole(access) === (without.status === 401) ? "" : `no token: ${without.status}`];
    for (const [rank, token] of tokens.entries()) {
      const { status } = await ask(here, endpoint, token);
      const seen = status === 401 || status === 403 ? String(status) : "in";
      if (seen !== expected(rank)) outcomes.push(`${roles[rank]}: ${status}`);
      asked += 1;
    }
    wrong.push(...outcomes.filter(Boolean).map((outcome) => `${method} ${path} ${outcome}`));
  }
  expect(wrong).toEqual([]);
  expect(asked).toBeGreaterThan(100);
});

test("while no token exists, every endpoint answers a program on this host", async () => {
  const here = await stage();
  for (const endpoint of allEndpoints(here.parts)) {
    const { status } = await ask(here, endpoint);
    expect([endpoint.path, status === 401 || status === 403]).toEqual([endpoint.path, false]);
  }
});

test.each(forwarding)("while no token exists, a request with %s: %s is a stranger's", async (name, value) => {
  const here = await stage();
  for (const endpoint of allEndpoints(here.parts)) {
    const { status, headers } = await ask(here, endpoint, undefined, { [name]: value });
    const open = endpoint.access === "anyone" || endpoint.access === "signed";
    expect([endpoint.path, status === 401]).toEqual([endpoint.path, !open]);
    if (status === 401) expect(headers["www-authenticate"]).toMatch(/^Bearer /);
  }
  for (const path of ["/openapi.json", "/docs/", "/docs/js/scalar.js"]) {
    expect((await here.ask("GET", path, { headers: { [name]: value } })).status).toBe(401);
  }
});

test("while no token exists, a name that is not this host's is a stranger's: a web page may have made it up", async () => {
  const { port } = await stage();
  for (const [host, status] of [
    ["internal.example.com", 401],
    ["127.0.0.1.evil.example", 401],
    ["localhost:8080", 200],
    ["[::1]:8080", 200],
  ]) {
    const answer = await raw(port, `GET /api/rules HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
    expect([host, answer.slice(9, 12)]).toEqual([host, String(status)]);
  }
});

test("the document and its page are for everybody once a token exists, the numbers are not", async () => {
  const here = await stage();
  await here.token("viewer");
  const elsewhere = { headers: { "x-forwarded-for": "192.0.2.1" } };
  expect((await here.ask("GET", "/openapi.json", elsewhere)).status).toBe(200);
  expect((await here.ask("GET", "/docs/", elsewhere)).status).toBe(200);
  expect((await here.ask("GET", "/metrics")).status).toBe(401);
});

describe("a token", () => {
  test("is refused from the moment at which it is revoked, and the door stays shut", async () => {
    const { ask, store, token } = await stage();
    const text = await token("viewer");
    expect((await ask("GET", "/api/rules", { token: text })).status).toBe(200);
    await store.tokens.revokeToken(text.split("_")[1] as string, 1);
    const { status, headers } = await ask("GET", "/api/rules", { token: text });
    expect([status, headers["www-authenticate"]]).toEqual([401, 'Bearer realm="plumbline", error="invalid_token"']);
    expect((await ask("GET", "/api/rules")).status).toBe(401);
  });

  test("ends when it expires", async () => {
    const here = await stage();
    const token = await here.token("viewer", { expiresAt: here.parts.now() + 1000 });
    here.later(999);
    expect((await here.ask("GET", "/api/rules", { token })).status).toBe(200);
    here.later(1);
    expect((await here.ask("GET", "/api/rules", { token })).status).toBe(401);
  });

  test("is kept as a hash: what the database holds opens nothing", async () => {
    const { ask, store, token } = await stage();
    const text = await token("admin");
    const [kept] = await store.tokens.tokens();
    expect(JSON.stringify(kept)).not.toContain(secretOf(text));
    for (const guess of [kept?.hash, `plt_${kept?.id}_${kept?.hash.slice(0, 43)}`]) {
      expect((await ask("GET", "/api/rules", { token: guess as string })).status).toBe(401);
    }
  });

  test.each([
    "",
    "x",
    "plt_",
    `plt_${"0".repeat(16)}_${"A".repeat(43)}`,
    "constructor",
    "__proto__",
    `plt_${"é".repeat(4)}`,
  ])("of the form “%s” is wrong, also while none exists", async (text) => {
    const { ask } = await stage();
    const { status } = await ask("GET", "/api/rules", {
      headers: { authorization: `Bearer ${encodeURIComponent(text)}` },
    });
    expect(status).toBe(401);
  });

  test("is looked at in the scheme Bearer only", async () => {
    const { ask, token } = await stage();
    const text = await token("admin");
    const basic = `Basic ${Buffer.from(`admin:${text}`).toString("base64")}`;
    expect((await ask("GET", "/api/rules", { headers: { authorization: basic } })).status).toBe(401);
    expect((await ask("GET", "/api/rules", { headers: { authorization: `bearer ${text}` } })).status).toBe(200);
  });

  test("with one character changed is wrong, whichever it is", async () => {
    const { ask, token } = await stage({ limits: { failedTries: 1000 } });
    const text = await token("admin");
    for (const at of [4, 12, 21, 40, text.length - 2]) {
      const other = text[at] === "a" ? "b" : "a";
      const { status } = await ask("GET", "/api/rules", { token: text.slice(0, at) + other + text.slice(at + 1) });
      expect([at, status]).toEqual([at, 401]);
    }
  });
});

test("a peer with too many wrong tokens is told to wait, and the right one still opens", async () => {
  const here = await stage({ limits: { failedTries: 3, failedWindow: 60_000 } });
  const token = await here.token("viewer");
  const statuses: number[] = [];
  for (let i = 0; i < 5; i++) statuses.push((await here.ask("GET", "/api/rules", { token: `wrong${i}` })).status);
  expect(statuses).toEqual([401, 401, 401, 429, 429]);
  const { headers, json } = await here.ask("GET", "/api/rules", { token: "wrong" });
  expect([headers["retry-after"], json.code]).toEqual(["60", "TooManyTries"]);
  expect((await here.ask("GET", "/api/rules", { token })).status).toBe(200);
  here.later(60_000);
  expect((await here.ask("GET", "/api/rules", { token: "wrong" })).status).toBe(401);
});

describe("a token bound to a namespace", () => {
  test("sees its own Integrations and rules only", async () => {
    const { ask, token } = await stage();
    const bound = await token("operator", { namespaces: ["prod"] });
    const names = async (path: string) => (await ask("GET", path, { token: bound })).json.items;
    expect((await names("/api/integrations")).map(({ namespace }: { namespace: string }) => namespace)).toEqual([
      "prod",
      "prod",
    ]);
    expect((await names("/api/rules")).map(({ namespace }: { namespace: string }) => namespace)).toEqual(["prod"]);
    expect(await names("/api/drift")).toEqual([]);
  });

  test.each([
    ["GET", "/api/integrations/default/gh"],
    ["GET", "/api/integrations/gh/health"],
    ["POST", "/api/integrations/gh/test"],
    ["POST", "/api/integrations/default/none/test"],
    ["GET", "/api/integrations?namespace=default"],
    ["GET", "/api/events?namespace=default"],
    ["GET", "/api/deliveries?namespace=default"],
    ["GET", "/api/rules?namespace=default"],
    ["GET", "/api/audit/logs"],
    ["GET", "/api/audit/logs?resource_id=default/gh"],
    ["GET", "/metrics"],
    ["POST", "/api/events?namespace=default"],
  ])("gets 403 for another's: %s %s", async (method, path) => {
    const { ask, token } = await stage();
    const bound = await token("operator", { namespaces: ["prod"] });
    const { status } = await ask(method, path, { token: bound, ...(method === "POST" ? { json: {} } : {}) });
    expect(status).toBe(403);
  });

  test("may do things in its own", async () => {
    const { ask, executed, token } = await stage();
    const bound = await token("operator", { namespaces: ["prod"] });
    const json = { action: "send_message", parameters: { channel: "#x" } };
    expect((await ask("POST", "/api/integrations/prod/slack/execute", { token: bound, json })).json).toEqual({
      result: { ts: "1" },
    });
    expect((await ask("POST", "/api/integrations/acme-slack/execute", { token: bound, json })).status).toBe(403);
    expect(executed).toEqual([json]);
  });

  test("that has several names one where a list needs it", async () => {
    const { ask, token } = await stage();
    const bound = await token("viewer", { namespaces: ["prod", "default"] });
    expect((await ask("GET", "/api/events", { token: bound })).json.detail).toContain("?namespace=");
    expect((await ask("GET", "/api/events?namespace=prod", { token: bound })).status).toBe(200);
  });
});
