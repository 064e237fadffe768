/** Where a connection breaks, from the configuration to the limits, and a bundle without secrets. */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { statusPage } from "../../../src/cli/doctor/status-pages.ts";
import { openStore } from "../../../src/store/open.ts";
import { gitHubPlace, slackPlace } from "../../e2e/place.ts";
import type { CliResult } from "../../support/cli.ts";
import { manifest, type Place, place, twoRooms } from "../fixture.ts";

interface Said {
  place: Found[];
  integrations: { integration: string; statusPage?: string; steps: Found[] }[];
}
interface Found {
  name: string;
  status: string;
  message: string;
  remedy?: string;
  warning?: string;
}

async function told(result: Promise<CliResult>) {
  const { code, stdout, stderr } = await result;
  const said = JSON.parse(stdout || `"${stderr}"`) as Said;
  const all = [...said.place, ...said.integrations.flatMap(({ steps }) => steps)];
  const failed = all.filter(({ status }) => status === "failed");
  return { code, said, failed, step: (name: string) => said.integrations[0]?.steps.find((one) => one.name === name) };
}

test("where all is well each step says what it found, and the exit code is 0", async () => {
  const { code, stdout } = await place().run("doctor");
  expect(code).toBe(0);
  expect(stdout).toMatch(/✓ plumbline +\S+ on Node\.js \d+/);
  expect(stdout).toContain("✓ configuration no plumbline.config.yaml here or above");
  expect(stdout).toContain("✓ manifests     1 manifest in 1 file");
  expect(stdout).toContain("✓ state         none yet at ");
  expect(stdout).toContain("acme (fake)\n  ✓ configuration acme.yaml, Fake\n");
  expect(stdout).toContain("- dns           the system has no address to look at");
  expect(stdout).toContain("✓ credentials   works as plumbline");
  expect(stdout).toContain("✓ permission    the platform does not tell the scopes; can read rooms");
  expect(stdout).toContain("✓ system        fake/fake/S1 (system S1)");
});

test("looks without writing, and reads no more than a page of each declared kind", async () => {
  const here = place();
  for (const name of ["a", "b", "c", "d", "e"]) here.fake.addRoom({ name });
  await here.run("doctor");
  expect(here.fake.reads).toEqual(["check", "list rooms 1", "identity"]);
  expect(here.fake.writes).toEqual([]);
});

test.each<{
  what: string;
  code: "AUTH" | "PERMISSION" | "UNAVAILABLE" | "RATE_LIMITED";
  at: string;
  skipped: string[];
}>([
  { what: "check", code: "AUTH", at: "credentials", skipped: ["permission", "system", "limits"] },
  { what: "check", code: "UNAVAILABLE", at: "system", skipped: ["credentials", "permission", "limits"] },
  { what: "list rooms 1", code: "PERMISSION", at: "permission", skipped: ["system", "limits"] },
  { what: "list rooms 1", code: "RATE_LIMITED", at: "limits", skipped: ["permission", "system"] },
  { what: "identity", code: "AUTH", at: "system", skipped: ["limits"] },
])("$code from '$what' is a failure of $at, with a remedy, and exit code 1", async ({ what, code, at, skipped }) => {
  const here = place();
  here.fake.failRead(what, code);
  const { code: exit, failed, said } = await told(here.run("doctor -o json"));
  expect(exit).toBe(1);
  expect(failed).toMatchObject([{ name: at, message: expect.stringContaining(`${code}: The fake failed: ${what}.`) }]);
  expect(failed[0]?.remedy).toMatch(/^[A-Z].{15,}\.$/s);
  const kept = said.integrations[0]?.steps.filter(({ message }) => message === `not reached: ${at} failed`);
  expect(kept?.map(({ name }) => name)).toEqual(skipped);
});

test("names all secrets that are missing at once", async () => {
  const credentials = "  credentials: { token: { env: FAKE_TOKEN } }\n";
  const rooms = "    rooms:\n      - { name: incidents, token: { file: none.txt } }\n";
  const here = place({ "acme.yaml": manifest(rooms, credentials) });
  const { code, failed } = await told(here.run("doctor -o json"));
  expect(code).toBe(1);
  expect(failed.map(({ name }) => name)).toEqual(["secrets"]);
  expect(failed[0]?.message).toMatch(/FAKE_TOKEN is not set.*no file "none\.txt"/);
  expect(here.fake.reads).toEqual([]);
});

test("a credential that leads elsewhere than before is a failure of the system", async () => {
  const here = place();
  await here.run("apply --auto-approve");
  here.fake.identity = "S2";
  const { failed } = await told(here.run("doctor -o json"));
  expect(failed).toMatchObject([
    { name: "system", message: "the credential leads to fake/fake/S2, and before it led to fake/fake/S1" },
  ]);
});

test.each([
  { days: 30, warning: undefined },
  { days: 5, warning: "the credential expires in 5 days" },
  { days: -1, warning: "the credential has expired" },
])("a credential that ends in $days days", async ({ days, warning }) => {
  const here = place();
  const expiresAt = new Date(Date.now() + days * 86_400_000 + 60_000).toISOString();
  const connector = { ...here.fake.connector, check: async () => ({ expiresAt, scopes: ["a", "b"] }) };
  const { code, step } = await told(here.run("doctor -o json", { connectors: [connector] }));
  expect(step("credentials")).toMatchObject({ status: "ok", message: `works, until ${expiresAt}` });
  expect(step("credentials")?.warning).toBe(warning);
  expect(step("permission")?.message).toContain("scopes a, b");
  expect(code).toBe(0);
});

test("a wrong manifest fails, its system is not asked, and others are", async () => {
  const here = place({
    "acme.yaml": manifest("    rooms: 1\n"),
    "other.yaml": manifest(twoRooms).replace("name: acme", "name: other"),
  });
  const { code, said, failed } = await told(here.run("doctor -o json"));
  expect(code).toBe(1);
  expect(failed.map(({ name, message }) => `${name} ${message.split(":")[0]}`)).toEqual(["manifests acme.yaml"]);
  expect(said.integrations.map(({ integration }) => integration)).toEqual(["default/other"]);
  expect((await told(here.run("doctor acme -o json"))).code).toBe(1);
});

test("a configuration that is wrong fails, and no secret is read", async () => {
  const here = place({
    "plumbline.config.yaml": "allow: { evn: [X] }\n",
    "acme.yaml": manifest(twoRooms, "  credentials: { token: { env: FAKE_TOKEN } }\n"),
  });
  const { code, failed } = await told(here.run("doctor -o json", { env: { FAKE_TOKEN: "abcdefgh" } }));
  expect(code).toBe(1);
  expect(failed.map(({ name }) => name)).toContain("configuration");
  expect(here.fake.reads).toEqual([]);
});

async function held({ folder }: Place) {
  const store = await openStore(undefined, { mode: "write", folder, version: "0.1.0" });
  onTestFinished(() => store.close());
  return store.lock({ pid: 7, host: "elsewhere", command: "plumbline apply", since: "2026-11-25T12:00:00Z" }, 0);
}

test("says who is applying, and leaves the lock where it is", async () => {
  const here = place();
  await here.run("apply --auto-approve");
  const lock = await held(here);
  for (const _ of [1, 2]) {
    const { code, said } = await told(here.run("doctor -o json"));
    expect(said.place.find(({ name }) => name === "state")?.warning).toContain("pid 7 on elsewhere");
    expect(code).toBe(0);
  }
  expect((await here.run("apply --auto-approve --lock-timeout 0s")).stderr).toContain("Another apply holds this state");
  await lock.release();
  const { said } = await told(here.run("doctor -o json"));
  expect(said.place.find(({ name }) => name === "state")?.warning).toBeUndefined();
});

test("a state that is damaged fails, with the remedy, and connections are looked at all the same", async () => {
  const here = place();
  await here.run("apply --auto-approve");
  writeFileSync(join(here.folder, ".plumbline/state.db"), "no database ".repeat(1000));
  const { code, failed, step } = await told(here.run("doctor -o json"));
  expect(code).toBe(1);
  expect(failed).toMatchObject([{ name: "state", message: expect.stringContaining("Corrupt: ") }]);
  expect(step("system")?.status).toBe("ok");
});

const integration = (platform: string, connection: string, credentials: string) => ({
  "acme.yaml": `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: acme }
spec:
  platform: ${platform}
  connection: { ${connection} }
  credentials: { ${credentials} }
`,
});
const slack = integration("slack", "baseUrl: { env: SLACK_URL }", "token: { env: SLACK_BOT_TOKEN }");

test("Slack: address, scopes and workspace, and where Slack says how it is", async () => {
  const here = await slackPlace(slack, { scopes: ["channels:read", "users:read"], strictScopes: false });
  const { code, said, step } = await told(here.run("doctor -o json"));
  expect(code, JSON.stringify(said)).toBe(0);
  expect(step("dns")).toMatchObject({ status: "ok", message: expect.stringContaining("127.0.0.1") });
  expect(step("tcp")?.status).toBe("ok");
  expect(step("tls")).toMatchObject({ status: "skipped", message: "the address is not https" });
  expect(step("permission")?.message).toContain("channels:read");
  expect(said.integrations[0]?.statusPage).toBe("https://slack-status.com");
  expect((await here.run("doctor")).stdout).toContain("acme (slack)  status page: https://slack-status.com");
});

test("GitHub: what is left of its quota, as it tells it", async () => {
  const files = integration(
    "github",
    "organization: acme, baseUrl: { env: GITHUB_URL }",
    "token: { env: GITHUB_TOKEN }",
  );
  const here = await gitHubPlace(files);
  const { step } = await told(here.run("doctor -o json"));
  expect(step("limits")).toMatchObject({ status: "ok", message: expect.stringMatching(/core: \d+ of \d+ left/) });
});

test("a system that cannot be reached fails at the connection, and the token is not sent", async () => {
  const here = await slackPlace(slack);
  const { failed, step } = await told(
    here.run("doctor -o json", { env: { ...here.env, SLACK_URL: "http://127.0.0.1:9" } }),
  );
  expect(failed).toMatchObject([{ name: "tcp", message: "127.0.0.1:9: the connection was refused" }]);
  expect(step("credentials")).toMatchObject({ status: "skipped", message: "not reached: tcp failed" });
});

test("the bundle holds versions, names and findings, for its owner only, and no secret", async () => {
  const secret = "pl4nted/Secret+value=0123456789";
  const here = await slackPlace({
    ...slack,
    "plumbline.config.yaml": "publicUrl: https://ada:hunter2hunter2@plumbline.example.com\n",
    "wrong.yaml": `apiVersion: plumbline.dev/v1alpha1\nkind: Integration\nmetadata: { name: x }\nspec: { platform: slack, credentials: { token: "${secret}" } }\n`,
  });
  here.proxy.intercept(() => ({ status: 403, body: { ok: false, error: `refused ${secret}` } }));
  const result = await here.run("doctor --bundle report.json -o json --log-level debug", {
    env: { ...here.env, SLACK_BOT_TOKEN: secret, HTTPS_PROXY: "http://u:hunter2hunter2@127.0.0.1:9" },
  });
  expect(result.code).toBe(1);
  const file = join(here.folder, "report.json");
  const text = readFileSync(file, "utf8");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  for (const one of [text, result.stdout, result.stderr]) {
    expect(one).not.toContain(secret);
    expect(one).not.toContain("hunter2");
  }
  const bundle = JSON.parse(text);
  expect(bundle.versions).toMatchObject({ plumbline: expect.any(String), node: process.versions.node });
  expect(bundle.manifests).toEqual([
    { kind: "Integration", namespace: "default", name: "acme", file: "acme.yaml", platform: "slack" },
  ]);
  expect(bundle.problems).toMatchObject([{ file: "wrong.yaml" }]);
  expect(bundle.configuration.value.publicUrl).toMatch(/\*{8}@?plumbline\.example\.com$/);
  expect(bundle.integrations[0].steps.map(({ name }: Found) => name)).toContain("credentials");
});

test("a bundle that cannot be written is a failure", async () => {
  const { code, stderr } = await place().run("doctor --bundle none/report.json");
  expect(code).toBe(1);
  expect(stderr).toContain("none/report.json cannot be written: its folder does not exist.");
});

test("a name that nothing has is named with the nearest", async () => {
  const { code, stderr } = await place().run("doctor acm");
  expect(code).toBe(1);
  expect(stderr).toContain('Did you mean "acme"?');
});

test("status pages are public addresses", () => {
  for (const platform of ["slack", "github"]) expect(statusPage(platform)).toMatch(/^https:\/\//);
  expect(statusPage("fake")).toBeUndefined();
});
