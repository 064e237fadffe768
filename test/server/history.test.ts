/** Events, deliveries and records over HTTP: pages, filters, what is shown to whom, replays. */
import { describe, expect, test } from "vitest";
import { deadLetters, newEvent, type Stage, stage } from "./fixture.ts";

/** Follows `next` to the last page. */
async function allPages({ ask }: Stage, path: string): Promise<{ items: Record<string, unknown>[]; pages: number }> {
  const items: Record<string, unknown>[] = [];
  for (let cursor = "", pages = 1; ; pages++) {
    const { json, status } = await ask("GET", `${path}${cursor && `&cursor=${cursor}`}`);
    expect(status).toBe(200);
    items.push(...json.items);
    if (json.next === undefined) return { items, pages };
    cursor = json.next;
  }
}

const many = (count: number) => Array.from({ length: count }, (_, at) => newEvent({ id: `e${at}` }));

describe("lists", () => {
  test("come in pages that together hold everything once, in order", async () => {
    const here = await stage();
    const seqs = await deadLetters(here.store, many(7));
    const events = await allPages(here, "/api/events?limit=3");
    expect([events.items.map(({ seq }) => seq), events.pages]).toEqual([seqs.toReversed(), 3]);
    const deliveries = await allPages(here, "/api/deliveries?limit=3");
    expect([deliveries.items.map(({ event }) => event), deliveries.pages]).toEqual([seqs, 3]);
  });

  test("whose last page is full end there", async () => {
    const here = await stage();
    await deadLetters(here.store, many(4));
    expect((await allPages(here, "/api/events?limit=2")).pages).toBe(2);
  });

  test("go on where they were when something new comes in between", async () => {
    const { ask, store } = await stage();
    await store.events.accept(many(4));
    const first = (await ask("GET", "/api/events?limit=2")).json;
    await store.events.accept([newEvent({ id: "new" })]);
    const second = (await ask("GET", `/api/events?limit=2&cursor=${first.next}`)).json;
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(["e3", "e2", "e1", "e0"]);
  });

  test("take a cursor of their own only", async () => {
    const here = await stage();
    await deadLetters(here.store, many(2));
    const { next } = (await here.ask("GET", "/api/events?limit=1")).json;
    expect((await here.ask("GET", `/api/deliveries?limit=1&cursor=${next}`)).status).toBe(400);
    expect((await here.ask("GET", `/api/audit/logs?cursor=${next}`)).status).toBe(400);
  });

  test.each([
    ["/api/events?type=github.issues", 1],
    ["/api/events?type=github.*", 0],
    ["/api/events?state=pending", 1],
    ["/api/events?namespace=prod", 1],
    ["/api/events?integration=default/gh", 1],
    ["/api/events?trace=0af7651916cd43dd8448eb211c80319c", 2],
    ["/api/deliveries?state=dead", 1],
    ["/api/deliveries?state=done", 0],
    ["/api/deliveries?target=r", 1],
    ["/api/deliveries?event=999", 0],
  ])("%s holds %i", async (path, count) => {
    const { ask, store } = await stage();
    await deadLetters(store, [newEvent({ integration: "default/gh" })]);
    await store.events.accept([newEvent({ id: "2", namespace: "prod", type: "other" })]);
    expect((await ask("GET", path)).json.items).toHaveLength(count);
  });
});

describe("message bodies", () => {
  const places = ["/api/events?", "/api/events/1?", "/api/deliveries?"];

  test.each(places)("are not in %s unless asked for, and only an operator may ask", async (path) => {
    const { ask, store, token } = await stage();
    await deadLetters(store, [newEvent()]);
    const [viewer, operator] = [await token("viewer"), await token("operator")];
    expect((await ask("GET", path, { token: operator })).text).not.toContain("planted-body");
    expect((await ask("GET", `${path}data=true`, { token: operator })).text).toContain("planted-body");
    const refused = await ask("GET", `${path}data=true`, { token: viewer });
    expect([refused.status, refused.text.includes("planted-body")]).toEqual([403, false]);
  });

  test("come as the text that was sent, whatever is in it", async () => {
    const { ask, store } = await stage();
    const data = '{"a":"\\u0000\\ud800","n":12345678901234567890}';
    await store.events.accept([newEvent({ data })]);
    expect((await ask("GET", "/api/events/1?data=true")).json.event.data).toBe(data);
  });
});

describe("an event", () => {
  test("is shown with what followed and each attempt, and with what did not match", async () => {
    const { ask, store } = await stage();
    await deadLetters(store, [newEvent()]);
    const { json } = await ask("GET", "/api/events/1");
    expect(json.event).toMatchObject({
      seq: 1,
      state: "dispatched",
      note: "rule other: type differs",
      receivedAt: "2026-11-25T12:00:00.000Z",
    });
    expect(json.deliveries).toMatchObject([
      { id: "default/r/1", state: "dead", history: [{ outcome: "dead", code: "AUTH", step: "announce" }] },
    ]);
  });

  test("of another namespace is as unknown as one that is not there", async () => {
    const { ask, store, token } = await stage();
    await deadLetters(store, [newEvent()]);
    const bound = await token("operator", { namespaces: ["prod"] });
    const [other, none] = [
      await ask("GET", "/api/events/1", { token: bound }),
      await ask("GET", "/api/events/99", { token: bound }),
    ];
    expect([other.status, other.json.detail]).toEqual([404, none.json.detail]);
    expect((await ask("POST", "/api/events/1/replay", { token: bound })).status).toBe(404);
    expect((await ask("POST", "/api/deliveries/default%2Fr%2F1/replay", { token: bound })).status).toBe(404);
    expect((await store.events.delivery("default/r/1"))?.state).toBe("dead");
  });
});

describe("a replay", () => {
  test("brings a dead delivery back once, and the audit log has it", async () => {
    const { ask, store, token } = await stage();
    await deadLetters(store, [newEvent()]);
    const operator = await token("operator");
    const path = "/api/deliveries/default%2Fr%2F1/replay";
    expect((await ask("POST", path, { token: operator })).json).toEqual({ replayed: 1 });
    expect((await store.events.delivery("default/r/1"))?.state).toBe("waiting");
    expect((await ask("POST", path, { token: operator })).status).toBe(409);
    expect(await store.audit.audit({ limit: 9 })).toMatchObject([
      { action: "delivery.replay", outcome: "failed", details: { code: "Conflict" } },
      { action: "delivery.replay", outcome: "done", actor: "token:operator-1", resourceId: "default/r/1" },
    ]);
  });

  test("of an event makes it pending again", async () => {
    const { ask, store } = await stage();
    await deadLetters(store, [newEvent()]);
    expect((await ask("POST", "/api/events/1/replay")).status).toBe(202);
    expect((await store.events.event(1))?.state).toBe("pending");
    expect((await ask("POST", "/api/events/2/replay")).status).toBe(404);
  });
});

describe("posted events", () => {
  const post = (here: Stage, event: object, more: object = {}) =>
    here.ask("POST", "/api/events", {
      body: JSON.stringify(event),
      headers: { "content-type": "application/cloudevents+json" },
      ...more,
    });

  test("are taken in under the token's namespace", async () => {
    const here = await stage();
    const token = await here.token("operator", { namespaces: ["prod"] });
    const reply = await post(here, { id: "a", source: "/x" }, { token });
    expect([reply.status, reply.json]).toEqual([202, { events: [{ id: "a", seq: 1, outcome: "stored" }] }]);
    expect(await here.store.events.event(1)).toMatchObject({ namespace: "prod", trace: reply.headers["x-trace-id"] });
    expect((await post(here, { id: "a", source: "/x" }, { token })).json.events[0].outcome).toBe("duplicate");
  });

  test.each([
    "/default/gh",
    "/prod/slack",
    "/default/./gh",
    "/default/x/../gh",
    "/default/%67h",
    "//default/gh/..//",
    "/default//gh",
    "/default/gh/",
    "/DEFAULT/GH",
    "default/gh",
    "/default/gh?x=1",
    "/default/gh#x",
  ])("that say they come from %s are judged by what that means", async (source) => {
    const here = await stage();
    const reply = await post(here, [
      { id: "ok", source: "/x" },
      { id: "a", source },
    ]);
    const forged = source !== "//default/gh/..//";
    expect([reply.status, reply.json.code]).toEqual(forged ? [403, "ReservedSource"] : [202, undefined]);
    if (forged) expect(reply.json.detail).toContain("of event 1");
    expect(await here.store.events.events({ limit: 9 })).toHaveLength(forged ? 0 : 2);
  });

  test.each(["/elsewhere/gh", "https://ci.example.com/default/gh", "urn:x:default/gh", "/default", "/default/gh2"])(
    "may come from %s",
    async (source) => {
      expect((await post(await stage(), { id: "a", source })).status).toBe(202);
    },
  );
});

describe("records", () => {
  test("of refusals hold the reason for the operator", async () => {
    const { ask, store, token } = await stage();
    const refusal = {
      at: 1000,
      status: 401,
      reason: "StaleTimestamp",
      message: "3600 s behind",
      trace: "a".repeat(32),
    };
    await store.events.refuse([
      { ...refusal, integration: "default/gh" },
      { ...refusal, integration: "prod/gh" },
      refusal,
    ]);
    const { items } = (await ask("GET", "/api/refusals?integration=default/gh")).json;
    expect(items).toEqual([{ ...refusal, integration: "default/gh", at: "1970-01-01T00:00:01.000Z" }]);
    expect((await ask("GET", "/api/refusals?limit=2")).json.items).toHaveLength(2);
    const first = (await ask("GET", "/api/refusals?limit=2")).json;
    const second = (await ask("GET", `/api/refusals?limit=2&cursor=${first.next}`)).json;
    expect([second.items, second.next]).toEqual([[expect.objectContaining({ integration: "default/gh" })], undefined]);
    const bound = await token("viewer", { namespaces: ["prod"] });
    const seen = (await ask("GET", "/api/refusals", { token: bound })).json.items;
    expect(seen.map(({ integration }: { integration: string }) => integration)).toEqual(["prod/gh"]);
  });

  test("of who did what are filtered by resource, newest first, in pages", async () => {
    const { ask, store, token } = await stage();
    const operator = await token("operator");
    for (const name of ["gh", "acme-slack", "gh"]) {
      await ask("POST", `/api/integrations/${name}/execute`, {
        token: operator,
        json: { action: "send_message", parameters: { text: "planted-body" } },
      });
    }
    const list = async (query: string) => (await ask("GET", `/api/audit/logs?${query}`, { token: operator })).json;
    expect(
      (await list("resource_type=integration&resource_id=default/gh")).items.map(({ seq }: { seq: number }) => seq),
    ).toEqual([3, 1]);
    expect((await list("actor=token:operator-1&limit=2")).next).toMatch(/\w/);
    expect((await list("resource_type=rule")).items).toEqual([]);
    const all = await list("limit=10");
    expect(all.items[0]).toMatchObject({
      action: "execute",
      actor: "token:operator-1",
      outcome: "done",
      details: { action: "send_message" },
    });
    expect(JSON.stringify(all)).not.toContain("planted-body");
    const bound = await token("operator", { namespaces: ["default"] });
    expect((await ask("GET", "/api/audit/logs?resource_id=default/gh", { token: bound })).json.items).toHaveLength(2);
    expect(await Array.fromAsync(store.audit.auditTrail())).toHaveLength(3);
  });

  test("are not made of what only reads", async () => {
    const { ask, store } = await stage();
    await ask("GET", "/api/rules");
    await ask("POST", "/api/integrations/gh/test");
    await ask("POST", "/api/webhooks/gh", { body: "{}" });
    await ask("POST", "/api/integrations/none/execute", { json: { action: "a" } });
    expect(await store.audit.audit({ limit: 9 })).toEqual([]);
  });
});
