/** Which requests the generic webhook lets in, what of a repetition is remembered, and what the event holds. */
import { describe, expect, test } from "vitest";
import {
  authenticateOf,
  type Events,
  type InboundRequest,
  proofFault,
  remembersBytes,
  verify,
} from "../../../src/connector-kit/index.ts";
import webhook from "../../../src/connectors/webhook/index.ts";
import { bytesOf, FORM } from "../../support/inbound.ts";
import { CUSTOM_SECRET, customRequest, other, published, signatureWith, standardRequest } from "./requests.ts";

const events = webhook.events as Events;
const now = published.time * 1000;
const isLetIn = (request: InboundRequest, secrets: Readonly<Record<string, string>>, connection = {}, at = now) =>
  verify(authenticateOf(events, connection), request, secrets, at);
const secrets = { webhookSecret: published.secret };
const changed = (headers: Readonly<Record<string, string>>): InboundRequest => {
  const request = standardRequest();
  return { ...request, headers: { ...request.headers, ...headers } };
};

describe("a Standard Webhooks request", () => {
  test.each([
    ["one right signature among others", `v1,AAAA v1a,${"A".repeat(88)} ${published.signature} v2,x`],
    ["the header sent twice", `v1,AAAA, ${published.signature}`],
    ["the secret before", signatureWith(other)],
  ])("is let in with %s", (_, signature) => {
    const both = { ...secrets, previousWebhookSecret: other };
    expect(isLetIn(standardRequest("webhook", signature), both)).toEqual({ ok: true });
  });

  test.each([
    ["another secret's signature", { "webhook-signature": signatureWith(other) }, "wrong"],
    [
      "the signature of another version",
      { "webhook-signature": published.signature.replace("v1", "v1a") },
      "no signature",
    ],
    ["the signature without its version", { "webhook-signature": published.signature.slice(3) }, "no signature"],
    ["another id", { "webhook-id": "msg_other" }, "wrong"],
    ["no id", { "webhook-id": "" }, "missing"],
    ["no time", { "webhook-timestamp": "" }, "no number"],
    ["a time that is no number", { "webhook-timestamp": `${published.time}x` }, "no number"],
    ["a time in milliseconds", { "webhook-timestamp": String(now) }, "s ahead of"],
  ])("is refused with %s, and the log says why", (_, headers, reason) => {
    const result = isLetIn(changed(headers as Record<string, string>), secrets);
    expect(result).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });

  test("is refused when the text of the secret was taken for the key", () => {
    const raw = { webhookSecret: `whsec_${Buffer.from(published.secret).toString("base64")}` };
    expect(isLetIn(standardRequest(), raw).ok).toBe(false);
    const refused = isLetIn(standardRequest(), { webhookSecret: `v1,${published.secret}` });
    expect(refused).toMatchObject({
      reason: expect.stringContaining('"webhookSecret" is not a Standard Webhooks secret'),
    });
  });

  test("headers of two families are not mixed", () => {
    const { headers, ...rest } = standardRequest("svix");
    const mixed = { ...rest, headers: { ...headers, "webhook-signature": "v1,AAAA" } };
    expect(isLetIn(mixed, secrets).ok).toBe(false);
  });
});

const hmac = { header: "X-Sign", algorithm: "sha512", encoding: "base64url", prefix: "s=" };
const timed = { ...hmac, signed: "{ts}.{body}", timestampHeader: "x-at" };

test.each([
  [{}, {}, "credentials.webhookSecret is not set"],
  [{}, { webhookSecret: "" }, "credentials.webhookSecret is not set"],
  [
    {},
    { webhookSecret: `v1,${published.secret}` },
    'credentials.webhookSecret is not a Standard Webhooks secret, which is "whsec_"',
  ],
  [{}, { ...secrets, previousWebhookSecret: "whsec_abc" }, "credentials.previousWebhookSecret is not"],
  [{ receive: "hmac", hmac: { header: "x", keyEncoding: "hex" } }, { webhookSecret: "xyz" }, "is not written in hex"],
  [{ receive: "bearer" }, { webhookSecret: "xyz" }, undefined],
  [{}, { ...secrets, previousWebhookSecret: other }, undefined],
])("of the settings %j with %j it is said when they are loaded: %s", (connection, credentials, said) => {
  const fault = proofFault(authenticateOf(events, connection), credentials);
  if (said === undefined) expect(fault).toBeUndefined();
  else expect(fault).toContain(said);
  for (const secret of Object.values(credentials)) if (secret) expect(fault ?? "").not.toContain(secret);
});

describe("what of a repetition is remembered", () => {
  test.each([
    ["where id and time are signed", {}, false],
    ["where only the body is signed", { receive: "hmac", hmac }, true],
    ["where an id comes along that is not signed", { receive: "hmac", hmac, idHeader: "x-id" }, true],
    ["where the id is signed", { receive: "hmac", hmac: { ...hmac, signed: "{id}.{body}" }, idHeader: "x-id" }, false],
    ["where the time is signed and an id comes along", { receive: "hmac", hmac: timed, idHeader: "x-id" }, false],
    ["where the time is signed and no id comes along", { receive: "hmac", hmac: timed }, true],
    ["of a bearer token without an id", { receive: "bearer" }, true],
    ["of a bearer token with an id", { receive: "bearer", idHeader: "x-id" }, false],
    ["where repeats are accepted", { receive: "hmac", hmac, repeats: "Accept" }, false],
    ["of a secret where repeats are accepted", { receive: "bearer", repeats: "Accept" }, false],
  ])("%s: %j is %s", (_, connection, remembered) => {
    expect(remembersBytes(authenticateOf(events, connection))).toBe(remembered);
  });
});

describe("a scheme of one's own", () => {
  const credentials = { webhookSecret: CUSTOM_SECRET };
  const connection = { receive: "hmac", hmac: { ...timed, tolerance: 10 } };
  const at = (timestamp: string) => customRequest("{}", `${timestamp}.{}`, { "x-at": timestamp });

  test.each([
    [published.time, true],
    [published.time - 10, true],
    [published.time + 10, true],
    [published.time - 11, false],
    [published.time + 11, false],
  ])("with the time %i is let in: %s", (timestamp, ok) => {
    expect(isLetIn(at(String(timestamp)), credentials, connection).ok).toBe(ok);
  });

  test.each(["", "1e99", "abc", "-1", `${published.time}.5`])(
    "with the time %j has no number for the log",
    (timestamp) => {
      expect(isLetIn(at(timestamp), credentials, connection)).toMatchObject({
        reason: expect.stringMatching(/no number/),
      });
    },
  );

  test("needs an id where one was said to come", () => {
    const parse = (headers: Record<string, string>) =>
      events.parse(customRequest("{}", "{}", headers), {
        connection: { receive: "hmac", hmac, idHeader: "X-Id" },
        newId: () => "made",
      });
    expect(parse({ "x-id": "d7" })).toMatchObject([{ id: "d7" }]);
    expect(() => parse({})).toThrow("The header X-Id holds no id.");
  });
});

describe("the data of an event", () => {
  const parse = (body: string, type?: string) => {
    const request = { headers: type === undefined ? {} : { "content-type": type }, query: {}, body: bytesOf(body) };
    return events.parse(request, { connection: { receive: "bearer" }, newId: () => "made" })[0];
  };

  test.each([
    ["JSON", '{"n":12345678901234567890}', "application/json", { text: '{"n":12345678901234567890}' }],
    ["JSON of another type", "[1]", "application/vnd.acme+json; charset=utf-8", { data: [1], text: "[1]" }],
    ["JSON of no type", "[1]", undefined, { data: [1] }],
    ["JSON in a form", "payload=%5B1%5D", FORM, { data: [1], text: "[1]" }],
    ["a form", "a=1&b=x+y", `${FORM}; charset=utf-8`, { data: { a: "1", b: "x y" } }],
    ["text", "disk full", "text/plain", { data: "disk full" }],
    ["nothing", "", undefined, { data: null }],
  ])("is read from %s", (_, body, type, event) => {
    expect(parse(body, type)).toMatchObject({ id: "made", name: "received", ...event });
  });

  test("that calls itself JSON and is none is an error that does not repeat it", () => {
    expect(() => parse("s3cret{", "application/json")).toThrow(/^The body is no JSON\.$/);
  });

  test("that is no UTF-8 is an error", () => {
    const request = { headers: {}, query: {}, body: Uint8Array.of(0xff, 0xfe) };
    const context = { connection: { receive: "bearer" }, newId: () => "made" };
    expect(() => events.parse(request, context)).toThrow("not valid UTF-8");
  });
});

test("the handshake of CloudEvents is answered for the origins that the Integration names, and for no other", () => {
  const ask = (origin: string, connection: object, method = "OPTIONS") =>
    events.preflight?.(
      { method, headers: { "webhook-request-origin": origin }, query: {}, body: Buffer.alloc(0) },
      connection as Record<string, unknown>,
    );
  const named = { origins: ["eventgrid.azure.net"] };
  const headers = { allow: "POST", "webhook-allowed-origin": "eventgrid.azure.net", "webhook-allowed-rate": "*" };
  expect(ask("eventgrid.azure.net", named)).toEqual({ status: 200, headers });
  expect(ask("other.example.com", named)).toEqual({ status: 403, headers: {} });
  expect(ask("eventgrid.azure.net", {})).toEqual({ status: 403, headers: {} });
  expect(ask("eventgrid.azure.net", named, "GET")).toBeUndefined();
});
