import { expect, test } from "vitest";
import type { Attempt } from "../../../src/store/event-types.ts";
import type { KeptState, NewNotice, NoticeFlush } from "../../../src/store/notice-types.ts";
import { START } from "../support.ts";
import type { Opening } from "./contract.ts";
import { claimed, delivery, ended, event, followed } from "./support.ts";

const kept = (id: string, events: readonly number[] = []): KeptState => ({
  kind: "group",
  id,
  value: `"${id}"`,
  events,
});

function notice(more: Partial<NewNotice> = {}): NewNotice {
  return {
    ...{ at: START, kind: "notify", reason: "New", namespace: "default", route: "ops", path: [0, 1] },
    ...{ groupKey: "default/ops:{}", groupLabels: { type: "a" }, events: [1], eventCount: 1, heldBack: 0 },
    ...more,
  };
}

function flush(more: Partial<NoticeFlush> = {}): NoticeFlush {
  return { owner: "p1", put: [], drop: [], deliveries: [], notices: [], ...more };
}

export function noticeTests({ open, beside }: Opening): void {
  test("groups, deliveries, log and the event's mark are written as one, and all come back", async () => {
    const store = await open();
    const [accepted] = await store.events.accept([event("a")]);
    const seq = accepted?.seq as number;
    const nasty = `g\0\ud800\uffff${"x".repeat(9000)}`;
    expect(await store.notices.takeOver("p1")).toEqual([]);
    await store.events.dispatch(
      [{ seq, state: "dispatched", deliveries: [] }],
      flush({
        put: [kept(nasty, [seq]), { kind: "throttle", id: "t", value: "{}", events: [] }],
        deliveries: [{ ...delivery("d", { kind: "notification", target: "ops" }), event: seq }],
        notices: [notice({ receiver: "chat", delivery: "d", groupKey: nasty, heldBack: 2, status: "firing" })],
      }),
    );
    expect(await store.events.pending(9)).toEqual([]);
    expect(await claimed(store.events)).toEqual(["d"]);
    expect(await store.notices.notices({ limit: 9 })).toEqual([
      {
        ...notice({ receiver: "chat", delivery: "d", groupKey: nasty, heldBack: 2, status: "firing" }),
        ...{ seq: 1, state: "running", attempts: 1 },
      },
    ]);
    const again = await store.notices.takeOver("p2");
    expect(again.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toEqual([
      kept(nasty, [seq]),
      { kind: "throttle", id: "t", value: "{}", events: [] },
    ]);
  });

  test("what a process flushes after another one took over is not written, its events' mark neither", async () => {
    const store = await open();
    const other = await beside(store);
    const [accepted] = await store.events.accept([event("a")]);
    await store.notices.takeOver("p1");
    await other.notices.takeOver("p2");
    const late = store.events.dispatch(
      [{ seq: accepted?.seq as number, state: "dispatched", deliveries: [] }],
      flush({ put: [kept("g")], notices: [notice()] }),
    );
    await expect(late).rejects.toMatchObject({ name: "StoreError", code: "Superseded" });
    expect(await store.events.pending(9)).toHaveLength(1);
    expect(await store.notices.notices({ limit: 9 })).toEqual([]);
    expect(await store.notices.takeOver("p3")).toEqual([]);
  });

  test("a group that is put again is one, one that is dropped is gone, and ids are told apart by their kind", async () => {
    const store = await open();
    await store.notices.takeOver("p1");
    const source: KeptState = { kind: "source", id: "g", value: "1", events: [] };
    await store.events.dispatch([], flush({ put: [kept("g", [1, 2]), kept("h"), source] }));
    await store.events.dispatch(
      [],
      flush({ put: [{ ...kept("g", [2]), value: "2" }], drop: [{ kind: "group", id: "h" }] }),
    );
    const left = await store.notices.takeOver("p1");
    expect(left.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toEqual([{ ...kept("g", [2]), value: "2" }, source]);
  });

  test("what was told is in the log, and is found again to be edited until its alerts are over", async () => {
    const store = await open();
    const { notices } = store;
    await notices.takeOver("p1");
    const seq = await followed(store.events, "a", []);
    const tell = async (id: string, more: Partial<NewNotice> = {}) => {
      await store.events.dispatch(
        [],
        flush({
          deliveries: [{ ...delivery(id, { kind: "notification", orderingKey: id }), event: seq }],
          notices: [notice({ delivery: id, receiver: "chat", ...more })],
        }),
      );
    };
    await tell("d1", { status: "firing" });
    const how = { at: START + 5, via: "chat", title: "T\0", reference: "m1", truncated: "Cut.", fault: "No." };
    await notices.told("d1", how);
    await tell("d2", { status: "resolved" });
    expect(await notices.reference("default/ops:{}", "chat", "d1")).toBeUndefined();
    expect(await notices.reference("default/ops:{}", "chat", "d2")).toBe("m1");
    expect(await notices.reference("default/ops:{}", "mail", "d2")).toBeUndefined();
    expect(await notices.reference("other", "chat", "d2")).toBeUndefined();
    await notices.told("d2", { at: START + 6, via: "chat", title: "Over", reference: "m1" });
    await tell("d3");
    expect(await notices.reference("default/ops:{}", "chat", "d3")).toBeUndefined();
    expect((await notices.notices({ limit: 9 })).map(({ told }) => told?.title)).toEqual([undefined, "Over", "T\0"]);
    expect((await notices.notices({ limit: 1, before: 2 }))[0]?.told).toEqual(how);
  });

  test("a notification is marked as sent again by attempts before the last whose end nobody knows, until it was told", async () => {
    const { notices, events } = await open();
    await notices.takeOver("p1");
    const seq = await followed(events, "a", []);
    const made = { ...delivery("d", { kind: "notification" }), event: seq };
    await events.dispatch([], flush({ deliveries: [made], notices: [notice({ delivery: "d", receiver: "chat" })] }));
    const resent = async () => (await notices.notices({ limit: 9 }))[0]?.resent;
    const attempt = (outcome: Attempt["outcome"], at: number) => ({ at, took: 5, outcome });
    const waits = { state: "waiting", notBefore: START } as const;
    await claimed(events);
    await events.end([ended("d", { ...waits, attempt: attempt("retry", START) })]);
    await claimed(events);
    expect(await resent()).toBeUndefined();
    await events.end([ended("d", { ...waits, attempt: attempt("unknown", START + 1) })]);
    // It is not sent again yet.
    expect(await resent()).toBeUndefined();
    await claimed(events, { until: START + 10 });
    expect(await resent()).toBe(1);
    expect(await notices.wasTold("d")).toBe(false);
    await claimed(events, { now: START + 11, worker: "w2", until: START + 60_000 });
    expect(await resent()).toBe(2);
    await notices.told("d", { at: START + 20, via: "chat", title: "T" });
    expect(await notices.wasTold("d")).toBe(true);
    expect(await notices.wasTold("e")).toBe(false);
    // An attempt that ends after that was recorded is followed by one that sends nothing.
    await events.end([ended("d", { worker: "w2", ...waits, attempt: attempt("lost", START + 30) })]);
    await claimed(events, { now: START + 31 });
    expect(await resent()).toBe(2);
  });

  test("counts add up lines and events by what became of them", async () => {
    const store = await open();
    await store.notices.takeOver("p1");
    const seq = await followed(store.events, "a", []);
    const deliveries = ["d1", "d2", "d3"].map((id) => ({ ...delivery(id, { orderingKey: id }), event: seq }));
    const lines = ["d1", "d2", "d3"].map((id) =>
      notice({ delivery: id, receiver: "chat", eventCount: 4, heldBack: 1 }),
    );
    const held = notice({ kind: "hold", reason: "Throttled", eventCount: 3, at: START - 1 });
    await store.events.dispatch([], flush({ deliveries, notices: [...lines, held, notice({ namespace: "b" })] }));
    await claimed(store.events);
    await store.events.end([ended("d1"), ended("d2")]);
    const told = { kind: "notify", reason: "New", route: "ops", receiver: "chat" };
    const counts = await store.notices.counts({ namespace: "default" });
    expect(counts).toHaveLength(3);
    expect(counts).toEqual(
      expect.arrayContaining([
        { kind: "hold", reason: "Throttled", route: "ops", notices: 1, events: 3, heldBack: 0 },
        { ...told, state: "done", notices: 2, events: 8, heldBack: 2 },
        { ...told, state: "running", notices: 1, events: 4, heldBack: 1 },
      ]),
    );
    expect(await store.notices.counts({ since: START, namespace: "b" })).toHaveLength(1);
    expect(await store.notices.counts({ since: START, namespace: "default" })).toHaveLength(2);
  });

  test("silences are listed by their begin, and expire once", async () => {
    const { notices } = await open();
    const silence = (id: string, startsAt: number, namespace = "default") => ({
      ...{ id, namespace, matchers: ['a="\ud800"'], startsAt, endsAt: startsAt + 100 },
      ...{ createdAt: START, createdBy: "cli:ada@host", comment: "Moving\0house" },
    });
    for (const one of [silence("b", START), silence("a", START - 100), silence("c", START + 50), silence("d", 1, "n")])
      await notices.putSilence(one);
    expect(await notices.silences({ namespace: "default", endingAfter: START })).toEqual([
      silence("b", START),
      silence("c", START + 50),
    ]);
    expect(await notices.expireSilence("n", "b", START + 10)).toBe(false);
    expect(await notices.expireSilence("default", "b", START + 10)).toBe(true);
    expect(await notices.expireSilence("default", "b", START + 10)).toBe(false);
    expect(await notices.expireSilence("default", "c", START + 10)).toBe(true);
    expect((await notices.silences({})).map(({ id, startsAt, endsAt }) => [id, startsAt, endsAt])).toEqual([
      ["d", 1, 101],
      ["a", START - 100, START],
      ["b", START, START + 10],
      ["c", START + 10, START + 10],
    ]);
  });

  test("retention leaves events that a group holds, and lines whose delivery is kept", async () => {
    const store = await open({
      now: () => START,
      monotonic: () => 0,
      sleep: async () => undefined,
      every: () => () => undefined,
    });
    await store.notices.takeOver("p1");
    const held = await followed(store.events, "held", []);
    const open1 = await followed(store.events, "open", []);
    await followed(store.events, "old", []);
    await store.events.dispatch(
      [],
      flush({
        put: [kept("g", [held])],
        deliveries: [{ ...delivery("d"), event: open1 }],
        notices: [notice({ delivery: "d" }), notice({ kind: "hold", reason: "Throttled" })],
      }),
    );
    const all = { before: START + 1, deadBefore: START + 1, maxBytes: Number.MAX_SAFE_INTEGER };
    expect(await store.events.prune(all)).toBe(1);
    expect((await store.notices.notices({ limit: 9 })).map(({ kind }) => kind)).toEqual(["notify"]);
    await claimed(store.events);
    await store.events.end([ended("d")]);
    await store.events.dispatch([], flush({ drop: [{ kind: "group", id: "g" }] }));
    expect(await store.events.prune(all)).toBe(3);
    await store.events.prune(all);
    expect(await store.notices.notices({ limit: 9 })).toEqual([]);
  });
}
