/** Random sequences of claims and ends against a model that is a list. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { START } from "../support.ts";
import type { Opening } from "./contract.ts";
import { claimOf, delivery, ended, followed } from "./support.ts";

const PASS_AFTER = 50;
const LEASE = 40;

interface Modelled {
  id: string;
  target: string;
  key: string;
  state: "waiting" | "running" | "done";
  due: number;
  heldSince: number | undefined;
  worker: string | undefined;
}

type Step =
  | { do: "arrive"; target: number; key: number; delay: number }
  | { do: "claim"; worker: number; limit: number }
  | { do: "end"; pick: number; retryIn: number | undefined }
  | { do: "pass"; time: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("arrive" as const), target: fc.nat(2), key: fc.nat(2), delay: fc.nat(3) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("claim" as const),
      worker: fc.nat(1),
      limit: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      pick: fc.nat(9),
      retryIn: fc.option(fc.integer({ min: 1, max: 90 }), { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pass" as const), time: fc.nat(30) }) },
);

/** Target 2 takes two at once, the others any number. */
const concurrencyOf = (target: string) => (target === "t2" ? 2 : undefined);

function claimInModel(all: readonly Modelled[], now: number, limit: number): Modelled[] {
  const isOpen = (one: Modelled) => one.state !== "done";
  const isPassed = (one: Modelled) =>
    one.state === "waiting" && one.heldSince !== undefined && one.heldSince <= now - PASS_AFTER;
  const free = all.filter(
    (one, at) =>
      isOpen(one) &&
      one.due <= now &&
      !all.slice(0, at).some((e) => e.target === one.target && e.key === one.key && isOpen(e) && !isPassed(e)),
  );
  const running = (target: string) =>
    all.filter((one) => one.target === target && one.state === "running" && one.due > now).length;
  const taken: Modelled[] = [];
  for (const one of free.toSorted((a, b) => a.due - b.due || all.indexOf(a) - all.indexOf(b))) {
    const mine = taken.filter(({ target }) => target === one.target).length;
    if (taken.length < limit && running(one.target) + mine < (concurrencyOf(one.target) ?? Number.POSITIVE_INFINITY))
      taken.push(one);
  }
  return taken;
}

export function modelTests({ open, sequences }: Opening): void {
  test("claims give what a plain list gives, whatever came before", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const { events, close } = await opened(open);
        const model: Modelled[] = [];
        let now = START;
        for (const [nr, one] of steps.entries()) {
          if (one.do === "pass") now += one.time;
          if (one.do === "arrive") {
            const [target, key] = [`t${one.target}`, `k${one.key}`];
            const id = `d${nr}`;
            const concurrency = concurrencyOf(target);
            const more = {
              target,
              orderingKey: key,
              notBefore: now + one.delay,
              ...(concurrency ? { concurrency } : {}),
            };
            await followed(events, `e${nr}`, [delivery(id, more)]);
            model.push({
              id,
              target,
              key,
              state: "waiting",
              due: now + one.delay,
              heldSince: undefined,
              worker: undefined,
            });
          }
          if (one.do === "claim") {
            const worker = `w${one.worker}`;
            const expected = claimInModel(model, now, one.limit);
            const until = now + LEASE;
            const got = await events.claim(claimOf({ now, limit: one.limit, worker, until, passAfter: PASS_AFTER }));
            expect(got.deliveries.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
            for (const taken of expected) Object.assign(taken, { state: "running", due: until, worker });
          }
          const running = model.filter(({ state }) => state === "running");
          const picked = one.do === "end" ? running[one.pick % Math.max(1, running.length)] : undefined;
          if (one.do === "end" && picked) {
            const { id, worker = "" } = picked;
            const waits = one.retryIn !== undefined;
            const due = now + (one.retryIn ?? 0);
            const attempt = { at: now, took: 0, outcome: waits ? ("retry" as const) : ("done" as const) };
            await events.end([
              ended(id, { worker, attempt, state: waits ? "waiting" : "done", ...(waits ? { notBefore: due } : {}) }),
            ]);
            const heldSince = waits ? (picked.heldSince ?? now) : undefined;
            Object.assign(picked, { state: waits ? "waiting" : "done", due, heldSince, worker: undefined });
          }
        }
        await close();
      }),
      { numRuns: sequences },
    );
  });
}

async function opened(open: Opening["open"]) {
  const store = await open();
  return { events: store.events, close: () => store.close() };
}
