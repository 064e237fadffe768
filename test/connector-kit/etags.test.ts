/** Revalidating: what a 304 brings back, to whom, and what it costs. */
import { expect, test } from "vitest";
import { EtagCache } from "../../src/connector-kit/http/etags.ts";
import { createTransport, type HttpReader, openSession } from "../../src/connector-kit/index.ts";
import { VirtualClock } from "../support/clock.ts";
import { interceptNetwork, nock } from "../support/intercept.ts";
import { acme, BASE, opened } from "./http-fixture.ts";

interceptNetwork();

test("a 304 gives the stored answer as 200, with the headers it does not repeat, and a body of one's own", async () => {
  const link = `<${BASE}/x?page=2>; rel="next"`;
  nock(BASE)
    .get("/x")
    .reply(200, [{ n: 1 }], { etag: 'W/"1"', link, "cache-control": "private, max-age=600" });
  nock(BASE, { reqheaders: { "if-none-match": 'W/"1"' } })
    .get("/x")
    .reply(304, "", { "x-ratelimit-remaining": "9" });
  const { reader } = await opened();
  const first = await reader.get("/x");
  (first.body as { n: number }[])[0] = { n: 99 };
  const second = await reader.get("/x");
  expect(second).toMatchObject({ status: 200, body: [{ n: 1 }], revalidated: true });
  expect(second.headers.get("link")).toBe(link);
  expect(second.headers.get("x-ratelimit-remaining")).toBe("9");
  expect(first.revalidated).toBeUndefined();
  nock(BASE, { reqheaders: { "if-none-match": 'W/"1"' } })
    .get("/x")
    .reply(304);
  expect((await reader.get("/x")).body).toEqual([{ n: 1 }]);
});

test("a failure that came with status 200 is not stored", async () => {
  nock(BASE).get("/x").reply(200, { ok: false }, { etag: '"1"' });
  nock(BASE, { badheaders: ["if-none-match"] })
    .get("/x")
    .reply(200, { ok: true });
  const classify = ({ body }: { body: unknown }) =>
    (body as { ok: boolean }).ok ? ("ok" as const) : ({ code: "CONFLICT", message: "no" } as const);
  const { reader } = await opened({ connector: acme({}, { classify }) });
  await reader.get("/x").catch(() => undefined);
  expect((await reader.get("/x")).body).toEqual({ ok: true });
});

test.each([
  ["another credential", { token: "another-token" }, "application/json"],
  ["another Accept", { token: "the-token" }, "application/vnd.acme+json"],
])("%s does not see a stored answer", async (_name, credentials, accept) => {
  const transport = createTransport({ clock: new VirtualClock() });
  const open = async (given: Record<string, string>) => {
    const options = { transport, connection: {}, credentials: given, lane: "background" } as const;
    return (await openSession(acme(), options)).reader as HttpReader;
  };
  nock(BASE).get("/x").reply(200, ["mine"], { etag: '"1"' });
  nock(BASE, { badheaders: ["if-none-match"] })
    .get("/x")
    .reply(200, ["other"], { etag: '"1"' });
  await (await open({ token: "the-token" })).get("/x");
  expect((await (await open(credentials)).get("/x", { headers: { accept } })).body).toEqual(["other"]);
});

test("an answer that may not be stored, and a failure, are asked for without a condition", async () => {
  nock(BASE).get("/x").reply(200, [1], { etag: '"1"', "cache-control": "no-store" });
  nock(BASE, { badheaders: ["if-none-match"] })
    .get("/x")
    .reply(404, {}, { etag: '"2"' });
  nock(BASE, { badheaders: ["if-none-match"] })
    .get("/x")
    .reply(200, [2]);
  const { reader } = await opened();
  await reader.get("/x");
  await reader.get("/x", { expect: [404] });
  expect((await reader.get("/x")).body).toEqual([2]);
});

test("the cache drops what was not used for longest, by number and by size", () => {
  const cache = new EtagCache({ maxEntries: 2, maxBytes: 10_000 });
  const answer = (text: string) => ({ etag: "e", text, headers: {} });
  cache.set("a", answer("a"));
  cache.set("b", answer("b"));
  cache.get("a");
  cache.set("c", answer("c"));
  expect([cache.get("a")?.text, cache.get("b"), cache.get("c")?.text]).toEqual(["a", undefined, "c"]);
  cache.set("huge", answer("x".repeat(9000)));
  expect(cache.get("huge")).toBeUndefined();
  const small = new EtagCache({ maxBytes: 8000 });
  for (let n = 0; n < 50; n += 1) small.set(String(n), answer("x".repeat(400)));
  expect(small.size).toBeLessThan(10);
});
