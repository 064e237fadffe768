/** What is refused before anything is sent: settings and secrets that cannot be right, and addresses. */
import { describe, expect, test } from "vitest";
import type { HostTrust } from "../../../src/connector-kit/http/public-address.ts";
import { published } from "./requests.ts";
import { act, opened, withReceiver } from "./stage.ts";

const url = "https://hooks.example.com/x";

describe("a Standard Webhooks secret", () => {
  const bytes = (length: number) => `whsec_${Buffer.alloc(length, 7).toString("base64")}`;

  test.each([
    ["with a version before it", `v1,${published.secret}`],
    ["of five bytes", bytes(5)],
    ["of 23 bytes", bytes(23)],
    ["of 65 bytes", bytes(65)],
    ["without its prefix", published.secret.slice(6)],
    ["with a line end", `${published.secret}\n`],
    ["with another alphabet", published.secret.replace("K", "_")],
  ])("%s is refused when it is loaded, by field and form and without the value", async (_, value) => {
    for (const [field, connection] of [
      ["secret", { url, auth: "standard-webhooks" }],
      ["previousSecret", { url, auth: "standard-webhooks" }],
      ["webhookSecret", {}],
      ["previousWebhookSecret", {}],
    ] as const) {
      const credentials = { secret: published.secret, [field]: value };
      const error: unknown = await opened({ connection, credentials }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "VALIDATION" });
      expect(String(error)).toContain(`credentials.${field}`);
      expect(String(error)).toContain('"whsec_" and the base64 of 24 to 64 bytes');
      expect(String(error)).not.toContain(value.replace("whsec_", "").trim().slice(0, 8));
    }
  });

  test.each([24, 64])("of %i bytes is taken", async (length) => {
    const credentials = { secret: bytes(length), webhookSecret: bytes(length) };
    await expect(opened({ connection: { url, auth: "standard-webhooks" }, credentials })).resolves.toMatchObject({});
  });
});

test.each([
  [{ auth: "basic" }, { username: "ada" }, "credentials.password"],
  [{ auth: "bearer" }, {}, "credentials.token"],
  [{ auth: "header" }, { token: "t" }, "connection.authHeader"],
  [{ auth: "hmac" }, { secret: "s" }, "connection.hmac"],
  [{ auth: "hmac" }, {}, "credentials.secret"],
  [{ receive: "header" }, {}, "connection.receiveHeader"],
  [{ receive: "hmac" }, {}, "connection.hmac"],
  [
    { receive: "hmac", hmac: { header: "x", keyEncoding: "hex" } },
    { webhookSecret: "xyz" },
    "credentials.webhookSecret",
  ],
  [{ receive: "hmac", hmac: { header: "x", signed: "{ts}" } }, {}, "{body}"],
  [{ receive: "hmac", hmac: { header: "x", signed: "{url}{body}" } }, {}, "{url}"],
  [{ receive: "hmac", hmac: { header: "x", signed: "{ts}{body}" } }, {}, "timestampHeader"],
  [{ receive: "hmac", hmac: { header: "x", timestampHeader: "y" } }, {}, "{ts}"],
  [{ receive: "hmac", hmac: { header: "x", signed: "{id}{body}" } }, {}, "connection.idHeader"],
])("settings that cannot be right are refused: %j", async (connection, credentials, named) => {
  const error: unknown = await opened({ connection, credentials }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: "ConnectorError", code: "VALIDATION" });
  expect(String(error)).toContain(named);
});

describe("headers that people add", () => {
  const names = ["Host", "Content-Length", "Transfer-Encoding", "connection", "TE", "Upgrade", "Expect", "Proxy-X"];
  const ours = [
    "webhook-id",
    "Svix-Id",
    "ce-type",
    "Authorization",
    "Idempotency-Key",
    "Content-Type",
    "X-Sign",
    "x-key",
  ];
  const connection = { authHeader: "X-Key", hmac: { header: "x-sign" } };

  test.each([...names, ...ours, "a b", ""])("may not be %j, in the connection or in a call", async (name) => {
    const headers = { [name]: "1" };
    await expect(opened({ connection: { ...connection, headers } })).rejects.toMatchObject({ code: "VALIDATION" });
    const { session, receiver } = await withReceiver({ connection });
    await expect(act(session, "send", { body: 1, headers })).rejects.toMatchObject({ code: "VALIDATION" });
    expect(receiver.received).toEqual([]);
  });

  test.each(["a\r\nx-evil: 1", "a\nb", "a\0b"])("may not hold %j, and the value is not told", async (value) => {
    const error: unknown = await opened({ connection: { headers: { "x-a": value } } }).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: "VALIDATION" });
    expect(String(error)).not.toContain("evil");
  });

  test("are sent, those of a call over those of the connection", async () => {
    const { session, receiver } = await withReceiver({ connection: { headers: { "x-a": "1", "x-b": "1" } } });
    await act(session, "send", { body: 1, headers: { "x-b": "2" } });
    expect(receiver.received).toMatchObject([{ headers: { "x-a": "1", "x-b": "2" } }]);
  });
});

describe("an address", () => {
  const unbound: HostTrust = () => "unbound";
  const send = async (address: string, trust: HostTrust) => {
    const session = await opened({ connection: { url: address }, trust });
    return act(session, "send", { body: 1 });
  };

  test.each([
    "http://hooks.example.com/",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://[::1]/",
    "https://169.254.169.254/latest/meta-data",
    "https://localhost./",
    "https://db.internal/",
  ])("that is not https and public is refused where the operator named nothing: %s", async (address) => {
    await expect(send(address, unbound)).rejects.toMatchObject({ code: "PERMISSION", outcomeUnknown: false });
  });

  test("that the operator's list lacks is refused, and one that it names is asked", async () => {
    await expect(send(url, () => "unnamed")).rejects.toMatchObject({ code: "PERMISSION" });
    const { session, receiver } = await withReceiver({ trust: (host) => (host === "127.0.0.1" ? "named" : "unnamed") });
    await act(session, "send", { body: 1 });
    expect(receiver.received).toHaveLength(1);
  });

  test("that turns out to be refused only when it is connected to sends nothing, and is not tried again", async () => {
    const asked: string[] = [];
    const trust: HostTrust = (host) => (asked.push(host) === 1 ? "named" : "unbound");
    const { session, receiver } = await withReceiver({ trust });
    await expect(act(session, "send", { body: 1 })).rejects.toMatchObject({
      code: "PERMISSION",
      outcomeUnknown: false,
    });
    expect([asked.length, receiver.received.length]).toEqual([2, 0]);
  });

  test("with a name and password is refused, and they are not told", async () => {
    const error: unknown = await opened({ connection: { url: "https://ada:s3same@x.example/" } }).catch((e) => e);
    expect(error).toMatchObject({ code: "VALIDATION" });
    expect(String(error)).toContain("connection.url");
    expect(String(error)).not.toMatch(/ada|s3same/);
  });

  test("that is left out leaves receiving only: the test asks nobody, and sending says what is missing", async () => {
    const session = await opened({ trust: unbound });
    expect(await session.check()).toEqual({});
    expect(session.requests).toEqual({ read: 0, write: 0 });
    await expect(act(session, "send", { body: 1 })).rejects.toMatchObject({ code: "VALIDATION" });
  });
});
