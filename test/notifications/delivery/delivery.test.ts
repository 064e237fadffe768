/** From an event to what chats show, over the whole event layer with time that the test moves. */
import { expect, test } from "vitest";
import { ConnectorError } from "../../../src/connector-kit/errors.ts";
import { statsOf } from "../../../src/notifications/notice-stats.ts";
import { renderNotification, TEMPLATE_FAILED, TemplateSet } from "../../../src/notifications/render/index.ts";
import { pass } from "../../events/support.ts";
import { type Chat, eventOf, routesOf, type Sent, stage } from "./stage.ts";

const refuses = (code: "UNAVAILABLE" | "VALIDATION" | "NOT_FOUND" | "AUTH") => (): never => {
  throw new ConnectorError(code, "No.");
};

test("one receiver that fails repeats nothing at the others, and comes back alone from the dead letters", async () => {
  const answers = { hook: refuses("VALIDATION") };
  const all = await stage({
    routes: { receivers: [{ integration: "chat" }, { integration: "hook" }] },
    chats: answers,
  });
  await all.emit("a");
  await all.pass(2);
  const ofA = () => all.sent.filter(({ events }) => events.includes("a")).map(({ to }) => to);
  expect(ofA().sort()).toEqual(["chat", "hook"]);
  const dead = await all.store.events.deliveries({ state: "dead", event: 1, limit: 9 });
  expect(dead).toMatchObject([{ kind: "notification", target: "ops", code: "VALIDATION" }]);
  Object.assign(answers, { hook: () => ({}) });
  await all.store.events.replay(
    dead.map(({ id }) => id),
    all.clock.now(),
  );
  await all.pass(2);
  expect(ofA().sort()).toEqual(["chat", "hook", "hook"]);
});

test("a receiver that cannot be reached for a while is tried again by itself; the other heard once", async () => {
  let failures = 3;
  const hook: Chat = () => (failures-- > 0 ? refuses("UNAVAILABLE")() : {});
  const all = await stage({
    routes: { receivers: [{ integration: "chat" }, { integration: "hook" }] },
    chats: { hook },
  });
  await all.emit("a");
  await all.pass(60);
  expect(all.sent.map(({ to }) => to)).toEqual(["chat", "hook", "hook", "hook", "hook"]);
  expect(new Set(all.sent.filter(({ to }) => to === "hook").map(({ run }) => run.key)).size).toBe(1);
  expect(await all.store.events.counts()).toMatchObject({ waiting: 0, dead: 0 });
});

test("a chat that asks to wait is not asked before, and gets the notification once", async () => {
  let limited = 2;
  const chat: Chat = () => {
    if (limited-- <= 0) return {};
    throw new ConnectorError("RATE_LIMITED", "Slow down.", { retryAfter: 3000 });
  };
  const all = await stage({ routes: { receivers: [{ integration: "chat" }] }, chats: { chat } });
  await all.emit("a");
  await all.pass(30);
  expect(all.sent).toHaveLength(3);
  const [first, second, third] = all.sent.map(({ at }) => at);
  expect((second as number) - (first as number)).toBeGreaterThanOrEqual(3);
  expect((third as number) - (second as number)).toBeGreaterThanOrEqual(3);
  expect(await all.store.notices.notices({ limit: 9 })).toMatchObject([{ state: "done", attempts: 3 }]);
});

test("what a throttle holds back is told at its end, counted, also when nothing follows", async () => {
  const all = await stage({
    routes: { receivers: [{ integration: "chat" }], throttle: "10s", groupInterval: "1s" },
  });
  for (const id of ["a", "b", "c"]) {
    await all.emit(id);
    await all.pass(0.25);
  }
  await all.pass(30);
  expect(all.told()).toEqual(["chat@0: a", "chat@10: b c"]);
  expect(all.sent[1]?.notification.heldBack).toBe(2);
  const counts = await all.store.notices.counts({});
  expect(counts).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: "hold", reason: "Throttled", events: 2 }),
      expect.objectContaining({ kind: "notify", state: "done", notices: 2, events: 3, heldBack: 2 }),
    ]),
  );
});

test.each([
  { template: "{{labels.nope}}", message: /labels.nope/ },
  { template: "{{#each data.many}}{{this}}{{/each}}", message: /256 KiB/ },
])(
  "what the template $template cannot say is said without it, on record, and raises one event",
  async ({ template, message }) => {
    const templates = new TemplateSet();
    const all = await stage({
      routes: { receivers: [{ integration: "chat", template }] },
      render: (told) => renderNotification(templates, told),
    });
    const many = Array.from({ length: 300 }, () => "x".repeat(1024));
    await all.emit("a", "deploy", { severity: "critical", data: { many }, summary: "It broke" });
    await all.pass(90);
    expect(all.sent[0]?.notification).toMatchObject({ severity: "critical", template: "generic", text: "It broke" });
    const raised = await all.store.events.events({ type: TEMPLATE_FAILED, limit: 9 });
    expect(raised).toHaveLength(1);
    const data = JSON.parse(raised[0]?.data ?? "");
    expect(data).toMatchObject({ template: "inline", receiver: "chat", route: "default/ops" });
    expect(data.message).toMatch(message);
    expect(all.faults.length).toBeGreaterThanOrEqual(1);
    expect((await all.store.notices.notices({ limit: 9 })).at(-1)?.told?.fault).toMatch(message);
  },
);

test("a fallback is told while the receiver is down, with what it knows of the target; what was refused stays refused", async () => {
  const receiver = (integration: string) => ({ integration, fallback: "backup", target: { channel: "#db", via: "x" } });
  const all = await stage({
    routes: { receivers: ["down", "revoked", "wrong", "away"].map(receiver) },
    chats: { down: refuses("UNAVAILABLE"), revoked: refuses("AUTH"), wrong: refuses("VALIDATION") },
    closed: { away: "Suspended" },
  });
  await all.emit("a");
  await all.pass(0.5);
  const ofA = all.sent.filter(({ events }) => events.includes("a"));
  expect(ofA.map(({ to }) => to).sort()).toEqual(["backup", "backup", "backup", "down", "revoked", "wrong"]);
  const keys = ofA.filter(({ to }) => to === "backup").map(({ run }) => run.key);
  expect(new Set(keys).size).toBe(3);
  expect(ofA.find(({ to }) => to === "backup")?.target).toEqual({ channel: "#db", via: "x" });
  const notices = (await all.store.notices.notices({ limit: 20 })).filter(({ events }) => events.includes(1));
  expect(notices.map(({ receiver, state, told }) => [receiver, state, told?.via]).sort()).toEqual([
    ["away", "done", "backup"],
    ["down", "done", "backup"],
    ["revoked", "done", "backup"],
    ["wrong", "dead", undefined],
  ]);
});

test("a target gets the connector's defaults, and one that does not fit is dead at once", async () => {
  const all = await stage({
    routes: {
      receivers: [
        { integration: "chat", target: { channel: "#db" } },
        { integration: "odd", target: { colour: "red" } },
      ],
    },
  });
  await all.emit("a");
  await all.pass(0.5);
  expect(all.sent[0]).toMatchObject({ to: "chat", target: { channel: "#db", via: "api" } });
  expect(all.sent.map(({ to }) => to)).not.toContain("odd");
  expect(await all.store.events.deliveries({ state: "dead", event: 1, limit: 9 })).toMatchObject([
    { code: "VALIDATION" },
  ]);
});

test("an earlier message is edited until the alerts were over, and one that is gone is sent anew", async () => {
  let gone = false;
  const chat: Chat = ({ run }) => {
    if (gone && run.previous !== undefined) throw new ConnectorError("NOT_FOUND", "It was deleted.");
    return { reference: run.previous ?? `message of ${run.key}` };
  };
  const all = await stage({
    routes: { receivers: [{ integration: "chat", update: true }], throttle: "0s", groupInterval: "1s" },
    chats: { chat },
  });
  const alert = async (id: string, fingerprint: string, status: string) => {
    await all.emit(id, "alert", { fingerprint, status });
    await all.pass(2);
  };
  await alert("a", "disk", "firing");
  await alert("b", "net", "firing");
  const first = `message of ${all.sent[0]?.run.key}`;
  expect(all.sent.map(({ run }) => run.previous)).toEqual([undefined, first]);
  gone = true;
  await alert("c", "cpu", "firing");
  expect(all.sent.map(({ run }) => run.previous).slice(2)).toEqual([first, undefined]);
  gone = false;
  for (const [id, fingerprint] of [
    ["d", "disk"],
    ["e", "net"],
    ["f", "cpu"],
  ] as const)
    await alert(id, fingerprint, "resolved");
  const before = all.sent.length;
  await alert("g", "disk", "firing");
  expect(all.sent.slice(before).map(({ run }) => run.previous)).toEqual([undefined]);
});

test("a silence made by another process holds from the next look on, and what it withheld is on record", async () => {
  const all = await stage({ routes: { receivers: [{ integration: "chat" }], throttle: "0s", groupInterval: "1s" } });
  await all.emit("a");
  await all.pass(2);
  const now = all.clock.now();
  await all.store.notices.putSilence({
    ...{ id: "s1", namespace: "default", matchers: ["type=deploy"], startsAt: now, endsAt: now + 5000 },
    ...{ createdAt: now, createdBy: "cli:ada@host" },
  });
  await all.emit("b");
  await all.pass(6);
  await all.emit("c");
  await all.pass(2);
  expect(all.told()).toEqual(["chat@0: a", "chat@8: c"]);
  const [withheld] = await all.store.notices.notices({ kind: "withhold", limit: 9 });
  expect(withheld).toMatchObject({ reason: "Silenced", by: "s1", events: [2] });
});

test("routes that change take over what waits", async () => {
  const all = await stage({ routes: { receivers: [{ integration: "old" }], groupWait: "10s" } });
  await all.emit("a");
  await all.pass(2);
  all.current.routes = routesOf({ receivers: [{ integration: "new" }], groupWait: "10s" });
  await all.pass(10);
  expect(all.told()).toEqual(["new@10: a"]);
});

test("a notification that is given up raises one event, which is told too, and no more of that", async () => {
  const all = await stage({ routes: { receivers: [{ integration: "hook" }] }, chats: { hook: refuses("VALIDATION") } });
  await all.emit("a");
  await all.pass(300);
  const dead = await all.store.events.events({ type: "plumbline.delivery.dead", limit: 9 });
  expect(dead).toHaveLength(1);
  expect(all.sent).toHaveLength(2);
});

test("a message whose answer never came is sent again under its key, and history marks it; one that was refused or limited is no repeat", async () => {
  let lost = 2;
  let refused = 1;
  const all = await stage({
    routes: { receivers: [{ integration: "chat" }, { integration: "hook" }] },
    chats: {
      chat: () => {
        if (lost-- > 0) throw new ConnectorError("TIMEOUT", "No answer.", { outcomeUnknown: true });
        return {};
      },
      hook: () => {
        if (refused-- > 0) throw new ConnectorError("RATE_LIMITED", "Slow down.", { retryAfter: 1000 });
        return {};
      },
    },
  });
  await all.emit("a");
  await all.pass(0.5);
  const line = async (to: string) => (await all.store.notices.notices({ receiver: to, limit: 9 }))[0];
  expect(await line("chat")).toMatchObject({ state: "waiting", code: "TIMEOUT" });
  expect(await line("chat")).not.toHaveProperty("resent");
  await all.pass(20);
  expect(await line("chat")).toMatchObject({ state: "done", attempts: 3, resent: 2 });
  expect(await line("hook")).toMatchObject({ state: "done", attempts: 2 });
  expect(await line("hook")).not.toHaveProperty("resent");
  const keys = all.sent.filter(({ to }) => to === "chat").map(({ run }) => run.key);
  expect([keys.length, new Set(keys).size]).toEqual([3, 1]);
  const attempts = await all.store.events.attempts(keys[0] as string);
  expect(attempts.map(({ outcome }) => outcome)).toEqual(["unknown", "unknown", "done"]);
});

test("where the receiver's answer never came and the fallback failed, the next attempt is a repeat too", async () => {
  let down = 1;
  const unknown: Chat = () => {
    if (down > 0) throw new ConnectorError("TIMEOUT", "No answer.", { outcomeUnknown: true });
    return {};
  };
  const all = await stage({
    routes: { receivers: [{ integration: "chat", fallback: "backup" }] },
    chats: { chat: unknown, backup: () => (down-- > 0 ? refuses("UNAVAILABLE")() : {}) },
  });
  await all.emit("a");
  await all.pass(20);
  const [line] = await all.store.notices.notices({ limit: 9 });
  expect(line).toMatchObject({ state: "done", attempts: 2, resent: 1 });
});

test("of a group that is larger than what is read, count, status and severity are those of all, and the newest are listed", async () => {
  const all = await stage({
    routes: { receivers: [{ integration: "chat" }], groupBy: [], groupWait: "3s", throttle: "0s" },
    render: (told) => renderNotification(new TemplateSet(), told),
  });
  const alerts = ["x", "y"].map((fingerprint) => ({ fingerprint, status: "firing", labels: { severity: "critical" } }));
  const plain = Array.from({ length: 1000 }, () => ({}));
  await all.store.events.accept([...alerts, ...plain].map((data, at) => eventOf(all.clock.now(), `e${at}`, data)));
  await all.pass(8);
  const { notification } = all.sent[0] as Sent;
  expect(notification).toMatchObject({ title: "1002 events deploy", status: "firing", severity: "critical" });
  expect(notification).toMatchObject({ earlierEvents: 2, events: { length: 1000 } });
  expect(notification.events.at(-1)?.seq).toBe(1002);
});

test("what a time, a silence and an alert keep back is counted and on record: the first waits, the others are gone", async () => {
  const all = await stage({
    routes: {
      ...{ receivers: [{ integration: "chat" }], groupBy: ["type"], groupInterval: "5s", throttle: "0s" },
      inhibit: [{ source: ["type=fire"], target: ["type=smoke"] }],
      // It begins at noon.
      routes: [{ match: { types: ["night"] }, muteTimes: [{ times: [{ start: "12:00", end: "12:02" }] }] }],
    },
  });
  const now = all.clock.now();
  await all.store.notices.putSilence({
    ...{ id: "s1", namespace: "default", matchers: ["type=move"], startsAt: now, endsAt: now + 30_000 },
    ...{ createdAt: now, createdBy: "cli:ada@host" },
  });
  await all.emit("f1", "fire", { fingerprint: "f", status: "firing" });
  await all.pass(1);
  for (const [id, type] of [
    ["n1", "night"],
    ["m1", "move"],
    ["k1", "smoke"],
    ["n2", "night"],
  ] as const) {
    await all.emit(id, type);
    await all.pass(0.5);
  }
  await all.emit("f2", "fire", { fingerprint: "f", status: "resolved" });
  await pass(all.clock, 180_000, 5000);
  expect(all.told().map((line) => line.replace(/^chat@\d+: /, ""))).toEqual(["f1", "f2", "n1 n2"]);
  expect(statsOf(await all.store.notices.counts({})).suppressed).toEqual({
    ...{ throttled: 0, muted: 2, silenced: 1, inhibited: 1, lost: 0 },
  });
  const withheld = await all.store.notices.notices({ kind: "withhold", limit: 9 });
  expect(withheld.map(({ reason, by, events }) => [reason, by, events])).toEqual([
    ["Inhibited", expect.stringContaining("f"), [4]],
    ["Silenced", "s1", [3]],
  ]);
});
