/** A right to write that runs out: asked where a request leaves, after whatever it waited for. */
import { expect, test } from "vitest";
import { VirtualClock } from "../support/clock.ts";
import { interceptNetwork, nock } from "../support/intercept.ts";
import { failure } from "./failures.ts";
import { acme, BASE, opened } from "./http-fixture.ts";

interceptNetwork();

/** One write in twelve seconds, after the first five. */
const slow = acme(
  { limits: [{ name: "tier", requests: 5, per: "1m", each: "path", source: "acme.test/limits", applies: () => true }] },
  {
    authorize: async ({ http, now }) => {
      await http.post("/token", { json: {} });
      return { headers: { Authorization: "Bearer derived" }, renewAt: now() + 3_600_000 };
    },
  },
);

/** A lease that was renewed at the start and never again. */
function withLease(milliseconds: number) {
  const clock = new VirtualClock();
  const asked: number[] = [];
  const mayWrite = (needed: number) => {
    asked.push(needed);
    return clock.monotonic() + needed < milliseconds;
  };
  return { asked, it: opened({ connector: slow, lane: "interactive", clock, mayWrite }) };
}

test("a write that waited for its limit beyond the lease is not sent, and says why; it may be tried again", async () => {
  nock(BASE).post("/token").reply(200, {});
  const written = nock(BASE).post("/a").times(5).reply(200, {});
  const { it } = withLease(17_000);
  const { writer, clock } = await it;
  await Promise.all(Array.from({ length: 5 }, () => writer.post("/a", { json: {} })));
  const error = await failure(writer.post("/a", { json: {}, what: "post it" }));
  // It waited 12 s, and a write may take 9 s.
  expect(clock.monotonic()).toBe(12_000);
  expect(error).toMatchObject({ code: "UNAVAILABLE", retryable: true, heldBack: true, outcomeUnknown: false });
  expect(error.message).toBe(
    "Acme could not post it: the right to write ran out before it was sent; nothing was sent.",
  );
  written.done();
});

test("reads and signing in need no lease, and what is not sent for it does not count against the system", async () => {
  nock(BASE).post("/token").reply(200, {}).get("/a").reply(200, []);
  const { it, asked } = withLease(0);
  const { reader, writer } = await it;
  for (let n = 0; n < 20; n++) await failure(writer.post("/b", { json: {} }));
  expect((await reader.get("/a")).status).toBe(200);
  expect(new Set(asked)).toEqual(new Set([9000]));
});

test("a write that may take longer than any lease is asked for what a write usually takes", async () => {
  nock(BASE).post("/token").reply(200, {}).post("/upload").reply(200, {});
  const { it, asked } = withLease(17_000);
  const { writer } = await it;
  await writer.post("/upload", { json: {}, timeout: 60_000 });
  await failure((await withLease(2500).it).writer.post("/upload", { json: {}, timeout: 3000 }));
  expect(asked).toEqual([9000]);
});
