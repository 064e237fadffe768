import { expect, test } from "vitest";
import type { Retention } from "../../../src/store/event-types.ts";
import { START } from "../support.ts";
import type { Opening } from "./contract.ts";
import { claimed, delivery, died, ended, event, followed } from "./support.ts";

const DAY = 24 * 60 * 60 * 1000;
const all: Retention = { before: 0, deadBefore: 0, maxBytes: Number.MAX_SAFE_INTEGER };

export function retentionTests({ open, beside }: Opening): void {
  test("what is finished goes by age with all that belongs to it; what is open stays however old", async () => {
    const { events } = await open(clockAt(START));
    await followed(events, "done", [delivery("done", { orderingKey: "1" })]);
    await followed(events, "waiting", [
      delivery("half", { orderingKey: "2" }),
      delivery("waiting", { notBefore: START + DAY }),
    ]);
    await followed(events, "running", [delivery("running", { orderingKey: "3" })]);
    await followed(events, "dead", [delivery("dead", { orderingKey: "4" })]);
    await followed(events, "none", []);
    await events.accept([event("pending")]);
    await followed(events, "young", [], { receivedAt: START + 2 });
    await claimed(events);
    await events.end([ended("done"), ended("half"), died("dead")]);
    expect(await events.prune({ ...all, before: START + 1 })).toBe(3);
    expect((await events.events({ limit: 9 })).map(({ id }) => id)).toEqual([
      "young",
      "pending",
      "dead",
      "running",
      "waiting",
    ]);
    expect(await events.attempts("done")).toEqual([]);
    expect(await events.attempts("half")).toHaveLength(1);
    expect(await events.prune({ ...all, before: START + 1, deadBefore: START + 1 })).toBe(2);
    expect(await events.delivery("dead")).toBeUndefined();
  });

  test("the oldest finished ones go until the payloads are small enough", async () => {
    const { events } = await open(clockAt(START));
    const payload = { data: "x".repeat(1000), attributes: "" };
    for (const n of [1, 2, 3, 4]) await followed(events, `e${n}`, [], payload);
    await events.accept([event("p", payload)]);
    expect(await events.prune({ ...all, maxBytes: 3000 })).toBe(2);
    expect((await events.events({ limit: 9 })).map(({ id }) => id)).toEqual(["p", "e4", "e3"]);
    expect(await events.prune({ ...all, maxBytes: 0 })).toBe(2);
    expect(await events.events({ limit: 9 })).toHaveLength(1);
  });

  test("signed bytes are remembered when their event is gone, by who opens the state anew too", async () => {
    const store = await open(clockAt(START));
    const signedHash = "cd".repeat(32);
    await followed(store.events, "a", [], { signedHash });
    expect(await store.events.prune({ ...all, maxBytes: 0 })).toBe(1);
    const { events } = await beside(store);
    expect(await events.accept([event("b", { signedHash })])).toMatchObject([{ outcome: "replay" }]);
    expect(await store.events.accept([event("c", { signedHash })])).toMatchObject([{ outcome: "replay" }]);
  });

  test("keys and signed bytes are forgotten when their time is over, not before", async () => {
    let now = START;
    const { events } = await open({ ...clockAt(START), now: () => now });
    const signedHash = "ab".repeat(32);
    await events.accept([event("a", { signedHash })]);
    now = START + DAY - 1;
    await events.prune(all);
    expect(await events.accept([event("b", { signedHash, receivedAt: now })])).toMatchObject([{ outcome: "replay" }]);
    now = START + DAY;
    await events.prune(all);
    expect(await events.accept([event("c", { signedHash, receivedAt: now })])).toMatchObject([{ outcome: "stored" }]);
  });
}

const clockAt = (now: number) => ({
  now: () => now,
  monotonic: () => 0,
  sleep: async () => undefined,
  every: () => () => undefined,
});
