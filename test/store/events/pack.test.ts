/** What crosses over between threads comes out as it went in, field by field. */
import { expect, test } from "vitest";
import type { Accepted, Change } from "../../../src/store/event-types.ts";
import { packAnswer, packChange, unpackAnswer, unpackChange } from "../../../src/store/thread/pack.ts";
import { START } from "../support.ts";
import { delivery, ended, event, following, holdOf } from "./support.ts";

const full = event("a", {
  subject: "s",
  signedHash: "ab".repeat(32),
  hops: 3,
  attributes: '{"id":"a"}',
  data: '{"x":1}',
});
const { integration: _integration, platform: _platform, ...own } = event("b");
const followed = following(
  [
    delivery("d1", { kind: "notification", concurrency: 2, notBefore: START + 5, input: '{"y":2}' }),
    delivery("d2", { orderingKey: "other", target: "t", namespace: "n" }),
  ],
  {
    state: "failed",
    note: "why",
    deduplicate: [{ delivery: "d2", rule: "default/r", key: "k", until: START + 9 }],
  },
);
const attempt = { at: START, took: 1.5, outcome: "unknown", step: "one", code: "UNAVAILABLE", message: "No." } as const;

test.each<{ name: string; change: Change }>([
  {
    name: "an event with all that it may have",
    change: { intake: { event: full, following: followed, hold: holdOf() } },
  },
  { name: "an event with the least", change: { intake: { event: own, following: undefined, hold: undefined } } },
  {
    name: "an event of which nothing follows",
    change: { intake: { event: own, following: following([]), hold: undefined } },
  },
  {
    name: "an end with all that it may have",
    change: { end: ended("d", { state: "waiting", notBefore: START + 7, progress: '{"done":[]}', attempt }) },
  },
  { name: "an end with the least", change: { end: ended("d") } },
])("$name", ({ change }) => {
  expect(unpackChange(structuredClone(packChange(change)))).toEqual(change);
});

test.each<{ name: string; answer: Accepted | undefined }>([
  {
    name: "an event that was stored, with what its worker has",
    answer: { outcome: "stored", seq: 7, followed: { given: ["d1"] } },
  },
  { name: "an event of which nothing is given", answer: { outcome: "stored", seq: 7, followed: { given: [] } } },
  { name: "an event that is pending", answer: { outcome: "stored", seq: 7 } },
  { name: "a repeat", answer: { outcome: "replay", seq: 1 } },
  { name: "an end", answer: undefined },
])("the answer to $name", ({ answer }) => {
  expect(unpackAnswer(structuredClone(packAnswer(answer)))).toStrictEqual(answer);
});
