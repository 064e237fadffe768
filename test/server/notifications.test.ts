/** Routes, notifications and silences over HTTP. */
import { expect, test } from "vitest";
import type { NewNotice } from "../../src/store/notice-types.ts";
import { NOW, newEvent, stage } from "./fixture.ts";

const notice = (more: Partial<NewNotice>): NewNotice => ({
  ...{ at: NOW, kind: "notify", reason: "New", namespace: "default", route: "ops", path: [], groupKey: "g" },
  ...{ groupLabels: { type: "t" }, events: [1], eventCount: 1, heldBack: 0 },
  ...more,
});

async function filled() {
  const here = await stage();
  await here.store.notices.takeOver("p");
  const notices = [
    notice({ receiver: "chat", delivery: "d1" }),
    notice({ kind: "hold", reason: "Throttled", eventCount: 2, until: NOW + 5000 }),
    notice({ namespace: "prod", receiver: "chat", delivery: "d2", at: NOW - 1000 }),
  ];
  await here.store.events.dispatch([], { owner: "p", put: [], drop: [], deliveries: [], notices });
  await here.store.notices.told("d1", { at: NOW, via: "backup", title: "T", reference: "m1" });
  return here;
}

test("Rules and routes are shown with what they followed last and what went wrong last, as moments", async () => {
  const { ask } = await stage();
  const [rule] = (await ask("GET", "/api/rules?namespace=prod")).json.items;
  expect(rule).toMatchObject({
    ...{ namespace: "prod", name: "r" },
    lastFired: { at: "2026-11-25T12:00:00.000Z", event: 7, id: "e7", type: "github.issues" },
    lastError: { at: "2026-11-25T12:00:00.001Z", event: 7, code: "TIMEOUT" },
  });
  const { items } = (await ask("GET", "/api/routes")).json;
  expect(items.map((one: object) => Object.keys(one).filter((name) => name.startsWith("last")))).toEqual([[], []]);
});

test("notifications come newest first in pages, each with what became of it, and only of namespaces that one may see", async () => {
  const { ask, token } = await filled();
  const viewer = await token("viewer");
  const first = (await ask("GET", "/api/notifications?limit=2", { token: viewer })).json;
  expect(first.items).toMatchObject([
    { namespace: "prod", state: "gone" },
    { kind: "hold", reason: "Throttled", eventCount: 2, until: "2026-11-25T12:00:05.000Z" },
  ]);
  const second = (await ask("GET", `/api/notifications?limit=2&cursor=${first.next}`, { token: viewer })).json;
  expect(second).toMatchObject({ items: [{ state: "done", told: { via: "backup", reference: "m1" } }] });
  expect(second.next).toBeUndefined();
  const bound = await token("viewer", { name: "bound", namespaces: ["default"] });
  const own = (await ask("GET", "/api/notifications", { token: bound })).json.items;
  expect(own.map(({ namespace }: { namespace: string }) => namespace)).toEqual(["default", "default"]);
  expect((await ask("GET", "/api/notifications?namespace=prod", { token: bound })).status).toBe(403);
  expect((await ask("GET", "/api/routes", { token: bound })).json.items).toEqual([
    { namespace: "default", name: "ops", generation: 1, conditions: [], routes: 1, receivers: ["chat"] },
  ]);
});

test("an event is shown with what routes did with it, the oldest first, and with nothing of another one", async () => {
  const { ask, store } = await filled();
  await store.events.accept([newEvent({ receivedAt: NOW }), newEvent({ id: "2", receivedAt: NOW })]);
  const notices = [notice({ kind: "withhold", reason: "Silenced", events: [2], by: "s1", at: NOW + 1 })];
  await store.events.dispatch([], { owner: "p", put: [], drop: [], deliveries: [], notices });
  expect((await ask("GET", "/api/events/1")).json.notices).toMatchObject([
    { kind: "notify", receiver: "chat", state: "done", told: { via: "backup", at: "2026-11-25T12:00:00.000Z" } },
    { kind: "hold", reason: "Throttled", until: "2026-11-25T12:00:05.000Z" },
  ]);
  expect((await ask("GET", "/api/events/2")).json.notices).toMatchObject([
    { kind: "withhold", reason: "Silenced", events: [2], by: "s1" },
  ]);
});

test("statistics have the total and what was held back", async () => {
  const { ask, token } = await filled();
  const viewer = await token("viewer");
  const stats = async (query: string) => (await ask("GET", `/api/notifications/stats${query}`, { token: viewer })).json;
  expect(await stats("")).toMatchObject({ total: 2, delivered: 1, failed: 1, suppressed: { throttled: 2 } });
  expect(await stats("?since=2026-11-25T12:00:00Z")).toMatchObject({ total: 1, receivers: { chat: { delivered: 1 } } });
  expect((await ask("GET", "/api/notifications/stats?since=soon", { token: viewer })).status).toBe(400);
});

test("an operator makes and ends silences of its namespaces, on record; a viewer does not", async () => {
  const { ask, token, store } = await filled();
  const operator = await token("operator", { namespaces: ["prod"] });
  const json = { namespace: "prod", matchers: ["type=deploy"], duration: "2h", comment: "moving" };
  const { status, json: made } = await ask("POST", "/api/silences", { token: operator, json });
  expect([status, made]).toMatchObject([
    201,
    { state: "active", createdBy: "token:operator-1", endsAt: "2026-11-25T14:00:00.000Z" },
  ]);
  const viewer = await token("viewer");
  expect((await ask("GET", "/api/silences", { token: viewer })).json.items).toMatchObject([{ id: made.id }]);
  expect((await ask("POST", "/api/silences", { token: viewer, json })).status).toBe(403);
  const foreign = { ...json, namespace: "default" };
  expect((await ask("POST", "/api/silences", { token: operator, json: foreign })).status).toBe(403);
  const end = (namespace: string, by = operator) =>
    ask("DELETE", `/api/silences/${namespace}/${made.id}`, { token: by });
  expect((await end("prod", viewer)).status).toBe(403);
  expect((await end("default")).status).toBe(403);
  expect((await end("prod")).status).toBe(204);
  expect((await end("prod")).status).toBe(404);
  expect((await ask("GET", "/api/silences", { token: viewer })).json.items).toEqual([]);
  expect((await ask("GET", "/api/silences?all=true", { token: viewer })).json.items).toHaveLength(1);
  const actions = (await store.audit.audit({ resourceType: "silence", limit: 9 })).map(({ action }) => action);
  expect(actions).toContain("silence.add");
  expect(actions).toContain("silence.expire");
});

test.each([
  [{ matchers: ["a==b"], duration: "1h" }, /column/],
  [{ matchers: ["a=b"] }, /one of the two/],
  [{ matchers: ["a=~.*"], duration: "1h" }, /cover everything/],
])("a silence of %j is refused", async (json, message) => {
  const { ask, token, store } = await filled();
  const answer = await ask("POST", "/api/silences", { token: await token("operator"), json });
  expect([answer.status, answer.json.detail]).toEqual([422, expect.stringMatching(message)]);
  expect(await store.notices.silences({})).toEqual([]);
});
