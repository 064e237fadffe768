/** Notifications and silences on the command line, beside a controller that has the state; and what simulate says of routes. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { NewNotice } from "../../src/store/notice-types.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { claimOf, delivery, event } from "../store/events/support.ts";
import { START } from "../store/support.ts";
import { place } from "./fixture.ts";

async function prepared() {
  const here = place();
  const store = await openSqliteStore({ file: join(here.folder, ".plumbline/state.db"), version: "0.1.0" });
  onTestFinished(() => store.close());
  await store.lock({ pid: 7, host: "h", command: "plumbline controller", since: "2026-11-25T12:00:00Z" }, 0);
  const notice = (more: Partial<NewNotice>): NewNotice => ({
    ...{ at: Date.now(), kind: "notify", reason: "New", namespace: "default", route: "ops", path: [0] },
    ...{ groupKey: "default/ops:{}", groupLabels: {}, events: [1], eventCount: 1, heldBack: 0 },
    ...more,
  });
  await store.notices.takeOver("p");
  const notices = [
    notice({ receiver: "chat", delivery: "d1", heldBack: 2, eventCount: 3 }),
    notice({ receiver: "mail", delivery: "d2", reason: "Repeat", at: 5 }),
    notice({ kind: "hold", reason: "Throttled", eventCount: 2 }),
    notice({ kind: "withhold", reason: "Silenced", by: "s1" }),
  ];
  await store.events.dispatch([], { owner: "p", put: [], drop: [], deliveries: [], notices });
  await store.notices.told("d1", {
    at: Date.now(),
    via: "chat",
    title: "Disk\u001b[2J full",
    fault: "inline, text: no",
  });
  return { ...here, store, notice };
}

test("notifications list shows what became of each, and no control characters", async () => {
  const { run } = await prepared();
  const { code, stdout } = await run("notifications list");
  expect(code).toBe(0);
  expect(stdout).toMatch(/Silenced +1 +by s1/);
  expect(stdout).toMatch(/New done +chat +3 +Disk.* full \(2 events held\s+back before\) \[inline, text: no\]/);
  expect(stdout).not.toContain("\u001b[2J");
  const { items } = JSON.parse((await run("notifications list --receiver mail -o json")).stdout);
  expect(items).toMatchObject([{ receiver: "mail", state: "gone", at: "1970-01-01T00:00:00.005Z" }]);
});

test("notifications list marks one that may have been sent twice", async () => {
  const { run, store, notice } = await prepared();
  const [accepted] = await store.events.accept([event("a")]);
  const made = { ...delivery("d3", { kind: "notification" }), event: accepted?.seq as number };
  const notices = [notice({ receiver: "pager", delivery: "d3" })];
  await store.events.dispatch([], { owner: "p", put: [], drop: [], deliveries: [made], notices });
  const list = () => run("notifications list --receiver pager");
  await store.events.claim(claimOf({ until: START + 1 }));
  expect((await list()).stdout).toMatch(/New running +pager/);
  // As after a kill: the first worker's time is over.
  await store.events.claim(claimOf({ now: START + 2, worker: "w2" }));
  expect((await list()).stdout).toMatch(/New running \(sent again\) +pager/);
  const { items } = JSON.parse((await run("notifications list --receiver pager -o json")).stdout);
  expect(items).toMatchObject([{ attempts: 2, resent: 1 }]);
});

test("events show says what routes did with an event, also where another of its group carries the delivery", async () => {
  const { run, store, notice } = await prepared();
  const accepted = await store.events.accept([event("a"), event("b")]);
  const [first, second] = accepted.map(({ seq }) => seq) as [number, number];
  const made = { ...delivery("d3", { kind: "notification", target: "ops" }), event: first };
  const about = { at: START, events: [first, second], eventCount: 2 };
  const notices = [
    notice({ ...about, receiver: "pager", delivery: "d3" }),
    notice({ ...about, events: [second], kind: "hold", reason: "Throttled" }),
    notice({ ...about, events: [second], kind: "withhold", reason: "Silenced", by: "s1" }),
  ];
  await store.events.dispatch([], { owner: "p", put: [], drop: [], deliveries: [made], notices });
  expect((await run(`events show ${first}`)).stdout).toContain("notification ops to pager  d3");
  const { stdout } = await run(`events show ${second}`);
  expect(stdout).toContain("waiting  notification ops to pager  d3  with 1 other\n");
  expect(stdout).toContain("held back by route ops: Throttled\nwithheld by route ops: Silenced by s1\n");
  expect(stdout).not.toContain("Nothing followed");
  const { notices: told } = JSON.parse((await run(`events show ${second} -o json`)).stdout);
  expect(told).toMatchObject([{ receiver: "pager" }, { kind: "hold" }, { kind: "withhold" }]);
});

test("notifications stats counts by outcome, receiver and what kept events back", async () => {
  const { run } = await prepared();
  const stats = async (flags: string) => JSON.parse((await run(`notifications stats ${flags} -o json`)).stdout);
  expect(await stats("")).toEqual({
    ...{ total: 2, delivered: 1, waiting: 0, failed: 1, repeated: 1 },
    suppressed: { throttled: 2, muted: 0, silenced: 1, inhibited: 0, lost: 0 },
    receivers: {
      chat: { total: 1, delivered: 1, waiting: 0, failed: 0 },
      mail: { total: 1, delivered: 0, waiting: 0, failed: 1 },
    },
  });
  expect(await stats("--since 1h")).toMatchObject({ total: 1, delivered: 1, repeated: 0 });
  expect((await run("notifications stats --since soon")).stderr).toContain("--since");
});

test("a silence is added, listed, and ends once; each is in the audit log", async () => {
  const { run, store } = await prepared();
  const { stdout } = await run("silence add --duration 2h --comment moving type=deploy");
  const id = stdout.trim();
  const { items } = JSON.parse((await run("silence list -o json")).stdout);
  expect(items).toMatchObject([{ id, state: "active", matchers: ["type=deploy"], comment: "moving" }]);
  const list = (await run("silence list", { terminal: 160, env: { NO_COLOR: "1" } })).stdout;
  expect(list).toMatch(new RegExp(`^ID .*\n${id} .* type=deploy \\(cli:\\S+: moving\\)\n$`));
  expect((await run("silence list")).stdout).toContain(id);
  expect((await run(`silence expire --namespace other ${id}`)).code).toBe(1);
  expect((await run(`silence expire ${id}`)).code).toBe(0);
  expect((await run(`silence expire ${id}`)).stderr).toContain("or it is over");
  expect((await run("silence list")).stderr).toContain("There are no silences.");
  expect((await run("silence list --all")).stdout).toContain("expired");
  expect((await store.audit.audit({ limit: 9 })).map(({ action }) => action)).toEqual([
    "silence.expire",
    "silence.add",
  ]);
});

test("a silence ends by the first letters of its id, where they are one silence's alone", async () => {
  const { run, store } = await prepared();
  const now = Date.now();
  const silence = { namespace: "default", matchers: ["a=b"], createdBy: "x", createdAt: now, startsAt: now };
  for (const id of ["abcd-1", "abcd-2", "ef012-3"]) {
    await store.notices.putSilence({ ...silence, id, endsAt: now + 3_600_000 });
  }
  expect((await run("silence expire ef01")).stdout).toBe("Ended ef012-3.\n");
  expect((await run("silence expire abcd")).stderr).toContain("Several silences begin with abcd: abcd-1, abcd-2.");
  expect((await run("silence expire abc")).stderr).toContain("There is no silence with this id");
});

test.each([
  ["type=deploy", "how long"],
  ["--duration 2h --ends 2030-01-01T00:00:00Z type=a", "one of the two"],
  ["--duration soon type=a", "is not a duration"],
  ["--duration 1h type=~.*", "could cover everything"],
  ["--duration 1h a==b", "column"],
  ["--ends 2001-01-01T00:00:00Z type=a", "has to come after its beginning"],
  ["--duration 0s type=a", "has to come after its beginning"],
  ["--starts 2001-01-01T00:00:00Z --duration 1h type=a", "over already"],
])("silence add %s is refused: %s", async (flags, message) => {
  const { run, store } = await prepared();
  const { code, stderr } = await run(`silence add ${flags}`);
  expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  expect(await store.notices.silences({})).toEqual([]);
});

const ROUTE = `apiVersion: plumbline.dev/v1alpha1
kind: NotificationRoute
metadata: { name: ops }
spec:
  receivers: [{ integration: chat }]
  routes:
    - match: { matchers: [team=db] }
      urgency: high
      groupBy: [team]
      receivers: [{ integration: chat, template: "On {{labels.team}}: {{default data.n 0}} {{labels.nope}}" }]
    - match: { types: [nothing] }
---
apiVersion: plumbline.dev/v1alpha1
kind: NotificationRoute
metadata: { name: other }
spec: { match: { types: [x] }, receivers: [{ integration: chat }] }
---
apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: chat }
spec: { platform: slack, connection: { defaultChannel: ops }, credentials: { token: { env: T } } }
`;

test("simulate says which route takes an event, in which group, what it says, what keeps it back, and why another does not", async () => {
  const { run, folder, store } = await prepared();
  writeFileSync(join(folder, "routes.yaml"), ROUTE);
  const event = { specversion: "1.0", id: "1", source: "/ci", type: "deploy", data: { labels: { team: "db" } } };
  writeFileSync(join(folder, "event.json"), JSON.stringify(event));
  const simulated = async (flags = "") =>
    JSON.parse((await run(`simulate --event event.json -f routes.yaml -o json ${flags}`.trim())).stdout).routes;
  const [ops, other] = await simulated();
  expect(ops).toMatchObject({
    ...{ name: "ops", matched: true, path: [0], receivers: ["chat"], muted: false },
    groupKey: expect.stringMatching(/^default\/ops.*team="db"/),
    notification: { urgency: "high", template: "generic", group: { team: "db" } },
    notifications: [{ integration: "chat", fault: { template: "inline", path: "labels.nope" } }],
  });
  expect(other).toMatchObject({ name: "other", matched: false, reason: expect.stringContaining("deploy") });
  const now = Date.now();
  await store.notices.putSilence({
    ...{ id: "s1", namespace: "default", matchers: ["team=db"], startsAt: 0, endsAt: now + 9e6, createdAt: 0 },
    createdBy: "a",
  });
  expect((await simulated("--state sqlite:.plumbline/state.db"))[0]).toMatchObject({ silencedBy: "s1" });
  const { stdout } = await run("simulate --event event.json -f routes.yaml");
  expect(stdout).toContain("ops routes[0] tells chat");
  expect(stdout).toContain("in the plain form, since the template of this receiver cannot be used (text): labels.nope");
  expect(stdout).toContain("other does not take it");
});

test("simulate says that no event comes through an Integration that takes none", async () => {
  const { run, folder } = await prepared();
  writeFileSync(join(folder, "event.json"), JSON.stringify({ integration: "chat", event: "message", data: {} }));
  const said = async (text: string) => {
    writeFileSync(join(folder, "routes.yaml"), text);
    return (await run("simulate --event event.json -f routes.yaml")).stderr;
  };
  expect(await said(ROUTE)).toContain("no event comes through default/chat: set spec.events.enabled to true");
  expect(await said(ROUTE.replace("platform: slack,", "platform: slack, events: { enabled: true },"))).toBe("");
});
