import { expect, test } from "vitest";
import type { Events } from "../../src/connector-kit/event-contract.ts";
import { events as github } from "../../src/connectors/github/events.ts";
import { createReceiver, MAX_BODY } from "../../src/events/receive.ts";
import { StoreError } from "../../src/store/index.ts";
import { VirtualClock } from "../support/clock.ts";
import { endpointOf, githubRequest, layer, recordingLog, SECRET, signature } from "./support.ts";

const endpoint = endpointOf("github", "gh", github, { webhookSecret: SECRET });
const body = '{"action":"opened","issue":{"number":1},"repository":{"full_name":"o/r"},"id":12345678901234567890}';
const fixed = () => new VirtualClock({ auto: false });

test("an authentic webhook is in the inbox as a CloudEvent of its Integration, with the text that came", async () => {
  const { receiver, store, clock } = await layer({ clock: fixed() });
  expect(await receiver.receive(endpoint, githubRequest(body))).toEqual({ status: 200 });
  const [event] = await store.events.events({ limit: 5 });
  expect(event).toMatchObject({
    ...{ namespace: "default", integration: "default/gh", platform: "github", source: "/default/gh", id: "d1" },
    ...{ type: "github.issues", subject: "o/r#1", data: body, receivedAt: clock.now(), hops: 0 },
  });
  expect(event?.signedHash).toMatch(/^[0-9a-f]{64}$/);
});

test("an Integration that lacks a setting has its sender come again, and the operator reads which", async () => {
  const { receiver, store } = await layer({ clock: fixed() });
  const answer = receiver.notConfigured("default/gh", githubRequest(body), "connection.url: NAME is not set.");
  expect(answer).toEqual({ status: 503, headers: { "retry-after": "30" } });
  await receiver.written();
  expect(await store.events.refusals({ limit: 1 })).toMatchObject([
    { integration: "default/gh", reason: "NotConfigured", status: 503, message: "connection.url: NAME is not set." },
  ]);
});

const unset = "credentials.webhookSecret: the environment variable HOOK is not set.";

test("without the secret that proves a webhook its sender comes again, and record and log name field and reference", async () => {
  const { receiver, store, log } = await layer({ clock: fixed() });
  const without = { ...endpointOf("github", "gh", github, {}), faults: { webhookSecret: unset, token: "other" } };
  const asked = await receiver.receive(without, githubRequest(body));
  expect(asked).toEqual({ status: 503, headers: { "retry-after": "30" } });
  await receiver.written();
  expect(await store.events.refusals({ limit: 2 })).toMatchObject([{ reason: "NotConfigured", message: unset }]);
  expect(log.lines).toMatchObject([{ level: "warn", fields: { reason: "NotConfigured" }, message: unset }]);
  // What needs no secret is judged first, and what other secrets lack is no matter.
  expect((await receiver.receive(without, { ...githubRequest(body), method: "PUT" })).status).toBe(405);
  const proven = { ...endpoint, faults: { token: "credentials.token: the environment variable T is not set." } };
  expect((await receiver.receive(proven, githubRequest(body))).status).toBe(200);
});

test.each<{
  what: string;
  status: number;
  reason: string;
  says: RegExp;
  change: (request: ReturnType<typeof githubRequest>) => object;
}>([
  {
    what: "no signature",
    status: 401,
    reason: "NotAuthentic",
    says: /X-Hub-Signature-256 is missing/,
    change: ({ headers: { "x-hub-signature-256": _, ...headers } }) => ({ headers }),
  },
  {
    what: "an altered byte",
    status: 401,
    reason: "NotAuthentic",
    says: /signature is wrong/,
    change: () => ({ body: Buffer.from(body.replace("opened", "openeD")) }),
  },
  { what: "another method", status: 405, reason: "MethodNotAllowed", says: /PUT/, change: () => ({ method: "PUT" }) },
  {
    what: "an unexpected type",
    status: 415,
    reason: "UnexpectedType",
    says: /application\/xml/,
    change: ({ headers }) => ({ headers: { ...headers, "content-type": "application/xml; x=1" } }),
  },
  {
    what: "a compressed body",
    status: 415,
    reason: "CompressedBody",
    says: /gzip/,
    change: ({ headers }) => ({ headers: { ...headers, "content-encoding": "gzip" } }),
  },
])(
  "$what is $status without a hint for the sender, and a reason for the operator",
  async ({ status, reason, says, change }) => {
    const { receiver, store, log } = await layer({ clock: fixed() });
    const request = githubRequest(body);
    const answer = await receiver.receive(endpoint, { ...request, ...change(request) });
    expect(answer).toEqual({ status, headers: status === 405 ? { allow: "POST" } : {} });
    await receiver.written();
    expect(await store.events.events({ limit: 5 })).toEqual([]);
    const [refusal] = await store.events.refusals({ limit: 5 });
    expect(refusal).toMatchObject({
      status,
      reason,
      integration: "default/gh",
      remoteAddress: "203.0.113.9",
      message: expect.stringMatching(says),
    });
    expect(log.lines).toMatchObject([{ level: "warn", message: refusal?.message }]);
    expect(JSON.stringify([log.lines, refusal])).not.toContain(SECRET);
    expect(JSON.stringify([log.lines, refusal])).not.toContain(signature(body).slice(7));
  },
);

test.each(["{", "[1]", '"x"', "\xff", `{"a":${"[".repeat(500)}${"]".repeat(500)}}`])(
  "%s under a right signature is 400, and its text is in no message",
  async (text) => {
    const { receiver, store } = await layer({ clock: fixed() });
    const request = githubRequest(Buffer.from(text, "latin1"));
    expect((await receiver.receive(endpoint, request)).status).toBe(400);
    await receiver.written();
    expect(await store.events.refusals({ limit: 1 })).toMatchObject([{ reason: "Unreadable" }]);
    expect(await store.events.events({ limit: 1 })).toEqual([]);
  },
);

test("what was too large to be read is on record as such", async () => {
  const { receiver, store } = await layer({ clock: fixed() });
  receiver.tooLarge("default/gh", githubRequest(""));
  await receiver.written();
  expect(await store.events.refusals({ limit: 1 })).toMatchObject([
    {
      integration: "default/gh",
      reason: "TooLarge",
      status: 413,
      message: `The body has more than ${MAX_BODY} bytes.`,
    },
  ]);
});

test("a body of the limit is taken and one byte more is 413, before anything is read of it", async () => {
  const { receiver } = await layer({ clock: fixed() });
  const padded = (size: number) => body.padEnd(size, " ");
  expect((await receiver.receive(endpoint, githubRequest(padded(MAX_BODY)))).status).toBe(200);
  expect((await receiver.receive(endpoint, githubRequest(padded(MAX_BODY + 1), { id: "d2" }))).status).toBe(413);
});

test("the same bytes under another id are answered 200 and do nothing, those of a timed signature are an event", async () => {
  const { receiver, store } = await layer({ clock: fixed() });
  await receiver.receive(endpoint, githubRequest(body));
  expect((await receiver.receive(endpoint, githubRequest(body, { id: "d2" }))).status).toBe(200);
  expect(await store.events.events({ limit: 5 })).toMatchObject([{ id: "d1", repeats: 1 }]);
  const timed: Events = { ...github, authenticate: { ...(github.authenticate as object), remember: false } as never };
  const other = endpointOf("github", "timed", timed, { webhookSecret: SECRET });
  await receiver.receive(other, githubRequest(body));
  await receiver.receive(other, githubRequest(body, { id: "d2" }));
  expect(await store.events.events({ integration: "default/timed", limit: 5 })).toHaveLength(2);
});

test("two events of one request are both stored, and both are replays when its bytes come again", async () => {
  const { receiver, store } = await layer({ clock: fixed() });
  let round = 0;
  const twice: Events = {
    ...github,
    parse: () => [1, 2].map((n) => ({ id: `${round}-${n}`, name: "push", data: { n } })),
  };
  const both = endpointOf("github", "gh", twice, { webhookSecret: SECRET });
  await receiver.receive(both, githubRequest(body));
  round = 1;
  await receiver.receive(both, githubRequest(body));
  expect((await store.events.events({ limit: 9 })).map(({ id, repeats }) => [id, repeats])).toEqual([
    ["0-2", 1],
    ["0-1", 1],
  ]);
});

test("a handshake is answered only to who signs it, and nothing is stored", async () => {
  const { receiver, store } = await layer({ clock: fixed() });
  const shaking = endpointOf(
    "github",
    "gh",
    { ...github, handshake: () => ({ status: 200, body: "challenge" }) },
    { webhookSecret: SECRET },
  );
  expect(await receiver.receive(shaking, githubRequest(body))).toEqual({ status: 200, body: "challenge" });
  const forged = githubRequest(body, { "x-hub-signature-256": signature("x") });
  expect(await receiver.receive(shaking, forged)).toEqual({ status: 401, headers: {} });
  expect(await store.events.events({ limit: 1 })).toEqual([]);
});

test("a full queue is 429 with the time to come again, and the queue is counted at most once a second", async () => {
  const { receiver, store, clock } = await layer({ clock: fixed(), maxOpen: 2 });
  const send = (n: number) => receiver.receive(endpoint, githubRequest(`${body}${" ".repeat(n)}`, { id: `d${n}` }));
  expect([(await send(1)).status, (await send(2)).status]).toEqual([200, 200]);
  expect(await send(3)).toEqual({ status: 429, headers: { "retry-after": "30" } });
  for (const { seq } of await store.events.pending(5))
    await store.events.dispatch([{ seq, state: "dispatched", deliveries: [] }]);
  expect((await send(3)).status).toBe(429);
  await clock.advance(1000);
  expect((await send(3)).status).toBe(200);
});

test("a store that cannot write is 503, with the reason for the operator", async () => {
  const refused: unknown[] = [];
  const takeIn = async () => Promise.reject(new StoreError("Full", "The disk is full."));
  const store = { refuse: async (refusals: readonly unknown[]) => void refused.push(...refusals) };
  const pressure = { full: async () => false, added: () => undefined };
  const receiver = createReceiver({ store, takeIn, pressure, clock: fixed(), newId: () => "1", log: recordingLog() });
  expect(await receiver.receive(endpoint, githubRequest(body))).toEqual({
    status: 503,
    headers: { "retry-after": "30" },
  });
  await receiver.written();
  expect(refused).toMatchObject([{ status: 503, reason: "StoreUnavailable", message: "The disk is full." }]);
});

test("of a flood of refused requests some are recorded and all are answered", async () => {
  const { receiver, store } = await layer({ clock: fixed() });
  const forged = githubRequest(body, { "x-hub-signature-256": signature("x") });
  const answers = await Promise.all(Array.from({ length: 500 }, () => receiver.receive(endpoint, forged)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
  await receiver.written();
  const kept = await store.events.refusals({ limit: 1000 });
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.length).toBeLessThanOrEqual(500);
});

test("what a connector answers to other methods needs no secret and leads to no event; the rest of them are 405", async () => {
  const { receiver, store } = await layer({ clock: fixed() });
  const asking: Events = {
    ...github,
    preflight: ({ method, headers }) => (method === "OPTIONS" && headers.hello ? { status: 200 } : undefined),
  };
  const asked = endpointOf("github", "gh", asking, {});
  const request = { ...githubRequest(body), headers: { hello: "1" } };
  expect(await receiver.receive(asked, { ...request, method: "OPTIONS" })).toEqual({ status: 200 });
  expect((await receiver.receive(asked, { ...request, method: "GET" })).status).toBe(405);
  expect((await receiver.receive(asked, request)).status).toBe(401);
  expect(await store.events.events({ limit: 5 })).toEqual([]);
});

test.each([true, undefined])(
  "what takes it in is given data with all digits, whether the connector read them (exact: %s) or not",
  async (exact) => {
    const given: unknown[] = [];
    const text = '{"id":12345678901234567890}';
    const data = exact ? { id: 12345678901234567890n } : JSON.parse(text);
    const receiver = createReceiver({
      store: { refuse: async () => undefined },
      takeIn: async (_events, known = []) => {
        given.push(...known.map((one) => one?.data));
        return [{ outcome: "stored", seq: 1 }];
      },
      pressure: { full: () => false, added: () => undefined },
      clock: fixed(),
      newId: () => "n",
      log: recordingLog(),
    });
    const parse = () => [{ id: "d1", name: "issues", data, text, ...(exact ? { exact } : {}) }];
    const reads = endpointOf("github", "gh", { ...github, parse }, { webhookSecret: SECRET });
    expect(await receiver.receive(reads, githubRequest(body))).toEqual({ status: 200 });
    expect(given).toEqual([{ id: 12345678901234567890n }]);
  },
);
