import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { NotificationRoute } from "../../src/api/notification-route.ts";
import type { Decision } from "../../src/notifications/decisions.ts";
import { DueHeap, type Timed } from "../../src/notifications/due-heap.ts";
import { modelOf } from "./alertmanager-model.ts";
import { alertOf, eventOf, type Input, letPass, setOf } from "./fixture.ts";

const second = fc.integer({ min: 0, max: 120 });
const inOrder = (inputs: readonly Input[]) => inputs.toSorted((a, b) => a.at - b.at);
const labels = fc.record({ id: fc.constantFrom("a", "b", "c"), g: fc.constantFrom("1", "2") });
const alert = fc.record({
  at: second,
  event: fc.tuple(labels, fc.boolean()).map(([one, firing]) => alertOf(one, firing)),
});
const alerts = fc.array(alert, { maxLength: 15 }).map(inOrder);

function sentOf(decisions: readonly Decision[]): string[] {
  return decisions.flatMap((decision) => {
    if (decision.kind !== "notify") return [];
    const ids = decision.events.map(({ labels: { id }, firing }) => (firing ? id : `-${id}`)).sort();
    return [`${decision.at / 1000} ${decision.groupLabels.g}: ${ids.join(" ")}`];
  });
}

test("without a throttle the same is sent as Alertmanager's rules send, at the same second", () => {
  const times = fc.record({
    groupWait: fc.integer({ min: 0, max: 8 }),
    groupInterval: fc.integer({ min: 1, max: 12 }),
    repeatInterval: fc.integer({ min: 13, max: 40 }),
  });
  fc.assert(
    fc.property(alerts, times, (inputs, { groupWait, groupInterval, repeatInterval }) => {
      const seconds = {
        groupWait: `${groupWait}s`,
        groupInterval: `${groupInterval}s`,
        repeatInterval: `${repeatInterval}s`,
      };
      const decisions = letPass(setOf({ groupBy: ["g"], throttle: "0s", ...seconds }), { inputs, until: 200 });
      expect(sentOf(decisions)).toEqual(modelOf(inputs, 200, { groupWait, groupInterval, repeatInterval }));
    }),
    { numRuns: 1000 },
  );
});

describe("for any events, any restarts", () => {
  const single = fc.record({ at: second, event: labels.map((one) => eventOf({ ...one, type: one.g })) });
  const mixed = fc.array(fc.oneof(alert, single), { maxLength: 15 }).map(inOrder);
  const spec: fc.Arbitrary<NotificationRoute["spec"]> = fc.record({
    groupBy: fc.constantFrom(["g"], ["..."], []),
    groupWait: fc.constantFrom("0s", "3s"),
    groupInterval: fc.constantFrom("5s", "30s"),
    repeatInterval: fc.constantFrom("20s", "1h"),
    throttle: fc.constantFrom("0s", "7s", "40s"),
    batch: fc.constantFrom({}, { size: 2 }),
    muteTimes: fc.constantFrom([], [{ times: [{ start: "00:01", end: "00:02" }] }]),
    inhibit: fc.constantFrom([], [{ source: ["id=a"], target: ["id=b"] }]),
  });
  const restarts = fc.array(fc.integer({ min: 0, max: 15 })).map((list) => new Set(list));

  test("nothing is repeated and nothing is lost by the end of the process", () => {
    fc.assert(
      fc.property(spec, mixed, restarts, (one, inputs, at) => {
        const routes = setOf(one);
        const expected = letPass(routes, { inputs, until: 600 });
        expect(letPass(routes, { inputs, until: 600, restarts: at })).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test("each single event is told exactly once, or withheld with a reason", () => {
    fc.assert(
      fc.property(spec, mixed, (one, inputs) => {
        const decisions = letPass(setOf(one), { inputs, until: 600 });
        const told = decisions.flatMap((made) => (made.kind === "notify" ? made.events : []));
        const withheld = decisions.flatMap((made) => (made.kind === "withhold" ? made.events : []));
        for (const [number, { event }] of inputs.entries()) {
          if (event.alert) continue;
          expect([...told, ...withheld].filter((made) => made.event === number)).toHaveLength(1);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("two notifications with news of one type are at least the throttle apart", () => {
    fc.assert(
      fc.property(fc.array(single, { maxLength: 15 }).map(inOrder), spec, (inputs, one) => {
        const decisions = letPass(setOf({ ...one, throttle: "7s" }), { inputs, until: 600 });
        for (const type of ["1", "2"]) {
          const times = decisions.flatMap((made) =>
            made.kind === "notify" && made.events.some((event) => event.type === type) ? [made.at] : [],
          );
          for (const [position, at] of times.entries()) {
            if (position > 0) expect(at - (times[position - 1] as number)).toBeGreaterThanOrEqual(7000);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

test("the heap gives what is due, in order, after any moves and removals", () => {
  const act = fc.tuple(fc.nat({ max: 19 }), fc.option(fc.nat({ max: 50 }), { nil: undefined }));
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const items: Timed[] = Array.from({ length: 20 }, (_, id) => ({
        id: String(id).padStart(2, "0"),
        due: 0,
        place: -1,
      }));
      const heap = new DueHeap<Timed>();
      const model = new Map<Timed, number>();
      for (const [position, due] of acts) {
        const item = items[position] as Timed;
        if (due === undefined) heap.remove(item);
        else heap.schedule(item, due);
        if (due === undefined) model.delete(item);
        else model.set(item, due);
      }
      const expected = [...model].sort(([a, x], [b, y]) => x - y || (a.id < b.id ? -1 : 1)).map(([item]) => item);
      expect([heap.size, heap.next()]).toEqual([model.size, expected[0]?.due]);
      const popped: Timed[] = [];
      for (let item = heap.pop(25); item; item = heap.pop(25)) popped.push(item);
      expect(popped).toEqual(expected.filter(({ due }) => due <= 25));
    }),
  );
});
