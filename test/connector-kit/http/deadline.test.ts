/** The end of a request: by time, by its caller, or by neither. */
import { getEventListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { Deadline } from "../../../src/connector-kit/http/deadline.ts";

test("time that is up ends it, and is told from a caller who gave up", async () => {
  using limit = new Deadline(5, undefined);
  let ended = 0;
  limit.addEventListener("abort", () => {
    ended += 1;
  });
  await delay(30);
  expect([ended, limit.aborted, limit.expired, limit.signal.aborted]).toEqual([1, true, true, true]);
});

test("a caller who gives up ends it with the caller's reason, before and after a signal was asked for", () => {
  const caller = new AbortController();
  using limit = new Deadline(60_000, caller.signal);
  const early = limit.signal;
  caller.abort("enough");
  expect([limit.aborted, limit.reason, limit.expired]).toEqual([true, "enough", false]);
  expect([early.aborted, early.reason]).toEqual([true, "enough"]);
  using late = new Deadline(60_000, caller.signal);
  expect([late.aborted, late.reason, late.signal.reason]).toEqual([true, "enough", "enough"]);
});

test("one that is over leaves neither a timer nor a listener, and tells nobody", async () => {
  const caller = new AbortController();
  const limit = new Deadline(5, caller.signal);
  expect(getEventListeners(caller.signal, "abort")).toHaveLength(1);
  limit[Symbol.dispose]();
  expect(getEventListeners(caller.signal, "abort")).toHaveLength(0);
  caller.abort();
  await delay(20);
  expect(limit.aborted).toBe(false);
});

test("whoever stopped listening is not told", () => {
  const caller = new AbortController();
  using limit = new Deadline(60_000, caller.signal);
  let ended = 0;
  const listener = () => {
    ended += 1;
  };
  limit.addEventListener("abort", listener);
  limit.removeEventListener();
  caller.abort();
  expect(ended).toBe(0);
});
