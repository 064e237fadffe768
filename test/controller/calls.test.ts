import fc from "fast-check";
import { expect, test } from "vitest";
import { CallStats } from "../../src/controller/calls.ts";

const limiter = (name: string) => ({ left: () => [{ name, remaining: 1, resetAt: 0 }] });

test("calls and failures are counted, and nothing is said of latency before the first answer", () => {
  const stats = new CallStats();
  stats.called();
  stats.called();
  stats.failed();
  expect(stats.now()).toEqual({ calls: 2, errors: 1, limits: [] });
});

test("latency is the mean and the 95th percentile of the latest thousand answers", () => {
  const one = limiter("core");
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 2200 }), (took) => {
      const stats = new CallStats();
      for (const milliseconds of took) stats.answered({ took: milliseconds, limiter: one });
      const latest = took.slice(-1000).sort((a, b) => a - b);
      const { latency } = stats.now();
      expect(latency?.mean).toBeCloseTo(latest.reduce((sum, each) => sum + each, 0) / latest.length, 6);
      expect(latency?.p95).toBe(latest.find((_, at) => (at + 1) / latest.length >= 0.95));
    }),
    { numRuns: 50 },
  );
});

test("limits are those of the credentials that were used last, each once", () => {
  const stats = new CallStats();
  const all = Array.from({ length: 10 }, (_, at) => limiter(`l${at}`));
  for (const one of [...all, ...all.slice(0, 3)]) stats.answered({ took: 1, limiter: one });
  expect(stats.now().limits.map(({ name }) => name)).toEqual(["l5", "l6", "l7", "l8", "l9", "l0", "l1", "l2"]);
});
