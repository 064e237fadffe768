/** Limits as requests meet them: paths, lanes, ceilings, headers, other hosts. */
import { describe, expect, test } from "vitest";
import {
  type Answered,
  type Connector,
  createTransport,
  type HttpReader,
  type HttpWriter,
  openSession,
  type SessionOptions,
} from "../../src/connector-kit/index.ts";
import { VirtualClock } from "../support/clock.ts";
import { incoming } from "../support/incoming.ts";
import { interceptNetwork, nock } from "../support/intercept.ts";
import { failure } from "./failures.ts";
import { acme, BASE, opened } from "./http-fixture.ts";

interceptNetwork();

/** As Slack counts: a few a minute for each method. */
const perPath = acme({
  limits: [{ name: "tier", requests: 5, per: "1m", each: "path", source: "acme.test/limits", applies: () => true }],
  concurrency: 10,
});

async function times(count: number, run: () => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: count }, run));
}

describe("a published limit", () => {
  test("may be spent at once, then holds requests up, path by path", async () => {
    nock(BASE).persist().get("/a").reply(200, []).get("/b").reply(200, []);
    const { reader, clock } = await opened({ connector: perPath, lane: "interactive" });
    await times(5, () => reader.get("/a"));
    await times(5, () => reader.get("/b"));
    expect(clock.monotonic()).toBe(0);
    await reader.get("/a");
    expect(clock.monotonic()).toBe(12_000);
  });

  test("leaves a fifth to interactive requests of the same credential", async () => {
    nock(BASE).persist().get("/a").reply(200, []);
    const clock = new VirtualClock();
    const transport = createTransport({ clock });
    const open = async (lane: SessionOptions["lane"]) => {
      const options = { transport, connection: {}, credentials: { token: "the-token" }, lane };
      return (await openSession(perPath, options)).reader as HttpReader;
    };
    const background = await open("background");
    await times(4, () => background.get("/a"));
    expect(clock.monotonic()).toBe(0);
    await (await open("interactive")).get("/a");
    expect(clock.monotonic()).toBe(0);
    await background.get("/a");
    expect(clock.monotonic()).toBe(24_000);
  });

  test("is not shared by another credential", async () => {
    nock(BASE).persist().get("/a").reply(200, []);
    const clock = new VirtualClock();
    const transport = createTransport({ clock });
    for (const token of ["token-1", "token-2"]) {
      const options = { transport, connection: {}, credentials: { token }, lane: "interactive" } as const;
      const { reader } = await openSession(perPath, options);
      await times(5, () => (reader as HttpReader).get("/a"));
    }
    expect(clock.monotonic()).toBe(0);
  });

  test("does not hold on another host", async () => {
    nock("http://emulator.test").persist().get("/a").reply(200, []);
    const { reader, clock } = await opened({ connector: perPath, connection: { baseUrl: "http://emulator.test" } });
    await times(40, () => reader.get("/a"));
    expect(clock.monotonic()).toBe(0);
  });

  test("that a request names counts only such requests", async () => {
    nock(BASE).persist().get("/a").reply(200, []);
    const connector = acme({ limits: [{ name: "slow", requests: 1, per: "1s", source: "acme.test/limits" }] });
    const { reader, clock } = await opened({ connector });
    await times(10, () => reader.get("/a"));
    expect(clock.monotonic()).toBe(0);
    await reader.get("/a", { limit: "slow" });
    await reader.get("/a", { limit: "slow" });
    expect(clock.monotonic()).toBe(1000);
  });
});

describe("a published limit of a platform with two hosts", () => {
  const hooks = "https://hooks.acme.test";
  /** A request a second for each room that a request is about, and for each hook on the other host. */
  const counted = acme(
    {
      limits: [
        {
          name: "hook",
          requests: 1,
          per: "1s",
          each: "path",
          source: "-",
          applies: ({ host }) => host === "hooks.acme.test",
        },
        {
          ...{ name: "room", requests: 1, per: "1s", source: "-" },
          each: { what: "room", of: ({ subject }) => subject ?? "none" },
          applies: ({ host, method }) => host === "api.acme.test" && method === "POST",
        },
      ],
    },
    { publicHosts: ["api.acme.test", "hooks.acme.test"] },
  );
  const served = () => nock(hooks).persist().post(/.*/).reply(200).get("/file").reply(200);
  const open = { authorize: false } as const;

  test("counts what it is counted for by itself, whatever the path", async () => {
    nock(BASE).persist().post("/a").reply(200).post("/b").reply(200).get("/a").reply(200, []);
    const { writer, clock } = await opened({ connector: counted });
    await writer.post("/a", { subject: "1" });
    await writer.post("/a", { subject: "2" });
    await writer.post("/a");
    await writer.get("/a", { subject: "1" });
    expect(clock.monotonic()).toBe(0);
    await writer.post("/b", { subject: "1" });
    expect(clock.monotonic()).toBe(1000);
  });

  test("holds on the second host, for each path", async () => {
    served();
    const { writer, clock } = await opened({ connector: counted });
    await writer.post(`${hooks}/1`, open);
    await writer.post(`${hooks}/2`, open);
    expect(clock.monotonic()).toBe(0);
    await writer.post(`${hooks}/1`, open);
    expect(clock.monotonic()).toBe(1000);
  });

  test("holds on the second host also where the first is an emulator", async () => {
    served();
    const { writer, clock } = await opened({ connector: counted, connection: { baseUrl: "http://emulator.test" } });
    for (let count = 0; count < 3; count += 1) await writer.post(`${hooks}/1`, open);
    expect(clock.monotonic()).toBe(2000);
  });

  test("does not hold on a host that is not named, though it was asked for without a credential", async () => {
    nock("https://files.acme.test").persist().post("/1").reply(200);
    const { writer, clock } = await opened({ connector: counted });
    for (let count = 0; count < 5; count += 1)
      await writer.post("https://files.acme.test/1", { ...open, limit: "hook" });
    expect(clock.monotonic()).toBe(0);
  });

  test("does not count another platform's requests to the same host", async () => {
    served();
    const clock = new VirtualClock();
    const transport = createTransport({ clock });
    const writerOf = async (connector: Connector) => {
      const options = { transport, connection: {}, credentials: { token: "t" }, lane: "interactive" } as const;
      return (await openSession(connector, options)).writer as HttpWriter;
    };
    const other = await writerOf(acme({ platform: "other" }));
    for (let count = 0; count < 5; count += 1) await other.post(`${hooks}/1`, open);
    expect(clock.monotonic()).toBe(0);
    const own = await writerOf(counted);
    for (let count = 0; count < 3; count += 1) await own.post(`${hooks}/1`, open);
    expect(clock.monotonic()).toBe(2000);
  });
});

describe("a 429", () => {
  test("pauses what the first limit is counted for that applies, and nothing else", async () => {
    const connector = acme({
      limits: [
        { name: "all", requests: 100, per: "1m", source: "-", applies: () => true },
        {
          ...{ name: "room", requests: 9, per: "1s", source: "-", applies: () => true },
          each: { what: "room", of: ({ subject = "" }) => subject },
        },
        { name: "path", requests: 9, per: "1s", each: "path", source: "-", applies: () => true },
      ],
    });
    nock(BASE).post("/a").reply(429, {}, { "retry-after": "3600" });
    nock(BASE).persist().post("/a").reply(200).post("/b").reply(200);
    const { writer } = await opened({ connector });
    await failure(writer.post("/a", { subject: "1" }));
    expect((await writer.post("/a", { subject: "2" })).status).toBe(200);
    expect(await failure(writer.post("/b", { subject: "1" }))).toMatchObject({ code: "RATE_LIMITED" });
  });

  test("pauses its own path and no other, also where the published figures do not hold", async () => {
    const baseUrl = "http://emulator.test";
    nock(baseUrl).get("/post").reply(429, {}, { "retry-after": "20" });
    nock(baseUrl).persist().get("/post").reply(200, []).get("/list").reply(200, []);
    const clock = new VirtualClock({ auto: false });
    const { reader } = await opened({ connector: perPath, connection: { baseUrl }, clock });
    const held = Promise.all([reader.get("/post")]);
    while (clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
    const second = reader.get("/post");
    await reader.get("/list");
    expect(clock.monotonic()).toBe(0);
    await clock.advance(19_000);
    expect(clock.waiting).toBe(2);
    await clock.advance(2000);
    await Promise.all([held, second]);
  });

  test("without anything narrower pauses the credential", async () => {
    nock(BASE).get("/a").reply(429, {}, { "retry-after": "3600" });
    nock(BASE).get("/b").reply(200, []);
    const { reader, session } = await opened();
    await failure(reader.get("/a"));
    const error = await failure(reader.get("/b"));
    expect(error).toMatchObject({ code: "RATE_LIMITED", outcomeUnknown: false });
    expect(error.message).toContain("13:00 UTC");
    expect(session.requests.read).toBe(1);
  });
});

describe("a quota that the server reports", () => {
  const spent = (clock: VirtualClock, seconds: number, resource?: string) => ({
    "x-ratelimit-limit": "60",
    "x-ratelimit-remaining": "0",
    "x-ratelimit-reset": String(clock.now() / 1000 + seconds),
    ...(resource ? { "x-ratelimit-resource": resource } : {}),
  });

  test("that is spent is waited for, without a failing request", async () => {
    const { reader, clock, session } = await opened();
    nock(BASE).get("/a").reply(200, [], spent(clock, 90));
    nock(BASE).get("/a").reply(200, [], {});
    await reader.get("/a");
    await reader.get("/a");
    expect(clock.monotonic()).toBe(90_000);
    expect(session.requests.read).toBe(2);
  });

  test("holds for its own resource", async () => {
    const { reader, clock } = await opened();
    nock(BASE)
      .get("/search/issues")
      .reply(200, [], spent(clock, 3600, "search"));
    nock(BASE)
      .persist()
      .get("/repos/a")
      .reply(200, [], { "x-ratelimit-remaining": "50", "x-ratelimit-resource": "core" });
    await reader.get("/search/issues");
    await reader.get("/repos/a");
    expect((await failure(reader.get("/search/issues"))).code).toBe("RATE_LIMITED");
    expect((await reader.get("/repos/a")).status).toBe(200);
    expect(clock.monotonic()).toBe(0);
  });

  test("puts a published limit of the same size right", async () => {
    const connector = acme({
      limits: [{ name: "hour", requests: 60, per: "1m", source: "acme.test/limits", applies: () => true }],
    });
    nock(BASE)
      .get("/a")
      .reply(200, [], { "x-ratelimit-limit": "60", "x-ratelimit-remaining": "12", "x-ratelimit-reset": "0" });
    nock(BASE).get("/a").reply(200, []);
    const { reader, clock } = await opened({ connector });
    await reader.get("/a");
    await reader.get("/a");
    expect(clock.monotonic()).toBe(1000);
  });
});

describe("spec.rateLimit", () => {
  test("is a ceiling on any host", async () => {
    nock("http://emulator.test").persist().get("/a").reply(200, []);
    const rateLimit = { requestsPerSecond: 2 };
    const { reader, clock } = await opened({ connection: { baseUrl: "http://emulator.test" }, rateLimit });
    await times(6, () => reader.get("/a"));
    expect(clock.monotonic()).toBe(2000);
  });

  test.each([
    ["of its own", { concurrency: 1 }, 1],
    ["of the connector", undefined, 3],
  ])("lets so many requests go at once: %s", async (_name, rateLimit, most) => {
    let now = 0;
    let peak = 0;
    const fetch = async () => {
      now += 1;
      peak = Math.max(peak, now);
      for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return incoming(new Response("[]"));
    };
    const { reader } = await opened({ transport: { fetch }, ...(rateLimit ? { rateLimit } : {}) });
    await times(8, () => reader.get("/a"));
    expect(peak).toBe(most);
  });
});

describe("what is left of limits", () => {
  const watched = () => {
    const seen = { took: [] as number[], limiters: new Set<Answered["limiter"]>() };
    const onAnswer = ({ took, limiter }: Answered) => {
      seen.took.push(took);
      seen.limiters.add(limiter);
    };
    return { ...seen, onAnswer, left: () => [...seen.limiters].flatMap((limiter) => limiter.left()) };
  };

  test("of a published one is that of the path that has least, and comes back with time", async () => {
    nock(BASE).persist().get("/a").reply(200, []).get("/b").reply(200, []);
    const watch = watched();
    const { reader, clock } = await opened({ connector: perPath, lane: "interactive", onAnswer: watch.onAnswer });
    expect(watch.left()).toEqual([]);
    await reader.get("/a");
    await times(3, () => reader.get("/b"));
    const resetAt = clock.now() + 36_000;
    expect(watch.left()).toEqual([{ name: "tier", limit: 5, remaining: 2, resetAt }]);
    await clock.sleep(12_000);
    expect(watch.left()).toEqual([{ name: "tier", limit: 5, remaining: 3, resetAt }]);
    expect(watch.took).toEqual([0, 0, 0, 0]);
  });

  test("of a server's is what it told last, until its window is over", async () => {
    const watch = watched();
    const { reader, clock } = await opened({ onAnswer: watch.onAnswer });
    const resetAt = Math.ceil(clock.now() / 1000) * 1000 + 60_000;
    const headers = { "x-ratelimit-limit": "50", "x-ratelimit-reset": String(resetAt / 1000) };
    nock(BASE)
      .get("/a")
      .reply(200, [], { ...headers, "x-ratelimit-remaining": "41" });
    await reader.get("/a");
    expect(watch.left()).toEqual([{ name: "default", limit: 50, remaining: 41, resetAt }]);
    await clock.sleep(resetAt - clock.now());
    expect(watch.left()).toEqual([]);
  });
});
