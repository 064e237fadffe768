/** Which webhooks are taken for the platform's own. */
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Authenticate, hmacKeyOf, type InboundRequest, verify } from "../../src/connector-kit/index.ts";

const NOW = 1_531_420_618_000;
const bytes = (text: string) => new TextEncoder().encode(text);
const request = (headers: Record<string, string>, body: string | Uint8Array = ""): InboundRequest => ({
  headers,
  query: {},
  body: typeof body === "string" ? bytes(body) : body,
});

const github: Authenticate = {
  type: "hmac",
  algorithm: "sha256",
  encoding: "hex",
  credential: "webhookSecret",
  header: "X-Hub-Signature-256",
  prefix: "sha256=",
};

describe("an HMAC over the body", () => {
  // GitHub's published vector: "Validating webhook deliveries".
  const credentials = { webhookSecret: "It's a Secret to Everybody" };
  const signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

  test("is accepted as GitHub publishes it", () => {
    expect(verify(github, request({ "x-hub-signature-256": signature }, "Hello, World!"), credentials, NOW)).toEqual({
      ok: true,
    });
  });

  test.each([
    ["an altered byte", { "x-hub-signature-256": signature }, "Hello, World?", credentials],
    [
      "an altered signature",
      { "x-hub-signature-256": signature.replace("7571", "7572") },
      "Hello, World!",
      credentials,
    ],
    ["a missing header", {}, "Hello, World!", credentials],
    ["an empty header", { "x-hub-signature-256": "" }, "Hello, World!", credentials],
    ["a missing prefix", { "x-hub-signature-256": signature.slice(7) }, "Hello, World!", credentials],
    ["a cut signature", { "x-hub-signature-256": signature.slice(0, -2) }, "Hello, World!", credentials],
    ["trailing text", { "x-hub-signature-256": `${signature}zz` }, "Hello, World!", credentials],
    ["another secret", { "x-hub-signature-256": signature }, "Hello, World!", { webhookSecret: "x" }],
    ["no secret", { "x-hub-signature-256": signature }, "Hello, World!", {}],
    ["a secret of the prototype", { "x-hub-signature-256": signature }, "Hello, World!", Object.create(credentials)],
  ])("is refused with %s", (_name, headers, body, given) => {
    const result = verify(
      github,
      request(headers as Record<string, string>, body),
      given as Record<string, string>,
      NOW,
    );
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toContain("Secret to Everybody");
  });

  test("is refused when the secret is empty, although anybody can sign so", () => {
    const forged = `sha256=${createHmac("sha256", "").update("x").digest("hex")}`;
    expect(verify(github, request({ "x-hub-signature-256": forged }, "x"), { webhookSecret: "" }, NOW).ok).toBe(false);
  });

  test("is over the bytes, not over text that looks like them", () => {
    const body = new Uint8Array([0xff, 0x00, 0xfe]);
    const signed = `sha256=${createHmac("sha256", "k").update(body).digest("hex")}`;
    expect(verify(github, request({ "x-hub-signature-256": signed }, body), { webhookSecret: "k" }, NOW).ok).toBe(true);
    const other = new Uint8Array([0xfd, 0x00, 0xfe]);
    expect(verify(github, request({ "x-hub-signature-256": signed }, other), { webhookSecret: "k" }, NOW).ok).toBe(
      false,
    );
  });

  test("may be in base64, which is read strictly", () => {
    const base64: Authenticate = { ...github, type: "hmac", encoding: "base64", prefix: "" } as Authenticate;
    const signed = createHmac("sha256", "k").update("x").digest("base64");
    const check = (header: string) =>
      verify(base64, request({ "x-hub-signature-256": header }, "x"), { webhookSecret: "k" }, NOW).ok;
    expect([check(signed), check(` ${signed}`), check(signed.replace("=", ""))]).toEqual([true, false, false]);
  });
});

describe("Slack's v0 scheme", () => {
  const slack: Authenticate = {
    type: "hmac",
    algorithm: "sha256",
    encoding: "hex",
    credential: "signingSecret",
    header: "x-slack-signature",
    prefix: "v0=",
    signed: ({ headers, body }) => Buffer.concat([bytes(`v0:${headers["x-slack-request-timestamp"]}:`), body]),
    timestamp: { of: ({ headers }) => Number(headers["x-slack-request-timestamp"] ?? "x"), toleranceSeconds: 300 },
  };
  const credentials = { signingSecret: "8f742231b10e8888abcd99yyyzzz85a5" };
  const signed = (timestamp: string, body: string) => {
    const digest = createHmac("sha256", credentials.signingSecret).update(`v0:${timestamp}:${body}`).digest("hex");
    return request({ "x-slack-request-timestamp": timestamp, "x-slack-signature": `v0=${digest}` }, body);
  };
  const at = NOW / 1000;

  test.each([
    [String(at), true],
    [String(at - 300), true],
    [String(at + 300), true],
    [String(at - 301), false],
    [String(at + 301), false],
    ["soon", false],
    ["Infinity", false],
  ])("with the timestamp %s is accepted: %s", (timestamp, ok) => {
    expect(verify(slack, signed(timestamp, "a=1"), credentials, NOW).ok).toBe(ok);
  });

  test("covers the timestamp", () => {
    const one = signed(String(at), "a=1");
    const moved = { ...one, headers: { ...one.headers, "x-slack-request-timestamp": String(at + 1) } };
    expect(verify(slack, moved, credentials, NOW).ok).toBe(false);
  });

  test("without a timestamp is refused", () => {
    const { "x-slack-signature": signature } = signed(String(at), "a=1").headers;
    expect(verify(slack, request({ "x-slack-signature": signature as string }, "a=1"), credentials, NOW).ok).toBe(
      false,
    );
  });
});

describe("Ed25519", () => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const hex = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("hex");
  const discord: Authenticate = {
    type: "ed25519",
    credential: "publicKey",
    header: "x-signature-ed25519",
    signed: ({ headers, body }) => Buffer.concat([bytes(headers["x-signature-timestamp"] ?? ""), body]),
  };
  const signature = sign(null, Buffer.from("123body"), privateKey).toString("hex");
  const check = (header: string, body: string, key = hex) =>
    verify(
      discord,
      request({ "x-signature-timestamp": "123", "x-signature-ed25519": header }, body),
      { publicKey: key },
      NOW,
    ).ok;

  test("accepts what the key signed and nothing else", () => {
    expect(check(signature, "body")).toBe(true);
    expect(check(signature, "bodY")).toBe(false);
    expect(check(`${signature.slice(0, -2)}00`, "body") && check(`${signature.slice(0, -2)}01`, "body")).toBe(false);
    expect(check("zz", "body")).toBe(false);
    expect(check(signature, "body", "00")).toBe(false);
  });
});

test.each(["sharedSecret", "clientState"] as const)("a %s is compared whole", (type) => {
  const how: Authenticate = { type, credential: "s", of: ({ query }) => query.token };
  const check = (token?: string) =>
    verify(how, { headers: {}, query: token === undefined ? {} : { token }, body: bytes("") }, { s: "sesame" }, NOW).ok;
  expect([check("sesame"), check("sesam"), check("sesame "), check(""), check()]).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});

describe("the key of an HMAC", () => {
  const signed = (key: Uint8Array) => createHmac("sha256", hmacKeyOf(key)).update("x").digest("hex");

  test("counts by its bytes, so that a secret that is changed counts at once, also in the same memory", () => {
    const memory = new Uint8Array(64);
    for (const fill of [1, 2, 1]) {
      const key = memory.subarray(16, 48).fill(fill);
      expect(signed(key)).toBe(createHmac("sha256", Buffer.alloc(32, fill)).update("x").digest("hex"));
    }
  });

  test("is right for more secrets than are kept", () => {
    for (let round = 0; round < 2; round++) {
      for (let at = 0; at < 200; at++) {
        const key = Buffer.alloc(32, at);
        expect(signed(key)).toBe(createHmac("sha256", key).update("x").digest("hex"));
      }
    }
  });
});
