/** Slots are never more than there are, and nobody who waits is overtaken. */
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Slots } from "../../../src/connector-kit/http/slots.ts";

test("a free slot is taken at once, and one that is given back goes to who waits for longest", async () => {
  const slots = new Slots(1);
  expect(slots.take()).toBeUndefined();
  const order: string[] = [];
  for (const name of ["first", "second"]) slots.take()?.then(() => order.push(name));
  slots.give();
  await turn();
  expect(order).toEqual(["first"]);
  slots.give();
  await turn();
  expect(order).toEqual(["first", "second"]);
  slots.give();
  expect(slots.take()).toBeUndefined();
});

test("however long each takes, no more run at a time than there are slots, and all run in their order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(fc.nat(3), { maxLength: 20 }), async (count, turns) => {
      const slots = new Slots(count);
      const began: number[] = [];
      let running = 0;
      let most = 0;
      const run = async (at: number, turnsTaken: number) => {
        await slots.take();
        began.push(at);
        running += 1;
        most = Math.max(most, running);
        for (let left = turnsTaken; left > 0; left--) await turn();
        running -= 1;
        slots.give();
      };
      await Promise.all(turns.map((taken, at) => run(at, taken)));
      expect(most).toBeLessThanOrEqual(count);
      expect(began).toEqual(turns.map((_, at) => at));
    }),
    { numRuns: 50 },
  );
});
