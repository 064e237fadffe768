/** Secrets in whatever form, and shapes that nobody registered. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedactor } from "../../src/connector-kit/index.ts";
import { tries } from "../support/tries.ts";

const forms: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => Buffer.from(secret).toString("base64"),
  (secret) => Buffer.from(secret).toString("base64url"),
  (secret) => encodeURIComponent(secret),
  (secret) => new URLSearchParams({ s: secret }).toString().slice(2),
  (secret) => JSON.stringify(secret).slice(1, -1),
];

test("no form of a registered secret is left", () => {
  const secrets = fc.string({ minLength: 8, maxLength: 40 }).filter((text) => text.trim().length >= 8);
  fc.assert(
    fc.property(secrets, fc.constantFrom(...forms), (secret, form) => {
      const redactor = createRedactor();
      redactor.add(secret);
      expect(redactor.redact(`[${form(secret)}]`)).toBe("[(sensitive)]");
    }),
    tries(300, { seed: 20261125 }),
  );
});

test("of two secrets, one inside the other, nothing of the longer is left", () => {
  const redactor = createRedactor();
  redactor.add("abcdef");
  redactor.add("abcdef-long-tail");
  expect(redactor.redact("x abcdef-long-tail y")).toBe("x (sensitive) y");
});

test("a value of three characters is left alone", () => {
  const redactor = createRedactor();
  redactor.add("abc");
  expect(redactor.redact("abc")).toBe("abc");
});

test("a line of a private key is a secret of its own", () => {
  const redactor = createRedactor();
  redactor.add("-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nsecondlinesecondline00\n-----END KEY-----\n");
  expect(redactor.redact("at secondlinesecondline00!")).toBe("at (sensitive)!");
});

describe("shapes that nobody registered", () => {
  test.each([
    "ghp_0123456789abcdefghij0123456789abcdef",
    "ghs_123_eyJhbGciOiJSUzI1NiJ9.eyJpYXQiOjE3MDAwMDB9.c2lnbmF0dXJl",
    "github_pat_11ABCDEFG0123456789_abcdefghij",
    "xoxb-123456789012-abcdefghijkl",
    "xoxe.xoxb-1-abcdefghijkl",
    "https://hooks.slack.com/services/T000/B000/XXXXXXXX",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
  ])("%s", (text) => {
    expect(createRedactor().redact(`a ${text} b`)).toBe("a (sensitive) b");
  });

  test("keep what stands around them", () => {
    const { redact } = createRedactor();
    expect(redact("Authorization: Bearer abcdefgh12345678")).toBe("Authorization: Bearer (sensitive)");
    expect(redact("http://user:hunter2@proxy.test:80/")).toBe("http://(sensitive)@proxy.test:80/");
    expect(redact("GET /x?access_token=abc&page=2")).toBe("GET /x?access_token=(sensitive)&page=2");
  });

  test("are not seen in plain prose", () => {
    const text =
      'GitHub refused to create the label "bug" in "acme/api": name already_exists (https://docs.github.com/x).';
    expect(createRedactor().redact(text)).toBe(text);
  });
});
