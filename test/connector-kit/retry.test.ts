/** What is sent again, when, and what never is. */
import { describe, expect, test } from "vitest";
import { interceptNetwork, nock } from "../support/intercept.ts";
import { failure } from "./failures.ts";
import { acme, BASE, opened } from "./http-fixture.ts";

interceptNetwork();

describe("a 503", () => {
  test.each(["get", "put", "delete"] as const)("is tried again for %s, with growing waits", async (method) => {
    nock(BASE).intercept("/x", method.toUpperCase()).times(3).reply(503, {});
    nock(BASE).intercept("/x", method.toUpperCase()).reply(200, { fine: true });
    const { writer, clock } = await opened();
    expect((await writer[method]("/x")).body).toEqual({ fine: true });
    expect(clock.slept).toEqual([250, 500, 1000]);
  });

  test.each(["post", "patch"] as const)("is not tried again for %s, and its outcome is unknown", async (method) => {
    const scope = nock(BASE).intercept("/x", method.toUpperCase()).twice().reply(503, {});
    const { writer, session } = await opened();
    expect(await failure(writer[method]("/x"))).toMatchObject({ code: "UNAVAILABLE", outcomeUnknown: true });
    expect(session.requests.write).toBe(1);
    expect(scope.isDone()).toBe(false);
  });

  test("is tried again for a POST with an idempotency key", async () => {
    nock(BASE).post("/x").reply(503, {}).post("/x").reply(201, { id: 1 });
    const { writer } = await opened();
    const answer = await writer.post("/x", { idempotencyKey: { header: "Idempotency-Key", value: "k" } });
    expect(answer.status).toBe(201);
  });

  test("with Retry-After is waited for", async () => {
    nock(BASE).get("/x").reply(503, {}, { "Retry-After": "7" }).get("/x").reply(200, []);
    const { reader, clock } = await opened();
    await reader.get("/x");
    expect(clock.slept).toEqual([7000]);
  });

  test("ends after four attempts", async () => {
    nock(BASE).get("/x").times(9).reply(503, {});
    const { reader, session } = await opened();
    await failure(reader.get("/x"));
    expect(session.requests.read).toBe(4);
  });
});

test("a classified failure that the platform did not act on is sent again, also for a POST", async () => {
  nock(BASE).post("/x").reply(200, { error: "busy" }).post("/x").reply(200, { ok: true });
  const connector = acme(
    {},
    {
      classify: ({ body }) =>
        (body as { error?: string }).error ? { code: "UNAVAILABLE", message: "busy", rejected: true } : undefined,
    },
  );
  const { writer, session } = await opened({ connector });
  await writer.post("/x");
  expect(session.requests.write).toBe(2);
});

describe("a 429", () => {
  test("is waited for as Retry-After says, also for a POST", async () => {
    nock(BASE).post("/x").reply(429, {}, { "Retry-After": "2" }).post("/x").reply(200, {});
    const { writer, clock } = await opened();
    await writer.post("/x");
    expect(clock.slept).toEqual([2000 + 125]);
  });

  test("with a date is waited for until then", async () => {
    const { reader, clock } = await opened();
    const date = new Date(clock.now() + 5000).toUTCString();
    nock(BASE).get("/x").reply(429, {}, { "Retry-After": date }).get("/x").reply(200, {});
    await reader.get("/x");
    expect(clock.slept).toEqual([5000 + 125]);
  });

  test("is waited for more often than four times while the time is not up", async () => {
    nock(BASE).get("/x").times(20).reply(429, {}, { "Retry-After": "3" });
    nock(BASE).get("/x").reply(200, []);
    const { reader } = await opened();
    expect((await reader.get("/x")).status).toBe(200);
  });

  test("with Retry-After 0 ends all the same", async () => {
    nock(BASE).persist().get("/x").reply(429, {}, { "Retry-After": "0" });
    const { reader, session } = await opened();
    await failure(reader.get("/x"));
    expect(session.requests.read).toBeLessThanOrEqual(121);
  });

  test("that outlasts the wait ends with the time when the quota is back", async () => {
    nock(BASE).get("/x").reply(429, { message: "Slow down" }, { "Retry-After": "3600" });
    const { reader, clock } = await opened();
    const error = await failure(reader.get("/x"));
    expect(error).toMatchObject({ code: "RATE_LIMITED", retryAfter: 3_600_000 });
    expect(error.message).toBe("Acme refused to answer GET /x: Slow down. The quota is back at 13:00 UTC.");
    expect(clock.slept).toEqual([]);
  });

  test("is waited for half a minute at most by an interactive request", async () => {
    nock(BASE).get("/x").reply(429, {}, { "Retry-After": "31" });
    const { reader } = await opened({ lane: "interactive" });
    expect((await failure(reader.get("/x"))).code).toBe("RATE_LIMITED");
  });
});

/** A GitHub-like connector: the connector names a secondary limit, the kit obeys the headers. */
const secondary = () =>
  acme(
    {},
    {
      classify: ({ status, body }) =>
        status === 403 && String((body as { message: string }).message).includes("secondary rate limit")
          ? { code: "RATE_LIMITED", message: "secondary rate limit", retryAfter: 60_000 }
          : undefined,
    },
  );

describe("a 403 about a secondary limit", () => {
  const limited = { message: "You have exceeded a secondary rate limit." };

  test("is waited for as Retry-After says", async () => {
    nock(BASE).get("/x").reply(403, limited, { "retry-after": "2" }).get("/x").reply(200, []);
    const { reader, clock } = await opened({ connector: secondary() });
    await reader.get("/x");
    expect(clock.slept).toEqual([2125]);
  });

  test("is waited for a minute when no header says how long, then twice that", async () => {
    nock(BASE).get("/x").twice().reply(403, limited);
    nock(BASE).get("/x").reply(200, []);
    const { reader, clock } = await opened({ connector: secondary(), maxWait: 200_000 });
    await reader.get("/x");
    expect(clock.slept).toEqual([60_125, 120_125]);
  });

  test("with nothing remaining ends with the hour of the reset", async () => {
    const { reader, clock } = await opened({ connector: secondary() });
    const reset = String(clock.now() / 1000 + 3600);
    nock(BASE).get("/x").reply(403, limited, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset });
    const error = await failure(reader.get("/x"));
    expect(error.code).toBe("RATE_LIMITED");
    expect(error.message).toContain("13:00 UTC");
  });

  test("that is a plain refusal is a permission error, asked once", async () => {
    nock(BASE).get("/x").times(2).reply(403, { message: "Resource not accessible by integration" });
    const { reader, session } = await opened({ connector: secondary() });
    expect((await failure(reader.get("/x"))).code).toBe("PERMISSION");
    expect(session.requests.read).toBe(1);
  });
});

test("a wait that is cancelled ends with the signal's reason", async () => {
  nock(BASE).get("/x").reply(503, {});
  const { VirtualClock } = await import("../support/clock.ts");
  const clock = new VirtualClock({ auto: false });
  const { reader } = await opened({ clock });
  const controller = new AbortController();
  const pending = reader.get("/x", { signal: controller.signal });
  const ended = expect(pending).rejects.toThrow("enough");
  while (clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  controller.abort(new Error("enough"));
  await ended;
});
