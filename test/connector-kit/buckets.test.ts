/** The two ways of counting, as machines over time. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fingerprint, fingerprintOf } from "../../src/connector-kit/http/fingerprint.ts";
import { type Lane, ServerWindow, TokenBucket } from "../../src/connector-kit/http/limits.ts";
import { readQuotas, readRetryAfter } from "../../src/connector-kit/http/rate-headers.ts";
import { tries } from "../support/tries.ts";

/** Takes tokens as fast as the bucket allows, with the given idle times between. @returns when. */
function spend(bucket: TokenBucket, lane: Lane, idle: readonly number[]): number[] {
  const taken: number[] = [];
  let now = 0;
  for (const pause of idle) {
    now += pause + bucket.wait(now + pause, lane);
    expect(bucket.wait(now, lane)).toBe(0);
    bucket.take(now);
    taken.push(now);
  }
  return taken;
}

/** The most moments within any span of the length. */
function mostWithin(moments: readonly number[], span: number): number {
  return Math.max(0, ...moments.map((start) => moments.filter((at) => at >= start && at < start + span).length));
}

describe("a token bucket", () => {
  const sizes = fc.record({ requests: fc.integer({ min: 1, max: 50 }), per: fc.integer({ min: 100, max: 120_000 }) });
  const idles = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 10_000 })), {
    minLength: 1,
    maxLength: 150,
  });

  test("never gives more in any span than its burst and what refills in it", () => {
    fc.assert(
      fc.property(sizes, idles, fc.integer({ min: 1, max: 300_000 }), ({ requests, per }, idle, span) => {
        const taken = spend(new TokenBucket(requests, per, 0), "interactive", idle);
        expect(mostWithin(taken, span)).toBeLessThanOrEqual(requests + Math.floor((requests * span) / per + 1e-6));
      }),
      tries(300, { seed: 20261125 }),
    );
  });

  test("keeps a fifth from the background whatever the background does", () => {
    fc.assert(
      fc.property(sizes, idles, ({ requests, per }, idle) => {
        const bucket = new TokenBucket(requests, per, 0);
        const end = spend(bucket, "background", idle).at(-1) as number;
        for (let left = Math.floor(requests / 5); left > 0; left -= 1) {
          expect(bucket.wait(end, "interactive")).toBe(0);
          bucket.take(end);
        }
      }),
      tries(300, { seed: 20261125 }),
    );
  });

  test("gives its burst at once and the next when one has refilled", () => {
    const taken = spend(new TokenBucket(20, 60_000, 0), "interactive", Array(22).fill(0));
    expect(taken.slice(18)).toEqual([0, 0, 3000, 6000]);
  });

  test("holds what the server says is left", () => {
    const bucket = new TokenBucket(20, 60_000, 0);
    bucket.correct(0, 0);
    expect(bucket.wait(0, "interactive")).toBe(3000);
    bucket.correct(0, 5);
    expect(bucket.wait(0, "interactive")).toBe(0);
  });

  test("of less than one a second still gives one at a time", () => {
    expect(spend(new TokenBucket(0.5, 1000, 0), "background", [0, 0])).toEqual([0, 2000]);
  });
});

describe("a server's window", () => {
  test("lets no more go than are left, those under way included", () => {
    const window = new ServerWindow();
    window.report({ limit: 100, remaining: 2, resetAt: 1000 });
    expect(window.wait(0, "interactive")).toBe(0);
    window.begin();
    window.begin();
    expect(window.wait(0, "interactive")).toBe(1000);
    window.ended();
    expect(window.wait(0, "interactive")).toBe(0);
    expect(window.wait(1000, "interactive")).toBe(0);
  });

  test("believes the lowest figure of one window, and the newer window", () => {
    const window = new ServerWindow();
    window.report({ limit: 10, remaining: 0, resetAt: 5000 });
    window.report({ limit: 10, remaining: 9, resetAt: 5900 });
    expect(window.wait(0, "interactive")).toBe(5900);
    window.report({ limit: 10, remaining: 9, resetAt: 1000 });
    expect(window.wait(0, "interactive")).toBe(5900);
    window.report({ limit: 10, remaining: 9, resetAt: 65_000 });
    expect(window.wait(0, "interactive")).toBe(0);
  });

  test("is not worn down by answers that cost nothing", () => {
    const window = new ServerWindow();
    for (let times = 0; times < 100; times += 1) {
      window.begin();
      window.ended();
      window.report({ limit: 60, remaining: 20, resetAt: 60_000 });
    }
    expect(window.wait(0, "interactive")).toBe(0);
  });

  test("keeps a fifth from the background", () => {
    const window = new ServerWindow();
    window.report({ limit: 100, remaining: 20, resetAt: 1000 });
    expect([window.wait(0, "background"), window.wait(0, "interactive")]).toEqual([1000, 0]);
  });
});

describe("headers", () => {
  const now = Date.UTC(2026, 0, 1, 12);
  const headers = (record: Record<string, string>) => ({ get: (name: string) => record[name] ?? null });
  const quotas: readonly [string, Record<string, string>, unknown[]][] = [
    [
      "GitHub's",
      {
        "x-ratelimit-limit": "5000",
        "x-ratelimit-remaining": "4",
        "x-ratelimit-reset": String(now / 1000 + 60),
        "x-ratelimit-resource": "search",
      },
      [{ name: "search", limit: 5000, remaining: 4, resetAt: now + 60_000 }],
    ],
    [
      "Okta's, with a second hyphen",
      { "x-rate-limit-limit": "600", "x-rate-limit-remaining": "0", "x-rate-limit-reset": String(now / 1000 + 5) },
      [{ name: "default", limit: 600, remaining: 0, resetAt: now + 5000 }],
    ],
    [
      "seconds from now",
      { "ratelimit-limit": "10", "ratelimit-remaining": "3", "ratelimit-reset": "7" },
      [{ name: "default", limit: 10, remaining: 3, resetAt: now + 7000 }],
    ],
    [
      "a date",
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-01-01T12:05Z" },
      [{ name: "default", limit: undefined, remaining: 0, resetAt: now + 300_000 }],
    ],
    [
      "the older draft",
      { ratelimit: "limit=100, remaining=50, reset=30" },
      [{ name: "default", limit: 100, remaining: 50, resetAt: now + 30_000 }],
    ],
    [
      "the newer draft",
      { ratelimit: '"hour";r=50;t=30, "day";r=7', "ratelimit-policy": '"hour";q=100;w=3600, "day";q=1000;w=86400' },
      [
        { name: "hour", limit: 100, remaining: 50, resetAt: now + 30_000 },
        { name: "day", limit: 1000, remaining: 7, resetAt: now + 86_400_000 },
      ],
    ],
    ["nothing", { "content-type": "text/plain" }, []],
    ["nonsense", { "x-ratelimit-remaining": "many" }, []],
  ];
  test.each(quotas)("tell of quotas: %s", (_name, given, expected) => {
    expect(readQuotas(headers(given), now)).toEqual(expected);
  });

  test.each([
    ["120", 120_000],
    ["Thu, 01 Jan 2026 12:00:30 GMT", 30_000],
    ["Thu, 01 Jan 2026 11:00:00 GMT", 0],
    ["soon", undefined],
    ["-5", undefined],
  ])("tell how long to wait: %s", (text, expected) => {
    expect(readRetryAfter(headers({ "retry-after": text }), now)).toBe(expected);
  });
});

describe("fingerprints", () => {
  test("differ for lists that differ, also where one text runs into the next", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (a, b) => {
        expect(fingerprint(...a) === fingerprint(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      tries(300, { seed: 20261125 }),
    );
    expect(fingerprint("ab", "c")).not.toBe(fingerprint("a", "bc"));
  });

  test("do not depend on the order of names", () => {
    expect(fingerprintOf({ a: 1, b: "2" })).toBe(fingerprintOf({ b: "2", a: 1 }));
    expect(fingerprintOf({ a: 1 })).not.toBe(fingerprintOf({ a: "1" }));
  });
});
