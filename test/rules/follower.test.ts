import { describe, expect, test } from "vitest";
import { type Followers, NOT_STORED } from "../../src/events/types.ts";
import { createRuleFollower } from "../../src/rules/follower.ts";
import { createRuleSet } from "../../src/rules/rule-set.ts";
import { rule, support, ticketCreated } from "./fixture.ts";

const follower = (manifests: Parameters<typeof createRuleSet>[0], now = () => 0) => {
  const rules = createRuleSet(manifests);
  return createRuleFollower({ rules: () => rules, monotonic: now });
};

test("the same event gives the same run however often it is dispatched, another event another one", () => {
  const [first, again, other] = [ticketCreated(), ticketCreated(), ticketCreated({ stored: { id: "e2" } })].map(
    (event) => follower([support, rule({ concurrency: 3 })]).follow(event).deliveries,
  );
  expect(first).toEqual(again);
  expect(first).toMatchObject([{ kind: "rule", namespace: "default", target: "r", concurrency: 3, notBefore: 1000 }]);
  expect(other?.[0]?.id).not.toBe(first?.[0]?.id);
});

test("order is kept for each rule, Integration and subject", () => {
  const keys = [
    ticketCreated(),
    ticketCreated({ stored: { id: "e2" } }),
    ticketCreated({ stored: { subject: "ticket/2" } }),
  ].flatMap((event) =>
    follower([support, rule({}, "a"), rule({}, "b")])
      .follow(event)
      .deliveries.map((one) => one.orderingKey),
  );
  expect(keys).toHaveLength(6);
  expect([keys[0], keys[1]]).toEqual([keys[2], keys[3]]);
  expect(new Set(keys).size).toBe(4);
});

describe("deduplication", () => {
  test("gives the key, and until when it is remembered", () => {
    const { deliveries, deduplicate } = follower([
      support,
      rule({ dedupe: { key: "{{ticket.id}}", window: "10m" } }),
    ]).follow(ticketCreated());
    expect(deduplicate).toEqual([{ delivery: deliveries[0]?.id, rule: "default/r", key: "1", until: 601_000 }]);
  });

  test("whose key cannot be made lets the rule run, and says so", () => {
    const { deliveries, deduplicate, notes, misses } = follower([
      support,
      rule({ dedupe: { key: "{{ticket.nope}}", window: "10m" } }),
    ]).follow(ticketCreated());
    expect([deliveries.length, deduplicate]).toEqual([1, []]);
    expect(misses).toEqual([{ miss: "dedupeFailed", rule: "default/r" }]);
    expect(notes).toEqual(["r: runs without deduplication, as its key cannot be made: ticket.nope is absent."]);
  });
});

describe("a loop ends in a dead letter", () => {
  const loopOf = (input: string) => (JSON.parse(input) as { loop?: string }).loop;

  test("after eight hops, and not after seven", () => {
    const at = (hops: number) =>
      follower([support, rule({})]).follow(ticketCreated({ stored: { hops } })).deliveries[0]?.input ?? "";
    expect(loopOf(at(7))).toBeUndefined();
    expect(loopOf(at(8))).toBe("the event came out of 8 rules one after another");
  });

  test("after twenty runs for one subject within a minute, and a minute later no more", () => {
    let now = 0;
    const misses: Followers["misses"][] = [];
    const { follow } = follower([support, rule({})], () => now);
    const run = (seq: number, subject = "ticket/1") => {
      const followed = follow(ticketCreated({ stored: { seq, id: `e${seq}`, subject } }));
      misses.push(followed.misses);
      return loopOf(followed.deliveries[0]?.input ?? "");
    };
    const loops = Array.from({ length: 21 }, (_, index) => run(index + 1));
    expect(loops.map((loop) => loop !== undefined)).toEqual([...Array(20).fill(false), true]);
    expect(run(20)).toBe("more than 20 runs within a minute for the subject ticket/1");
    expect(run(30, "ticket/2")).toBeUndefined();
    const loop = { miss: "loop", rule: "default/r" };
    expect(misses.flatMap((one) => one ?? [])).toEqual([loop, loop]);
    now = 60_000;
    expect(run(40)).toBeUndefined();
  });

  test("a subject that stays busy stays stopped, until it was quiet for long enough", () => {
    let now = 0;
    const { follow } = follower([support, rule({})], () => now);
    const run = (seq: number) =>
      loopOf(follow(ticketCreated({ stored: { id: `e${seq}` } })).deliveries[0]?.input ?? "");
    const loops = Array.from({ length: 300 }, (_, seq) => {
      now = seq * 1000;
      return run(seq);
    });
    expect(loops.findIndex((loop) => loop !== undefined)).toBe(20);
    expect(loops.slice(20)).not.toContain(undefined);
    now += 41_000;
    expect(run(300)).toBeUndefined();
  });

  test("an event that is asked about again counts once", () => {
    const { follow } = follower([support, rule({})]);
    const inputs = Array.from({ length: 30 }, () => follow(ticketCreated({ stored: { seq: 7 } })).deliveries[0]?.input);
    expect(new Set(inputs)).toEqual(new Set(["{}"]));
  });

  test("what is not stored yet counts once it is: one that repeats itself stops no rule", () => {
    const { follow, followed } = follower([support, rule({})]);
    const ask = (at: number, id: string) =>
      ticketCreated({ stored: { seq: NOT_STORED, id, receivedAt: at, subject: "ticket/1" } });
    for (let at = 0; at < 30; at++) follow(ask(at, "again"));
    for (let at = 0; at < 30; at++) follow(ask(at, `replayed-${at}`));
    const loopAfter = (at: number, id: string) => {
      const event = ask(at, id);
      const { deliveries } = follow(event);
      followed?.({ ...event, stored: { ...event.stored, seq: at } }, deliveries);
      return loopOf(deliveries[0]?.input ?? "") !== undefined;
    };
    const loops = Array.from({ length: 21 }, (_, at) => loopAfter(100 + at, `e${at}`));
    expect(loops).toEqual([...Array(20).fill(false), true]);
  });
});

test("the notes are about rules for events of this origin, and leave out the others", () => {
  const conditions = { priority: 5 };
  const { notes } = follower([
    support,
    rule({ trigger: { integration: "elsewhere" } }, "a"),
    rule({ trigger: { type: "com.example.*" } }, "b"),
    rule({ trigger: { integration: "support", conditions } }, "c"),
  ]).follow(ticketCreated());
  expect(notes).toEqual(["c: priority is 4, not 5"]);
});

test("an event nested beyond the stack fails the expressions that read it, and nothing else", () => {
  let deep: unknown = 1;
  for (let level = 0; level < 200_000; level++) deep = [deep];
  const { deliveries, notes } = follower([
    support,
    rule({ trigger: { integration: "support", when: "event.data.n == 1" } }, "a"),
    rule({ trigger: { integration: "support", conditions: { n: 1 } } }, "b"),
  ]).follow(ticketCreated({ data: { n: 1, deep } }));
  expect(deliveries.map(({ target }) => target)).toEqual(["b"]);
  expect(notes).toEqual(["a: when cannot be evaluated: a value is nested too deeply"]);
});

test("expressions that fail are counted, and a rule that cannot run says why", () => {
  const { notes, misses } = follower([
    support,
    rule({ trigger: { integration: "support", when: "event.data.nope" } }, "a"),
    rule({ trigger: { integration: "support", when: "nope" } }, "b"),
  ]).follow(ticketCreated());
  expect(misses).toEqual([{ miss: "expressionFailed", rule: "default/a" }]);
  expect(notes).toEqual([
    "b: cannot run: The expression is wrong: Unknown variable: nope. It stands at character 1.",
    "a: when cannot be evaluated: No such key: nope",
  ]);
});
