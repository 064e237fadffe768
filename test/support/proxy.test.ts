import { fetch } from "undici";
import { afterEach, beforeEach, expect, test } from "vitest";
import { json, type Loopback, serve } from "./loopback.ts";
import { type RecordingProxy, recordingProxy } from "./proxy.ts";

let arrived: string[];
let target: Loopback;
let proxy: RecordingProxy;

beforeEach(async () => {
  arrived = [];
  target = await serve(async (request) => {
    arrived.push(`${request.method} ${request.path}`);
    return json(200, { text: "a".repeat(100), host: request.headers.host });
  });
  proxy = await recordingProxy(target.url);
});
afterEach(async () => {
  await proxy.close();
  await target.close();
});

test("it records what passes without what authorises it, and tells writes from reads", async () => {
  await fetch(`${proxy.url}/a%2Fb?x=1&x=2&y=3`, { headers: { authorization: "Bearer planted-secret" } });
  await fetch(`${proxy.url}/things`, {
    method: "POST",
    body: '{"name":"a"}',
    headers: { "content-type": "application/json" },
  });
  await fetch(`${proxy.url}/form`, { method: "PUT", body: new URLSearchParams({ b: "2" }) });
  expect(proxy.reads()).toMatchObject([
    { method: "GET", path: "/a%2Fb", query: { x: ["1", "2"], y: "3" }, body: undefined },
  ]);
  expect(proxy.writes()).toMatchObject([{ body: { name: "a" } }, { method: "PUT", body: { b: "2" } }]);
  expect(JSON.stringify(proxy.requests)).not.toContain("planted-secret");
  proxy.reset();
  expect(proxy.requests).toEqual([]);
});

test("the target sees the proxy's own host, so that its links lead back", async () => {
  const answer = (await (await fetch(`${proxy.url}/x`)).json()) as { host: string };
  expect(`http://${answer.host}`).toBe(proxy.url);
});

test("what is dropped before never arrives, what is dropped after does", async () => {
  proxy.intercept(({ path }) => (path === "/before" ? "drop-before" : "drop-after"));
  await expect(fetch(`${proxy.url}/before`, { method: "POST" })).rejects.toThrow();
  await expect(fetch(`${proxy.url}/after`, { method: "POST" })).rejects.toThrow();
  expect(arrived).toEqual(["POST /after"]);
  expect(proxy.writes()).toHaveLength(2);
});

test("an answer that is cut short fails to be read", async () => {
  proxy.intercept(() => ({ truncate: 10 }));
  const cut = fetch(`${proxy.url}/x`).then((answer) => answer.text());
  await expect(cut).rejects.toThrow();
  expect(arrived).toEqual(["GET /x"]);
});

test("a made-up answer keeps the request away from the target", async () => {
  proxy.intercept(() => ({ status: 429, headers: { "retry-after": "7" }, body: { message: "slow down" } }));
  const answer = await fetch(`${proxy.url}/x`);
  expect([answer.status, answer.headers.get("retry-after"), await answer.json()]).toEqual([
    429,
    "7",
    { message: "slow down" },
  ]);
  expect(arrived).toEqual([]);
});

test("a delayed request arrives when the promise is kept, not before", async () => {
  const gate = Promise.withResolvers<void>();
  proxy.intercept(({ path }) => (path === "/late" ? { until: gate.promise, fate: "pass" } : "pass"));
  const late = fetch(`${proxy.url}/late`);
  await fetch(`${proxy.url}/soon`);
  expect(arrived).toEqual(["GET /soon"]);
  gate.resolve();
  expect((await late).status).toBe(200);
});
