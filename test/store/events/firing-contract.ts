import { expect, test } from "vitest";
import type { Failed, Fired, Firing } from "../../../src/store/firing-types.ts";
import { START } from "../support.ts";
import type { Opening } from "./contract.ts";
import { claimed, delivery, died, ended, followed, TRACE } from "./support.ts";

const fired = (more: Partial<Fired> = {}): Fired => ({
  ...{ at: START, event: 1, id: "a", source: "/default/gh", type: "github.issues", trace: TRACE },
  ...more,
});
const failed: Failed = { at: START + 1, event: 1, code: "VALIDATION", message: "No." };

export function firingTests({ open, beside }: Opening): void {
  test("what fired last comes back whole, is replaced whole, and goes with its name", async () => {
    const store = await open();
    const odd: Firing = { kind: "Rule", name: "default/r", fired: fired({ id: "\0\ud800" }), failed };
    const routes: Firing[] = Array.from({ length: 1200 }, (_, n) => ({
      ...{ kind: "NotificationRoute", name: `default/n${String(n).padStart(4, "0")}`, failed },
    }));
    await store.firings.put([odd, ...routes]);
    expect(await (await beside(store)).firings.list()).toStrictEqual([...routes, odd]);
    await store.firings.put([{ kind: "Rule", name: "default/r", fired: fired({ event: 7 }) }]);
    await store.firings.drop("NotificationRoute", "default/n0000");
    const left = await store.firings.list();
    expect(left).toHaveLength(1200);
    expect(left.at(-1)).toStrictEqual({ kind: "Rule", name: "default/r", fired: fired({ event: 7 }) });
    await store.firings.put([]);
  });

  test("deliveries tell what fired after an event, by its newest, what was given up, and nothing that waits", async () => {
    const { events, firings } = await open();
    const first = await followed(events, "a", [delivery("d1"), delivery("d2", { target: "other" })]);
    const second = await followed(events, "b", [
      delivery("d3", { orderingKey: "k3" }),
      delivery("d4", { kind: "notification", target: "ops", orderingKey: "k4" }),
    ]);
    await followed(events, "c", [delivery("d5", { target: "late", notBefore: START + 9000 })]);
    expect(await claimed(events)).toEqual(["d1", "d2", "d3", "d4"]);
    await events.end([died("d1"), ended("d2"), ended("d3"), died("d4")]);
    const byName = (all: readonly Firing[]) => all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const of = (seq: number, id: string) => fired({ event: seq, id, at: expect.any(Number) as unknown as number });
    const gone = (event: number): Failed => ({ ...failed, event, at: expect.any(Number) as unknown as number });
    expect(byName(await firings.after(0))).toEqual([
      { kind: "NotificationRoute", name: "default/ops", fired: of(second, "b"), failed: gone(second) },
      { kind: "Rule", name: "default/other", fired: of(first, "a") },
      { kind: "Rule", name: "default/r", fired: of(second, "b"), failed: gone(first) },
    ]);
    expect((await firings.after(first)).map(({ name }) => name).sort()).toEqual(["default/ops", "default/r"]);
    expect(await firings.after(second)).toEqual([]);
  });
}
