import { expect, test } from "vitest";
import { openWith } from "../../src/events/origins.ts";
import { createRecentEvents } from "../../src/events/recent-events.ts";
import type { StoredEvent } from "../../src/store/event-types.ts";

const stored = (seq: number): StoredEvent => ({
  ...{
    seq,
    namespace: "default",
    source: "/x",
    id: `e${seq}`,
    type: "t",
    receivedAt: 0,
    trace: "0".repeat(32),
    hops: 0,
  },
  ...{ attributes: `{"specversion":"1.0","id":"e${seq}","source":"/x","type":"t"}`, data: "{}" },
  ...{ state: "dispatched", repeats: 0 },
});

function stage(there: readonly number[]) {
  const it = { queries: [] as (readonly number[])[], fail: false };
  const store = {
    async eventsBySeq(seqs: readonly number[]) {
      it.queries.push(seqs);
      if (it.fail) throw new Error("away");
      return there.filter((seq) => seqs.includes(seq)).map(stored);
    },
  };
  return Object.assign(it, { recent: createRecentEvents(store, () => undefined) });
}

test("events that are asked for in one turn are read by one query, each once", async () => {
  const { recent, queries } = stage([1, 2, 3]);
  const found = await Promise.all([1, 2, 2, 4].map((seq) => recent.eventOf(seq)));
  expect(found.map((event) => event?.stored.seq)).toEqual([1, 2, 2, undefined]);
  expect(queries).toEqual([[1, 2, 4]]);
  await recent.eventOf(3);
  expect(queries).toEqual([[1, 2, 4], [3]]);
});

test("what was dispatched lately is not read, and what is older than the last thousand is", async () => {
  const { recent, queries } = stage([1]);
  recent.remember([openWith(() => undefined, stored(1))]);
  expect((await recent.eventOf(1))?.stored.id).toBe("e1");
  expect(queries).toEqual([]);
  recent.remember(Array.from({ length: 1000 }, (_, at) => openWith(() => undefined, stored(at + 2))));
  expect((await recent.eventOf(1))?.stored.id).toBe("e1");
  expect(queries).toEqual([[1]]);
});

test("a query that fails fails those who asked, and the next one is asked anew", async () => {
  const it = stage([1]);
  it.fail = true;
  await expect(Promise.all([it.recent.eventOf(1), it.recent.eventOf(2)])).rejects.toThrow("away");
  it.fail = false;
  expect((await it.recent.eventOf(1))?.stored.id).toBe("e1");
});
