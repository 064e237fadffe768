/** Looks for events: what is polled comes in once, what was missed is asked for again, and failures stay by themselves. */
import { expect, test } from "vitest";
import type { MissedRequest, PlatformEvent, Polled } from "../../../src/connector-kit/index.ts";
import { createLooks, verdictOf } from "../../../src/controller/inbound/looks.ts";
import { MOST_QUESTIONS } from "../../../src/controller/inbound/poll.ts";
import { MOST_REDELIVERIES } from "../../../src/controller/inbound/recover.ts";
import { createInbound } from "../../../src/controller/inbound/schedule.ts";
import { failing, feed, missedDelivery, stage } from "./stand-in.ts";

const OWNER = "default/feed";
const MINUTE = 60_000;
const done = { end: { end: "done" } };
const running = () => new AbortController().signal;
const happened = (id: string): PlatformEvent => ({ id, name: "happened", subject: "a", data: { n: 1 } });

/** A platform's list, whose cursor is how far it was read. */
const listOf =
  (events: readonly PlatformEvent[], page = events.length) =>
  (cursor: string | undefined): Polled => {
    const next = Math.min(events.length, Number(cursor ?? 0) + page);
    return { events: events.slice(Number(cursor ?? 0), next), cursor: String(next), more: next < events.length };
  };

test("polled events come in as those of a webhook do, and the next look goes on behind them", async () => {
  const it = await stage();
  const asked: unknown[] = [];
  it.platform.poll = (cursor) => {
    asked.push(cursor);
    return cursor === undefined
      ? { events: [happened("e1"), { ...happened("e2"), text: '{"n": 12345678901234567890}' }], cursor: "2" }
      : { events: [], cursor };
  };
  const looks = createLooks(it.options());
  expect([await looks.run(OWNER, running()), await looks.run(OWNER, running())]).toEqual([done, done]);
  expect(asked).toEqual([undefined, "2"]);
  const [first, second] = await it.inbox();
  expect(first).toMatchObject({
    ...{ id: "e1", source: "/default/feed", type: "standin.happened", subject: "a", data: '{"n":1}', hops: 0 },
    ...{ namespace: "default", integration: OWNER, platform: "standin", receivedAt: it.clock.now() },
  });
  expect(second?.data).toBe('{"n": 12345678901234567890}');
  expect(await it.condition()).toBe("True Complete: No delivery is known to be missing.");
});

test("a process that is killed between the events and the cursor makes no event twice, and loses none", async () => {
  const it = await stage();
  it.platform.poll = listOf([happened("e1"), happened("e2"), happened("e3")], 2);
  it.onPut = () => {
    throw new Error("killed");
  };
  await expect(createLooks(it.options()).run(OWNER, running())).rejects.toThrow("killed");
  expect((await it.inbox()).map(({ id }) => id)).toEqual(["e1", "e2"]);
  it.onPut = undefined;
  expect(await createLooks(it.options()).run(OWNER, running())).toEqual(done);
  expect((await it.inbox()).map(({ id, repeats }) => [id, repeats])).toEqual([
    ["e1", 1],
    ["e2", 1],
    ["e3", 0],
  ]);
});

test("the cursor is kept only after the events are in the inbox", async () => {
  const it = await stage();
  it.platform.poll = listOf([happened("e1")]);
  const { receiver } = it.options();
  const order: string[] = [];
  it.onPut = ({ conditions }) => void order.push(conditions.map(({ type }) => type).join());
  await createLooks({
    ...it.options(),
    receiver: {
      async accept(...given) {
        const answer = await receiver.accept(...given);
        order.push("accepted");
        return answer;
      },
    },
  }).run(OWNER, running());
  expect(order).toEqual(["accepted", "Cursor", "Cursor,EventsComplete"]);
});

test("a connector that always has more is left after a while", async () => {
  const it = await stage();
  let asked = 0;
  it.platform.poll = () => ({ events: [], cursor: String(++asked), more: true });
  await createLooks(it.options()).run(OWNER, running());
  expect(asked).toBe(MOST_QUESTIONS);
});

test("while the queue is full nothing is taken and the cursor stays", async () => {
  const it = await stage(feed(), { maxOpen: 0 });
  it.platform.poll = listOf([happened("e1")]);
  expect(await createLooks(it.options()).run(OWNER, running())).toMatchObject({
    end: { end: "again", reason: "QueueFull" },
  });
  expect([await it.inbox(), await it.condition()]).toEqual([
    [],
    "False QueueFull: Not all events came in: More events wait than may.",
  ]);
  const cursors: unknown[] = [];
  it.platform.poll = (cursor) => {
    cursors.push(cursor);
    return { events: [], cursor: "1" };
  };
  await createLooks(it.options()).run(OWNER, running());
  expect(cursors).toEqual([undefined]);
});

test("another connection begins anew, and another interval does not", async () => {
  const it = await stage();
  const asked: unknown[] = [];
  it.platform.poll = (cursor) => {
    asked.push(cursor);
    return { events: [], cursor: "7" };
  };
  for (const spec of [[], ["interval: 1m"], ["connection: { place: b }"]]) {
    await it.change(feed(spec));
    await createLooks(it.options()).run(OWNER, running());
  }
  expect(asked).toEqual([undefined, "7", undefined]);
});

test("an event whose text is no JSON is the connector's mistake, and moves no cursor", async () => {
  const it = await stage();
  it.platform.poll = () => ({ events: [{ ...happened("e1"), text: "{" }], cursor: "1" });
  expect(await createLooks(it.options()).run(OWNER, running())).toMatchObject({ end: { reason: "UNSUPPORTED" } });
  expect(await it.inbox()).toEqual([]);
});

test("a poll that fails is tried again later and later, and disturbs neither recovering nor another Integration", async () => {
  const it = await stage([feed(), feed(["interval: 10m", "dependsOn: [feed]"], "other")].join("\n---\n"));
  const asked: string[] = [];
  let failures = 3;
  it.platform.poll = () => {
    asked.push(`@${it.clock.monotonic() / 1000}`);
    if (failures-- > 0 && asked.length !== 2) throw failing("RATE_LIMITED", 1000);
    return { events: [], cursor: "1" };
  };
  it.platform.missed = async function* () {
    yield missedDelivery("m1");
  };
  const inbound = createInbound(it.options());
  inbound.update(it.current());
  inbound.start();
  await it.clock.advance(1000);
  expect(asked).toEqual(["@0", "@0"]);
  expect(await it.condition()).toBe("False RATE_LIMITED: Not all events came in: It said RATE_LIMITED.");
  expect(await it.condition("default/other")).toMatch(/^False Redelivering/);
  expect(it.platform.redelivered).toEqual(["m1", "m1"]);
  await it.clock.advance(5 * MINUTE);
  // Half of the pause is drawn: 3.75 s after the first failure, 7.5 s after the second.
  expect(asked).toEqual(["@0", "@0", "@3.75", "@11.25"]);
  await inbound.stop();
});

test("a limit's own pause is never cut short", async () => {
  const it = await stage();
  it.platform.poll = () => {
    throw failing("RATE_LIMITED", 90_000);
  };
  expect(await createLooks(it.options()).run(OWNER, running())).toMatchObject({
    end: { end: "again", retryAfter: 90_000 },
  });
});

test("missed deliveries are asked for again, the oldest first, and the audit log says so", async () => {
  const it = await stage();
  it.platform.missed = async function* () {
    yield missedDelivery("younger", { at: "2026-01-01T11:00:00Z" });
    yield missedDelivery("youngest", { at: "2026-01-01T11:30:00Z" });
    yield missedDelivery("older", { at: "2026-01-01T09:00:00Z" });
    yield missedDelivery("older", { at: "2026-01-01T09:00:00Z" });
  };
  expect(await createLooks(it.options()).run(OWNER, running())).toEqual(done);
  expect(it.platform.redelivered).toEqual(["older", "younger", "youngest"]);
  expect(await it.condition()).toBe("False Redelivering: Of 3 missed deliveries 3 asked for again.");
  expect(await it.store.audit.audit({ limit: 5 })).toMatchObject([
    {
      action: "redeliver",
      actor: "controller",
      resourceId: OWNER,
      outcome: "done",
      details: { redelivered: 3, refused: 0 },
    },
  ]);
});

test("of many a bound is asked for in one look, and the condition says that others wait", async () => {
  const it = await stage();
  it.platform.missed = async function* () {
    for (let at = 0; at < MOST_REDELIVERIES + 30; at += 1) yield missedDelivery(`m${at}`);
  };
  await createLooks(it.options()).run(OWNER, running());
  expect(it.platform.redelivered).toHaveLength(MOST_REDELIVERIES);
  expect(await it.condition()).toMatch(
    /^False Redelivering: Of 130 missed deliveries 100 asked for again\. The others wait/,
  );
});

test.each([
  { attempts: 1, minutes: 0, asked: true },
  { attempts: 2, minutes: 9, asked: false },
  { attempts: 2, minutes: 10, asked: true },
  { attempts: 4, minutes: 39, asked: false },
  { attempts: 4, minutes: 40, asked: true },
])("after $attempts attempts, the last $minutes minutes ago, one is asked for again: $asked", async (given) => {
  const it = await stage();
  const triedAt = new Date(it.clock.now() - given.minutes * MINUTE).toISOString();
  it.platform.missed = async function* () {
    yield missedDelivery("m", { triedAt, attempts: given.attempts });
  };
  await createLooks(it.options()).run(OWNER, running());
  expect(it.platform.redelivered).toEqual(given.asked ? ["m"] : []);
  expect(await it.condition()).toMatch(/^False Redelivering: Of 1 missed delivery/);
});

test("an Integration that only observes is told the number, and asks for nothing", async () => {
  const it = await stage(feed(["policy: { mode: Observe }"]));
  it.platform.missed = async function* () {
    yield missedDelivery("m1");
    yield missedDelivery("m2");
  };
  expect(await createLooks(it.options()).run(OWNER, running())).toEqual(done);
  expect([it.platform.redelivered, await it.store.audit.audit({ limit: 5 })]).toEqual([[], []]);
  expect(await it.condition()).toBe(
    "False Missed: Of 2 missed deliveries 0 asked for again, since policy.mode is Observe.",
  );
  expect(it.platform.opened).toBe(0);
});

test("nothing is asked for once the right to write runs out", async () => {
  const it = await stage();
  it.platform.missed = async function* () {
    yield missedDelivery("m1");
    yield missedDelivery("m2");
  };
  it.mayWrite = () => it.platform.redelivered.length === 0;
  await createLooks(it.options()).run(OWNER, running());
  expect(it.platform.redelivered).toEqual(["m1"]);
});

test.each([
  { code: "NOT_FOUND", redelivered: ["m2"], refused: 1 },
  { code: "RATE_LIMITED", redelivered: [], refused: 1 },
] as const)("after a redelivery that ends with $code these are asked for: $redelivered", async (given) => {
  const it = await stage();
  it.platform.missed = async function* () {
    yield missedDelivery("m1");
    yield missedDelivery("m2");
  };
  it.platform.redeliver = ({ id }) => {
    if (id === "m1") throw failing(given.code);
  };
  expect(await createLooks(it.options()).run(OWNER, running())).toMatchObject({
    end: { end: "again", reason: given.code },
  });
  expect(it.platform.redelivered).toEqual(given.redelivered);
  expect(await it.store.audit.audit({ limit: 5 })).toMatchObject([
    { outcome: "failed", details: { redelivered: given.redelivered.length, refused: given.refused } },
  ]);
});

test("what could be read before a failure is asked for again, and the failure is told", async () => {
  const it = await stage();
  it.platform.missed = async function* () {
    yield missedDelivery("m1");
    throw failing("PERMISSION");
  };
  expect(await createLooks(it.options()).run(OWNER, running())).toMatchObject({
    end: { end: "again", reason: "PERMISSION" },
  });
  expect(it.platform.redelivered).toEqual(["m1"]);
  expect(await it.condition()).toBe("False PERMISSION: Of 1 missed delivery 1 asked for again: It said PERMISSION.");
});

test("a connector is told what the Integration owns, which addresses lead to it, and what arrived", async () => {
  const it = await stage(feed(), { publicUrl: "https://plumbline.example.com/" });
  const digest = { generation: 1, digest: "d", conditions: [] };
  await it.store.putObject({ kind: "Integration", name: OWNER, platform: "standin", system: "s", ...digest });
  const entry = { kind: "hooks", id: "7", applied: "x" };
  await it.store.update("s", {
    put: [
      { ...entry, key: "api/https:~1~1a", integration: OWNER },
      { ...entry, key: "other", integration: "default/other" },
    ],
  });
  it.platform.poll = listOf([happened("here")]);
  const told: unknown[] = [];
  it.platform.missed = async function* (request: MissedRequest) {
    told.push(request.owned, request.now === it.clock.now(), [...(await request.arrived(["here", "there"]))]);
    for (const path of ["feed", "other"])
      told.push(request.reaches(`https://plumbline.example.com/api/webhooks/${path}`));
    yield* [];
  };
  await createLooks(it.options()).run(OWNER, running());
  expect(told).toEqual([[{ kind: "hooks", key: ["api", "https://a"], id: "7" }], true, ["here"], true, false]);
});

test("without a public address no webhook is taken for this Integration's", async () => {
  const it = await stage();
  let reaches: boolean | undefined;
  it.platform.missed = async function* (request) {
    reaches = request.reaches("https://plumbline.example.com/api/webhooks/feed");
    yield* [];
  };
  await createLooks(it.options()).run(OWNER, running());
  expect(reaches).toBe(false);
});

test("a look that only reads is left when the program stops, and writes nothing more", async () => {
  const it = await stage();
  const answer = Promise.withResolvers<Polled>();
  const asked = Promise.withResolvers<void>();
  it.platform.poll = () => {
    asked.resolve();
    return answer.promise;
  };
  it.platform.missed = async function* () {
    yield missedDelivery("m1");
  };
  const stopping = new AbortController();
  const look = createLooks(it.options()).run(OWNER, stopping.signal);
  await asked.promise;
  stopping.abort();
  expect(await look).toEqual(done);
  answer.resolve({ events: [happened("e1")], cursor: "1" });
  await new Promise((resolve) => setImmediate(resolve));
  expect([await it.inbox(), await it.condition(), it.platform.redelivered]).toEqual([[], undefined, []]);
});

test("only Integrations in force that take events and can be asked are looked at", async () => {
  const it = await stage(
    [feed(), feed(["suspend: true"], "idle"), feed([], "deaf").replace("enabled: true", "enabled: false")].join(
      "\n---\n",
    ),
  );
  const concerned = createLooks(it.options()).concerned(it.current());
  expect(concerned.map(({ object }) => object.metadata.name)).toEqual(["feed"]);
});

test("the condition is written only when it moves", async () => {
  const it = await stage();
  let written = 0;
  it.onPut = () => {
    written += 1;
  };
  const looks = createLooks(it.options());
  await looks.run(OWNER, running());
  const after = written;
  await looks.run(OWNER, running());
  expect([after, written]).toEqual([2, 2]);
});

test("a refusal goes before the number that is missing", () => {
  const failure = { code: "AUTH", message: "No." };
  expect(verdictOf({ missed: 0, redelivered: 0, refused: 0, failure }, true)).toMatchObject({
    status: "False",
    reason: "AUTH",
  });
});
