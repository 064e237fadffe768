import { expect, test } from "vitest";
import type { SecretReference } from "../../src/api/index.ts";
import { runtimePlatforms } from "../../src/manifests/platforms.ts";
import { SecretError } from "../../src/manifests/secret-error.ts";
import {
  resolveAvailableCredentials,
  resolveConnection,
  resolveCredentials,
  resolveSecret,
  type SecretContext,
} from "../../src/manifests/secrets.ts";
import type { Platform } from "../../src/manifests/types.ts";
import { forge, forgeManifest } from "./forge.ts";

const files: Record<string, string> = {
  "/config/token.txt": "from-file\n",
  "/run/two": "one\n\n",
  "/run/windows": "value\r\n",
  "/run/empty": "\n",
};

function contextOf(options: Partial<SecretContext> = {}): SecretContext {
  return {
    env: { TOKEN: "value-of-token", EMPTY: "" },
    readFile: async (file) => {
      const text = files[file];
      if (file === "/run/denied") throw Object.assign(new Error("secret path"), { code: "EACCES" });
      if (text === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
      return text;
    },
    folder: "/config",
    ...options,
  };
}

const resolved = (reference: SecretReference, options?: Partial<SecretContext>) =>
  resolveSecret(reference, contextOf(options), "credentials.token");

test.each([
  { name: "a variable", reference: { env: "TOKEN" }, value: "value-of-token" },
  { name: "a file beside the configuration, its line end cut", reference: { file: "token.txt" }, value: "from-file" },
  { name: "a file with a Windows line end", reference: { file: "/run/windows" }, value: "value" },
  { name: "a file of which only the last line end is cut", reference: { file: "/run/two" }, value: "one\n" },
])("resolves $name", async ({ reference, value }) => {
  expect(await resolved(reference)).toBe(value);
});

test.each([
  { name: "an unset variable", reference: { env: "NOPE" }, code: "NotSet", says: "NOPE is not set" },
  { name: "an inherited name", reference: { env: "constructor" }, code: "NotSet", says: "constructor is not set" },
  { name: "an empty variable", reference: { env: "EMPTY" }, code: "NotSet", says: "EMPTY is empty" },
  { name: "a missing file", reference: { file: "gone" }, code: "NotSet", says: 'no file "gone"' },
  { name: "an empty file", reference: { file: "/run/empty" }, code: "NotSet", says: "is empty" },
  { name: "an unreadable file", reference: { file: "/run/denied" }, code: "Unreadable", says: "EACCES" },
  {
    name: "a Kubernetes Secret",
    reference: { secretKeyRef: { name: "slack", key: "token" } },
    code: "Unsupported",
    says: "only be read by the controller on Kubernetes",
  },
  { name: "a sealed value", reference: { sealed: "v1:abc" }, code: "Unsupported", says: "no `plumbline secrets` yet" },
])("$name is an error that names the field", async ({ reference, code, says }) => {
  const error = await resolved(reference as SecretReference).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SecretError);
  expect(error).toMatchObject({ code, field: "credentials.token" });
  expect((error as Error).message).toMatch(/^credentials\.token: /);
  expect((error as Error).message).toContain(says);
});

test("a credential in the place of a variable's name is not repeated", async () => {
  const token = `ghp_${"aB3dE5gH7jK9".repeat(3)}`;
  const error = await resolved({ env: token }).catch((thrown: unknown) => thrown);
  expect((error as Error).message).not.toContain(token);
});

test("the configuration's lists are enforced again", async () => {
  const allow = { env: ["OTHER_*"], files: ["/run/*"] };
  await expect(resolved({ env: "TOKEN" }, { allow })).rejects.toMatchObject({ code: "NotAllowed" });
  await expect(resolved({ file: "token.txt" }, { allow })).rejects.toMatchObject({ code: "NotAllowed" });
  await expect(resolved({ file: "/run/../config/token.txt" }, { allow })).rejects.toMatchObject({ code: "NotAllowed" });
  expect(await resolved({ file: "/run/windows" }, { allow })).toBe("value");
});

test("credentials are resolved by name, those in a map with the map's name before", async () => {
  const headers = { first: { env: "TOKEN" }, env: { file: "token.txt" } };
  expect(await resolveCredentials({ token: { env: "TOKEN" }, headers }, contextOf())).toEqual({
    token: "value-of-token",
    "headers.first": "value-of-token",
    "headers.env": "from-file",
  });
});

test("of credentials those that can be had are, and each other one is told of by field and reference", async () => {
  const headers = { first: { env: "NONE" }, second: { env: "TOKEN" } };
  const stated = { token: { file: "none.txt" }, webhookSecret: { env: "TOKEN" }, headers };
  expect(await resolveAvailableCredentials(stated, contextOf())).toEqual({
    credentials: { webhookSecret: "value-of-token", "headers.second": "value-of-token" },
    faults: {
      token: 'credentials.token: there is no file "none.txt".',
      "headers.first": "credentials.headers.first: the environment variable NONE is not set.",
    },
  });
});

async function connectionOf(spec: string, options: Partial<SecretContext> = {}) {
  const platform = (await runtimePlatforms({ names: ["forge"], load: async () => forge }).load("forge")) as Platform;
  const { object } = forgeManifest(`credentials: { token: { env: TOKEN } }\nconnection: ${spec}`);
  return resolveConnection(object, platform, contextOf(options));
}

test("connection values from the environment have the types of their fields", async () => {
  const env = { URL: "https://own.example", PORT: "8443", VERIFY: "false", RATIO: "0.5", ORG: "42" };
  const spec =
    "{ baseUrl: { env: URL }, port: { env: PORT }, verify: { env: VERIFY }, ratio: { env: RATIO }, organization: { env: ORG }, host: h }";
  expect(await connectionOf(spec, { env })).toEqual({
    baseUrl: "https://own.example",
    port: 8443,
    verify: false,
    ratio: 0.5,
    organization: "42",
    host: "h",
  });
});

test.each([
  { field: "port", value: "80.5" },
  { field: "port", value: "eighty" },
  { field: "port", value: "0" },
  { field: "verify", value: "yes" },
  { field: "ratio", value: "1,5" },
  { field: "baseUrl", value: "http://insecure.example" },
])("the value $value of the variable for $field is refused and not repeated", async ({ field, value }) => {
  const failed = connectionOf(`{ ${field}: { env: GIVEN } }`, { env: { GIVEN: value } });
  const error = await failed.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "Invalid", field: `connection.${field}` });
  expect((error as Error).message).toContain("GIVEN");
  expect((error as Error).message).not.toContain(value);
});

test("a host that only the environment knows must be allowed too", async () => {
  const allow = { hosts: ["forge.example"] };
  const env = { URL: "https://evil.example" };
  await expect(connectionOf("{ baseUrl: { env: URL } }", { env, allow })).rejects.toMatchObject({ code: "NotAllowed" });
  expect(await connectionOf("{}", { env, allow })).toEqual({});
});
