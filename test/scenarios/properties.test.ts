/** What holds for any Scenario, and for the matching that judges it. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Scenario } from "../../src/api/scenario.ts";
import { parseDuration } from "../../src/connector-kit/http/duration.ts";
import { durationText } from "../../src/scenarios/happenings.ts";
import { matchAll } from "../../src/scenarios/matching.ts";
import { recordedExpectations } from "../../src/scenarios/recorded.ts";
import { play, said } from "./fixture.ts";

const seconds = fc.integer({ min: 0, max: 300 }).map((count) => `${count}s`);
const type = fc.constantFrom("a", "b", "c");

const given = fc.record({
  at: seconds,
  event: fc.oneof(
    fc.record({ type, labels: fc.record({ team: fc.constantFrom("x", "y") }) }),
    fc.record({
      type,
      data: fc.record({ status: fc.constantFrom("firing", "resolved"), fingerprint: fc.constantFrom("p", "q") }),
    }),
  ),
});

const silence = fc.record({
  matchers: fc.constantFrom<string[]>(["type=a"], ["team=x"], ['type=~"b|c"', "team!=y"]),
  at: seconds,
  duration: fc.constantFrom("1s", "2m", "1h"),
});

const receivers = fc.subarray([{ integration: "chat" }, { integration: "pager" }], { minLength: 1 });
const route = fc.record(
  {
    receivers,
    groupBy: fc.constantFrom(["type"], ["team"], [], ["..."]),
    groupWait: seconds,
    throttle: seconds,
    batch: fc.record({ size: fc.integer({ min: 1, max: 3 }) }),
    repeatInterval: fc.constantFrom("1m", "4h"),
    urgency: fc.constantFrom("high", "low"),
    continue: fc.boolean(),
    match: fc.record({ types: fc.subarray(["a", "b", "c"], { minLength: 1 }) }),
  },
  { requiredKeys: ["receivers"] },
);
const rule = {
  trigger: { type: "a" },
  actions: [{ id: "hand", action: "notify", parameters: { title: "{{event.type}} again", type: "b" } }],
};

const any = fc.record({
  spec: fc.record({
    given: fc.array(given, { minLength: 1, maxLength: 8 }),
    silences: fc.array(silence, { maxLength: 2 }),
  }),
  root: route,
  routes: fc.array(route, { maxLength: 2 }),
});

test("a scenario that expects what it was seen to do passes, and one that lacks any of it fails", async () => {
  await fc.assert(
    fc.asyncProperty(any, fc.nat(), async ({ spec, root, routes }, pick) => {
      const { match: _, continue: __, ...ops } = root;
      const beside = { routes: { ops: { ...ops, routes } }, rules: { r: rule } };
      const of = (expected: Scenario["spec"]["expect"]) =>
        play({ ...spec, expect: expected } as Scenario["spec"], beside);
      const recorded = recordedExpectations((await of([])).happened);
      expect(said((await of(recorded)).failures)).toEqual([]);
      if (recorded.length === 0) return;
      const without = recorded.toSpliced(pick % recorded.length, 1);
      expect((await of(without)).failures).not.toEqual([]);
    }),
    { numRuns: 15 },
  );
});

test("as many expectations are met as can be, each by a happening of its own that fits", () => {
  const table = fc.array(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), { maxLength: 5 });
  fc.assert(
    fc.property(table, (fits) => {
      const met = matchAll(fits.length, 4, (expectation, happening) => fits[expectation]?.[happening] ?? false);
      const taken = met.filter((one) => one !== undefined);
      expect(new Set(taken).size).toBe(taken.length);
      for (const [expectation, happening] of met.entries()) {
        if (happening !== undefined) expect(fits[expectation]?.[happening]).toBe(true);
      }
      expect(taken).toHaveLength(mostOf(fits, new Set()));
    }),
  );
});

/** Tries all ways. */
function mostOf([first, ...rest]: readonly (readonly boolean[])[], taken: ReadonlySet<number>): number {
  if (!first) return 0;
  const ways = first.flatMap((fits, happening) =>
    fits && !taken.has(happening) ? [1 + mostOf(rest, new Set([...taken, happening]))] : [],
  );
  return Math.max(mostOf(rest, taken), ...ways);
}

test("a duration that is shown is the one that is read", () => {
  fc.assert(
    fc.property(fc.nat({ max: 10 ** 9 }), (milliseconds) => {
      expect(parseDuration(durationText(milliseconds))).toBe(milliseconds);
    }),
  );
});
