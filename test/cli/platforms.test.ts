/** `test`, `connectors` and `schema`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { manifest, place, twoRooms } from "./fixture.ts";

describe("test", () => {
  test("shows the system, the account and the version, and writes nothing", async () => {
    const { fake, run } = place();
    const { code, stdout } = await run("test acme");
    expect(stdout).toBe(
      "✓ acme  works\n  system    fake/fake/S1 (system S1)\n  account   plumbline (u-plumbline)\n  version   1\n  requests  2\n",
    );
    expect({ code, writes: fake.writes }).toEqual({ code: 0, writes: [] });
  });

  test.each([
    { code: "AUTH", remedy: "has not expired" },
    { code: "PERMISSION", remedy: "Give the credential the rights" },
    { code: "UNAVAILABLE", remedy: "can be reached from here" },
  ] as const)("a failure with $code says what to do", async ({ code, remedy }) => {
    const { fake, run } = place();
    fake.failRead("check", code);
    const result = await run("test acme");
    expect(result.stdout).toContain(`× acme  ${code}: The fake failed: check.`);
    expect(result.stdout).toContain(remedy);
    expect(result.code).toBe(1);
  });

  test("a secret that is not set is a failed sign-in that names the variable", async () => {
    const files = { "acme.yaml": manifest(twoRooms, "  credentials: { token: { env: TOKEN } }\n") };
    const { code, stdout } = await place(files).run("test acme");
    expect(stdout).toContain("× acme  AUTH: credentials.token: the environment variable TOKEN is not set.");
    expect(code).toBe(1);
  });

  test("-o json holds the same", async () => {
    const { stdout } = await place().run("test acme -o json");
    expect(JSON.parse(stdout)).toMatchObject([
      { integration: "acme", ok: true, check: { version: "1" }, identity: { id: "S1" } },
    ]);
  });

  test("an unknown Integration is answered with the nearest", async () => {
    const { code, stderr } = await place().run("test acne");
    expect(stderr).toContain('There is no Integration "acne". Did you mean "acme"?');
    expect(code).toBe(1);
  });
});

describe("connectors", () => {
  test("lists the platforms with their kinds", async () => {
    const { code, stdout } = await place().run("connectors");
    expect(stdout).toMatch(/^PLATFORM +TITLE +KINDS +NOTIFIES +ACTIONS\n/);
    expect(stdout).toMatch(/^fake +Fake +rooms, rooms.notes, teams +no$/m);
    expect(stdout).toMatch(/^slack +Slack +.* yes +/m);
    expect(code).toBe(0);
  });

  test("shows the fields of one, which are required, and what is special about them", async () => {
    const { stdout } = await place().run("connectors fake");
    expect(stdout).toMatch(/resources.rooms {3}can be deleted or archived, can be renamed\n/);
    expect(stdout).toMatch(/ {2}name \* +string +The room's name.\n/);
    expect(stdout).toMatch(/ {2}size +integer +Seats. \(cannot be changed in place\)\n/);
    expect(stdout).toMatch(/ {2}members +list of string +E-mail addresses. \(refers to people\)/);
    expect(stdout).toMatch(/ {2}token +secret +Opens the door.\n/);
  });

  test("-o json holds the same as data", async () => {
    const { stdout } = await place().run("connectors fake -o json");
    expect(JSON.parse(stdout)).toMatchObject({
      platform: "fake",
      kinds: [{ kind: "rooms" }, { kind: "rooms.notes" }, { kind: "teams" }],
    });
  });

  test("an unknown platform is answered with the nearest", async () => {
    const { code, stderr } = await place().run("connectors slak");
    expect(stderr).toContain('There is no platform "slak". Did you mean "slack"?');
    expect(code).toBe(1);
  });

  test("fits the window", async () => {
    const { stdout } = await place().run("connectors slack --no-color", { terminal: 60 });
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(60);
  });
});

describe("schema", () => {
  test.each([
    { name: "Integration", file: "integration.json" },
    { name: "rule", file: "rule.json" },
    { name: "NotificationRoute", file: "notification-route.json" },
    { name: "plan", file: "plan.json" },
    { name: "plumbline", file: "plumbline.json" },
  ])("$name prints the published $file", async ({ name, file }) => {
    const { code, stdout } = await place().run(`schema ${name}`);
    expect(stdout).toBe(readFileSync(join(import.meta.dirname, "../../schemas", file), "utf8"));
    expect(code).toBe(0);
  });

  test("a platform prints the schema of its Integrations alone", async () => {
    const { stdout } = await place().run("schema slack");
    const { properties } = JSON.parse(stdout);
    expect(properties.spec.properties.platform.const).toBe("slack");
    expect(Object.keys(properties.spec.properties.resources.properties).sort()).toEqual(["channels", "usergroups"]);
  });

  test("an unknown name is answered with the nearest", async () => {
    const { code, stderr } = await place().run("schema Integraton");
    expect(stderr).toContain('There is no schema "Integraton". Did you mean "Integration"?');
    expect(code).toBe(1);
  });
});
