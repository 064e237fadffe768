import { describe, expect, test } from "vitest";
import { SchemaChecks } from "../../../src/connector-kit/facade/schema-checks.ts";
import { arrangeSettings, resolveSettings } from "../../../src/connector-kit/facade/settings.ts";
import { TOKEN, tracker } from "./tracker.ts";

const { connector } = tracker();
const url = "https://tracker.example.com";

async function resolve(config: Record<string, unknown>, env: Record<string, string> = {}) {
  return resolveSettings(connector, arrangeSettings(connector, config), { env, checks: new SchemaChecks() });
}

const expected = { connection: { baseUrl: url }, credentials: { token: TOKEN } };

test.each([
  { name: "in their places", config: { connection: { baseUrl: url }, credentials: { token: TOKEN } } },
  { name: "flat", config: { baseUrl: url, token: TOKEN } },
  { name: "in snake_case", config: { base_url: url, token: TOKEN } },
  { name: "with a user's name for the address", config: { server_url: url, token: TOKEN } },
  { name: "half and half", config: { connection: { baseUrl: url }, token: TOKEN } },
  {
    name: "with empty ones, which count as not set",
    config: { server_url: url, token: TOKEN, project_key: "", port: undefined },
  },
])("settings are taken $name", async ({ config }) => {
  expect(await resolve(config)).toEqual(expected);
});

test("a name of the connector's own leads where it says", async () => {
  expect((await resolve({ server_url: url, token: TOKEN, project_key: "OPS" })).connection).toEqual({
    baseUrl: url,
    defaultProject: "OPS",
  });
});

test("a value from the environment takes the type of its field", async () => {
  const config = { baseUrl: { env: "URL" }, token: { env: "TOKEN" }, port: { env: "PORT" } };
  const env = { URL: url, TOKEN, PORT: "587" };
  expect(await resolve(config, env)).toEqual({
    connection: { baseUrl: url, port: 587 },
    credentials: { token: TOKEN },
  });
});

test("a credential that is a map becomes a credential an entry", async () => {
  const hooks = { general: "https://a", ops: { env: "OPS" } };
  const { credentials } = await resolve({ baseUrl: url, token: TOKEN, hooks }, { OPS: "https://b" });
  expect(credentials).toEqual({ token: TOKEN, "hooks.general": "https://a", "hooks.ops": "https://b" });
});

describe("what is wrong is named", () => {
  test.each([
    {
      config: { tokn: TOKEN },
      says: 'no setting "tokn". Known settings: baseUrl, defaultProject, hooks, port, project_key, token.',
    },
    { config: { a: 1, b: 2 }, says: 'no settings "a", "b"' },
    { config: { base_url: url, server_url: url }, says: "connection.baseUrl is given twice" },
    { config: {}, says: "required but not set: credentials.token, connection.baseUrl." },
    { config: { baseUrl: url, token: { env: "NOPE" } }, says: "not set: NOPE (credentials.token)." },
    { config: { baseUrl: url, token: TOKEN, port: "x" }, says: "connection.port must be integer." },
    { config: { baseUrl: url, credentials: { token: TOKEN, user: "x" } }, says: "unknown: credentials.user" },
  ])(
    "$says",
    async ({ config, says }) => {
      const failure = await resolve(config).catch((error: unknown) => error as Error & { code?: string });
      expect(failure).toMatchObject({ code: "VALIDATION", message: expect.stringContaining(says) });
      expect(String(failure)).not.toContain(TOKEN);
    },
    20_000,
  );

  test("what comes from no variable is not also called missing", async () => {
    await expect(resolve({ baseUrl: url, token: { env: "NOPE" } })).rejects.not.toThrow("required");
  });
});
