/** What the peer gets: bodies, proofs, repetitions; and what of its answers is told. */
import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { authenticateOf, type Events, verify } from "../../../src/connector-kit/index.ts";
import webhook from "../../../src/connectors/webhook/index.ts";
import { bytesOf } from "../../support/inbound.ts";
import { other, published } from "./requests.ts";
import { act, START, withReceiver } from "./stage.ts";

const { secret } = published;
const events = webhook.events as Events;
const hmac = { header: "x-sign", prefix: "v0=", signed: "v0:{ts}:{method} {url} {id} {body}", timestampHeader: "x-at" };

describe("a body", () => {
  const at = "2026-11-25T12:00:00.000Z";
  test.each([
    ["json", "application/json", { n: 7, t: 'a"b\n\tc' }],
    ["standard", "application/json", { type: "build.done", timestamp: at, data: { n: 7, t: 'a"b\n\tc' } }],
    [
      "cloudevents-structured",
      "application/cloudevents+json; charset=UTF-8",
      {
        specversion: "1.0",
        id: "run-1",
        type: "build.done",
        source: "/acme",
        time: at,
        datacontenttype: "application/json",
        data: { n: 7, t: 'a"b\n\tc' },
      },
    ],
    ["cloudevents-binary", "application/json", { n: 7, t: 'a"b\n\tc' }],
  ])("in the format %s is sent as %s", async (format, type, body) => {
    const { session, receiver } = await withReceiver({ connection: { format, source: "/acme" } });
    const result = await act(session, "send", { body: { n: 7, t: 'a"b\n\tc' }, type: "build.done" });
    expect(result).toEqual({ status: 202, id: "run-1" });
    const [request] = receiver.received;
    expect(request).toMatchObject({ method: "POST", url: "/hook?token=t", headers: { "content-type": type } });
    expect(JSON.parse(request?.body ?? "")).toEqual(body);
  });

  test("goes by the method that is stated", async () => {
    const { session, receiver } = await withReceiver({ connection: { method: "PUT" } });
    await act(session, "send", { body: 1 });
    expect(receiver.received).toMatchObject([{ method: "PUT", body: "1" }]);
  });
});

describe("a CloudEvent", () => {
  const event = { type: "com.example.x", source: "/s", subject: 'café "50%"', time: "2026-01-02T03:04:05Z" };

  test("in the binary mode has its attributes percent-encoded in headers, and its data as the body", async () => {
    const { session, receiver } = await withReceiver({ connection: { format: "cloudevents-binary" } });
    await act(session, "send_cloudevent", { ...event, data: [1] });
    expect(receiver.received).toMatchObject([
      {
        body: "[1]",
        headers: {
          "content-type": "application/json",
          "ce-specversion": "1.0",
          "ce-id": "run-1",
          "ce-type": "com.example.x",
          "ce-source": "/s",
          "ce-subject": "caf%C3%A9%20%2250%25%22",
          "ce-time": "2026-01-02T03:04:05Z",
        },
      },
    ]);
  });

  test("without data has none, in either mode", async () => {
    for (const [format, body] of [
      ["cloudevents-binary", ""],
      ["json", JSON.stringify({ specversion: "1.0", id: "run-1", ...orderOf(event) })],
    ] as const) {
      const { session, receiver } = await withReceiver({ connection: { format } });
      await act(session, "send_cloudevent", event);
      expect(receiver.received.map((request) => request.body)).toEqual([body]);
    }
  });
});

function orderOf({ type, source, subject, time }: Readonly<Record<string, string>>) {
  return { source, time, type, subject };
}

describe("the proof", () => {
  test.each([
    ["basic", { username: "ada", password: "s3same" }, { authorization: "Basic YWRhOnMzc2FtZQ==" }],
    ["bearer", { token: "abcdef" }, { authorization: "Bearer abcdef" }],
    ["header", { token: "abcdef" }, { "x-api-key": "abcdef" }],
  ])("of auth %s is a header", async (auth, credentials, headers) => {
    const { session, receiver } = await withReceiver({ connection: { auth, authHeader: "X-Api-Key" }, credentials });
    await act(session, "send", { body: 1 });
    expect(receiver.received).toMatchObject([{ headers }]);
  });

  test("of Standard Webhooks is right for the body as it was sent, with the secret and the one before", async () => {
    const credentials = { secret, previousSecret: other };
    const { session, receiver } = await withReceiver({ connection: { auth: "standard-webhooks" }, credentials });
    await act(session, "send", { body: { text: "é 🎉 \u2028 \u00e9" } });
    const [request] = receiver.received;
    expect(request?.headers).toMatchObject({ "webhook-id": "run-1", "webhook-timestamp": String(START / 1000) });
    const given = { headers: request?.headers ?? {}, query: {}, body: bytesOf(request?.body) };
    for (const webhookSecret of [secret, other]) {
      expect(verify(authenticateOf(events, {}), given, { webhookSecret }, START)).toEqual({ ok: true });
    }
  });

  test("of a scheme of one's own is made as the scheme says", async () => {
    const connection = { auth: "hmac", hmac: { ...hmac, timestampUnit: "ms", keyEncoding: "hex" }, idHeader: "x-id" };
    const { session, receiver } = await withReceiver({ connection, credentials: { secret: "00ff10" } });
    await act(session, "send", { body: { a: 1 } });
    const signed = `v0:${START}:POST ${receiver.url}/hook?token=t run-1 {"a":1}`;
    const digest = createHmac("sha256", Buffer.from("00ff10", "hex")).update(signed).digest("hex");
    expect(receiver.received).toMatchObject([
      { headers: { "x-sign": `v0=${digest}`, "x-at": String(START), "x-id": "run-1" } },
    ]);
  });

  test("has a key that Standard Webhooks allows as an id, whatever the run's is", async () => {
    const { session, receiver } = await withReceiver();
    await act(session, "send", { body: 1 }, "rule/a.b#1");
    await act(session, "send", { body: 1 }, "rule/a.b#1");
    const ids = receiver.received.map(({ headers }) => headers["idempotency-key"]);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("a delivery that fails", () => {
  test("is sent again with the same id and body, and with a time and signature of its own", async () => {
    const answers = [{ status: 503, headers: { "retry-after": "7" } }, { status: 500 }, { status: 204 }];
    const given = { connection: { auth: "standard-webhooks", format: "standard" }, credentials: { secret } };
    const { session, receiver } = await withReceiver(given, (n) => answers[n] ?? { status: 204 });
    expect(await act(session, "send", { body: 1 })).toEqual({ status: 204, id: "run-1" });
    const [first, second, third] = receiver.received;
    expect(receiver.received.map(({ body }) => body)).toEqual([first?.body, first?.body, first?.body]);
    const headersOf = (name: string) => receiver.received.map(({ headers }) => headers[name]);
    expect(headersOf("webhook-id")).toEqual(["run-1", "run-1", "run-1"]);
    expect(headersOf("idempotency-key")).toEqual(["run-1", "run-1", "run-1"]);
    expect(Number(second?.headers["webhook-timestamp"])).toBeGreaterThanOrEqual(START / 1000 + 7);
    expect(second?.headers["webhook-signature"]).not.toBe(first?.headers["webhook-signature"]);
    for (const request of [first, second, third]) {
      const given = { headers: request?.headers ?? {}, query: {}, body: bytesOf(request?.body) };
      expect(verify(authenticateOf(events, {}), given, { webhookSecret: secret }, START + 8000).ok).toBe(true);
    }
  });

  test.each([
    [400, "VALIDATION", 1],
    [401, "AUTH", 1],
    [410, "NOT_FOUND", 1],
    [422, "VALIDATION", 1],
    [301, "UNSUPPORTED", 1],
    [307, "UNSUPPORTED", 1],
    [304, "UNSUPPORTED", 1],
    [425, "UNAVAILABLE", 4],
    [502, "UNAVAILABLE", 4],
  ])("with %i is %s after %i attempts, and nothing of the answer is told", async (status, code, attempts) => {
    const answer = { status, headers: { location: "http://127.0.0.1:1/inner" }, body: "a secret of the inner network" };
    const { session, receiver } = await withReceiver({}, () => answer);
    const error: unknown = await act(session, "send", { body: 1 }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "ConnectorError", code });
    expect(String(error)).toContain(`HTTP ${status}`);
    expect(String(error)).not.toMatch(/inner|token=t/);
    expect(receiver.received).toHaveLength(attempts);
    expect(receiver.received.every(({ url }) => url === "/hook?token=t")).toBe(true);
  });
});

test.each([
  ["is large", "x".repeat(300_000)],
  ["is no JSON although it says so", "{"],
])("a success whose answer %s is a success", async (_, body) => {
  const headers = { "content-type": "application/json" };
  const { session } = await withReceiver({}, () => ({ status: 200, headers, body }));
  expect(await act(session, "send", { body: 1 })).toEqual({ status: 200, id: "run-1" });
});

describe("the test of a connection", () => {
  test("sends a signed ping and nothing else", async () => {
    const { session, receiver } = await withReceiver({
      connection: { auth: "standard-webhooks", method: "PUT" },
      credentials: { secret },
    });
    expect(await session.check()).toEqual({});
    expect(receiver.received).toMatchObject([{ method: "POST", body: '{"type":"ping"}' }]);
    const [{ headers = {} } = {}] = receiver.received;
    const ping = { headers, query: {}, body: bytesOf('{"type":"ping"}') };
    expect(verify(authenticateOf(events, {}), ping, { webhookSecret: secret }, START)).toEqual({ ok: true });
    expect(session.requests).toEqual({ read: 1, write: 0 });
  });

  test.each([
    [400, undefined],
    [422, undefined],
    [401, "AUTH"],
    [403, "PERMISSION"],
    [404, "NOT_FOUND"],
    [405, "VALIDATION"],
    [410, "NOT_FOUND"],
  ])("that is answered %i ends as %s", async (status, code) => {
    const { session } = await withReceiver({}, () => ({ status }));
    const ended = await session.check().then(
      () => undefined,
      (error: { code: string }) => error.code,
    );
    expect(ended).toBe(code);
  });

  test("a reader sends nothing but the ping", async () => {
    const { session, receiver } = await withReceiver();
    const send = webhook.actions?.send;
    await expect(
      session.guardErrors(async () => send?.run(session.reader, { body: 1 }, { key: "k" })),
    ).rejects.toMatchObject({ name: "ConnectorError" });
    expect(receiver.received).toEqual([]);
  });
});
