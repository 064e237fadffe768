/** `POST /api/events` signed by Standard Webhooks: over HTTP, with the real inbox. */
import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { type PostedEventsOptions, postedEventsPart, type Senders } from "../../src/controller/parts/posted-events.ts";
import { silentLog } from "../../src/events/log.ts";
import { createPressure } from "../../src/events/pressure.ts";
import { provenSender } from "../../src/events/senders.ts";
import { StoreError } from "../../src/store/types.ts";
import { NOW, type Stage, stage } from "../server/fixture.ts";

const secretOf = (letter: string) => `whsec_${Buffer.from(letter.repeat(32)).toString("base64")}`;
const [CI, CI_BEFORE, TEAM] = [secretOf("a"), secretOf("b"), secretOf("c")];
const SECONDS = NOW / 1000;
/** What makes a request one of another host, as far as rights go. */
const elsewhere = { "x-forwarded-for": "203.0.113.9" };

const event = (id: string, more: object = {}) =>
  JSON.stringify({ specversion: "1.0", id, source: "/ci", type: "com.example.deployed", data: { n: 1 }, ...more });

interface Sent {
  secret?: string;
  seconds?: number | string;
  id?: string;
  type?: string;
  family?: "webhook" | "svix";
  headers?: Record<string, string>;
}

function signed(
  body: string,
  { secret = CI, seconds = SECONDS, id = "msg_1", family = "webhook", ...more }: Sent = {},
) {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64");
  return {
    "content-type": more.type ?? "application/cloudevents+json",
    [`${family}-id`]: id,
    [`${family}-timestamp`]: String(seconds),
    [`${family}-signature`]: `v1a,xxxx v1,${signature}`,
    ...elsewhere,
    ...more.headers,
  };
}

const configured: Senders["senders"] = [
  { name: "ci", namespace: "default", secrets: [CI, CI_BEFORE] },
  { name: "team-ci", namespace: "team", secrets: [TEAM] },
];

/** @param given what stands in for the inbox that the server has. */
async function world(senders: Senders["senders"] = configured, given: Partial<PostedEventsOptions> = {}) {
  let written = () => Promise.resolve();
  const it = await stage({
    parts: ({ store, now }) => {
      const events = postedEventsPart({
        store: store.events as Stage["store"]["events"],
        pressure: createPressure(store.events as Stage["store"]["events"], () => 0),
        clock: { now, monotonic: () => 0 },
        senders: async () => ({ senders, origins: ["eventgrid.azure.net", "*.example.com"], faults: [] }),
        log: silentLog,
        takeIn: (events) => (store.events as Stage["store"]["events"]).accept(events),
        ...given,
      });
      written = () => events.written();
      return { events };
    },
  });
  return {
    ...it,
    post: (body: string, headers: Record<string, string>, query = "") =>
      it.ask("POST", `/api/events${query}`, { body, headers }),
    stored: async () => (await it.store.events.events({ limit: 10 })).map(({ namespace, id }) => `${namespace} ${id}`),
    async refusals() {
      await written();
      return it.store.events.refusals({ limit: 10 });
    },
  };
}

test("who signs with a secret of the operator's needs no token and no loopback, and the secret says in which namespace", async () => {
  const { post, stored } = await world();
  expect((await post(event("1"), elsewhere)).status).toBe(401);
  expect((await post(event("1"), signed(event("1")))).status).toBe(202);
  expect((await post(event("2"), signed(event("2"), { secret: CI_BEFORE, family: "svix" }))).status).toBe(202);
  const batch = `[${event("3")},${event("4")}]`;
  const type = "application/cloudevents-batch+json";
  expect((await post(batch, signed(batch, { secret: TEAM, type }))).status).toBe(202);
  expect((await post(event("5"), signed(event("5"), { secret: TEAM }), "?namespace=default")).status).toBe(403);
  expect((await post(event("6"), signed(event("6"), { secret: TEAM }), "?namespace=team")).status).toBe(202);
  expect(await stored()).toEqual(["team 6", "team 4", "team 3", "default 2", "default 1"]);
});

test("what was taken once does nothing when it comes again, signed anew or not", async () => {
  const { post, stored } = await world();
  const outcome = async (seconds: number) =>
    (await post(event("1"), signed(event("1"), { seconds }))).json.events[0].outcome;
  expect([await outcome(SECONDS), await outcome(SECONDS), await outcome(SECONDS + 5)]).toEqual([
    "stored",
    "duplicate",
    "duplicate",
  ]);
  expect(await stored()).toEqual(["default 1"]);
});

const wrong: readonly { what: string; headers: Record<string, string>; says: RegExp }[] = [
  { what: "another body", headers: signed(event("2")), says: /the signature is wrong/ },
  { what: "another secret", headers: signed(event("1"), { secret: secretOf("x") }), says: /the signature is wrong/ },
  { what: "another id", headers: { ...signed(event("1")), "webhook-id": "msg_2" }, says: /the signature is wrong/ },
  { what: "no id", headers: { ...signed(event("1")), "webhook-id": "" }, says: /what is signed is missing/ },
  { what: "an old time", headers: signed(event("1"), { seconds: SECONDS - 301 }), says: /301 s behind/ },
  { what: "a time to come", headers: signed(event("1"), { seconds: SECONDS + 301 }), says: /301 s ahead/ },
  { what: "no time", headers: signed(event("1"), { seconds: "now" }), says: /no number/ },
  { what: "no signature", headers: { ...signed(event("1")), "webhook-signature": "v1,x" }, says: /no signature/ },
];

test("a signature that is missing, wrong or stale is 401 without a reason, nothing is stored, and the operator reads why", async () => {
  const { post, stored, refusals } = await world();
  for (const { what, headers } of wrong) {
    const reply = await post(event("1"), headers);
    expect([reply.status, reply.json.detail], what).toEqual([401, "The request was not authenticated."]);
  }
  expect(await stored()).toEqual([]);
  const known = wrong.map(({ says }) => ({
    status: 401,
    reason: "NotAuthentic",
    message: expect.stringMatching(says),
  }));
  expect(await refusals()).toMatchObject(known.toReversed());
});

test("a signature covers no headers, so that binary mode is not taken from who only signs", async () => {
  const { post, stored, refusals } = await world();
  const attributes = { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/ci", "ce-type": "t" };
  const reply = await post("{}", signed("{}", { type: "application/json", headers: attributes }));
  expect([reply.status, reply.json.detail]).toEqual([415, expect.stringContaining("application/cloudevents+json")]);
  expect(await stored()).toEqual([]);
  expect(await refusals()).toMatchObject([{ status: 415, reason: "UnexpectedType" }]);
});

test("a token decides where there is one, and a signed event may not say that it is an Integration's or ours", async () => {
  const { post, stored, refusals } = await world();
  const wrong = { ...signed(event("1")), authorization: "Bearer plt_none" };
  expect((await post(event("1"), wrong)).status).toBe(401);
  const forged = event("1", { source: "/default/gh" });
  expect((await post(forged, signed(forged))).status).toBe(403);
  const own = event("1", { type: "plumbline.drift.detected" });
  expect((await post(own, signed(own))).status).toBe(403);
  expect(await stored()).toEqual([]);
  const known = [{ reason: "ReservedType" }, { reason: "ReservedSource", message: expect.stringContaining("source") }];
  expect(await refusals()).toMatchObject(known.map((one) => ({ status: 403, ...one })));
});

test("a body over the limit is 413 and on record once, by whoever it is", async () => {
  const { ask, post, stored, refusals, token } = await world();
  const big = event("1", { data: "x".repeat(1024 * 1024) });
  const headers = signed(big);
  expect((await post(big, headers)).json.code).toBe("TooLarge");
  const bearer = await token("operator");
  expect((await ask("POST", "/api/events", { token: bearer, body: big, headers })).status).toBe(413);
  expect(await stored()).toEqual([]);
  const known = { status: 413, reason: "TooLarge", message: "The body has more than 1048576 bytes." };
  expect(await refusals()).toEqual([expect.objectContaining(known), expect.objectContaining(known)]);
  // What is asked to do something else is no event.
  expect(
    (await ask("POST", "/api/silences", { body: big, token: bearer, headers: { "content-type": "application/json" } }))
      .status,
  ).toBe(413);
  expect(await refusals()).toHaveLength(2);
});

test("while the queue is full nothing is taken: 429 with the time to come again, on record", async () => {
  let isFull = true;
  let taken = 0;
  const pressure: PostedEventsOptions["pressure"] = {
    full: async () => isFull,
    added(events) {
      taken += events;
    },
  };
  const { post, stored, refusals } = await world(configured, { pressure });
  const reply = await post(event("1"), signed(event("1")));
  expect([reply.status, reply.headers["retry-after"], reply.json.code]).toEqual([429, "30", "Unavailable"]);
  expect([await stored(), taken]).toEqual([[], 0]);
  expect(await refusals()).toMatchObject([{ status: 429, reason: "QueueFull" }]);
  isFull = false;
  const batch = `[${event("1")},${event("2")},${event("1")}]`;
  const type = "application/cloudevents-batch+json";
  expect((await post(batch, signed(batch, { type }))).status).toBe(202);
  // A duplicate is no longer a queue.
  expect([await stored(), taken]).toEqual([["default 2", "default 1"], 2]);
});

test("a store that cannot be written is 503 with the time to come again, and its own words are the operator's", async () => {
  const recorded: unknown[] = [];
  const { post } = await world(configured, {
    takeIn: async () => Promise.reject(new StoreError("Full", "The disk of db-7 is full.")),
    store: { refuse: async (refusals) => void recorded.push(...refusals) },
  });
  const reply = await post(event("1"), signed(event("1")));
  expect([reply.status, reply.headers["retry-after"], reply.json.code]).toEqual([503, "30", "Unavailable"]);
  expect(reply.text).not.toContain("db-7");
  expect(recorded).toMatchObject([{ status: 503, reason: "StoreUnavailable", message: "The disk of db-7 is full." }]);
});

test("without senders every signature is refused, and one secret of two namespaces proves nothing", async () => {
  const none = await world([]);
  expect((await none.post(event("1"), signed(event("1")))).status).toBe(401);
  expect((await none.refusals())[0]?.message).toContain("events.senders");
  const request = { headers: signed(event("1")), query: {}, body: Buffer.from(event("1")) };
  const [first = { name: "", namespace: "", secrets: [] }] = configured;
  expect(provenSender([first, { ...first, name: "other" }], request, NOW)).toEqual({ sender: first });
  expect(provenSender([first, { ...first, name: "other", namespace: "team" }], request, NOW)).toEqual({
    reason: "the senders ci, other have one secret and several namespaces",
  });
});

test("the published test vector is accepted", () => {
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const headers = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  };
  const sender = { name: "ci", namespace: "default", secrets: [secret] };
  const request = { headers, query: {}, body: Buffer.from('{"test": 2432232314}') };
  expect(provenSender([sender], request, 1614265330_000)).toEqual({ sender });
});

const handshakes: readonly { origin: string | undefined; status: number; allowed: string | undefined }[] = [
  { origin: "eventgrid.azure.net", status: 200, allowed: "eventgrid.azure.net" },
  { origin: "EventGrid.azure.net", status: 200, allowed: "EventGrid.azure.net" },
  { origin: "a.example.com", status: 200, allowed: "a.example.com" },
  { origin: "example.com", status: 403, allowed: undefined },
  { origin: "evil-eventgrid.azure.net", status: 403, allowed: undefined },
  { origin: "*", status: 403, allowed: undefined },
  { origin: undefined, status: 204, allowed: undefined },
];

test("the handshake gives leave to the hosts that are named and to no other, without a token", async () => {
  const { ask, stored, refusals } = await world();
  for (const { origin, status, allowed } of handshakes) {
    const asks = origin === undefined ? {} : { "webhook-request-origin": origin, "webhook-request-rate": "120" };
    const { status: got, headers } = await ask("OPTIONS", "/api/events", { headers: { ...elsewhere, ...asks } });
    expect([got, headers["webhook-allowed-origin"], headers["webhook-allowed-rate"]], origin).toEqual([
      status,
      allowed,
      allowed && "*",
    ]);
  }
  expect(await stored()).toEqual([]);
  expect((await refusals()).map(({ status, reason, message }) => [status, reason, message.split(" ")[3]])).toEqual([
    [403, "OriginRefused", "an"],
    [403, "OriginRefused", "evil-eventgrid.azure.net"],
    [403, "OriginRefused", "example.com"],
  ]);
});
