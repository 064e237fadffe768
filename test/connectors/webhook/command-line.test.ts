/** The generic webhook by the commands that people use: what is opened by the operator, and what is wrong with a secret. */
import { expect, onTestFinished, test } from "vitest";
import { cli, folderOf } from "../../support/cli.ts";
import { startReceiver } from "../../support/receiver.ts";
import { published } from "./requests.ts";

async function place(secret: string, configured: (host: string) => string | undefined) {
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  const config = configured(new URL(receiver.url).host);
  const manifest = `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: hook }
spec:
  platform: webhook
  connection: { url: "${receiver.url}/", auth: standard-webhooks }
  credentials: { secret: { env: S } }
`;
  const cwd = folderOf({ "hook.yaml": manifest, ...(config === undefined ? {} : { "plumbline.config.yaml": config }) });
  const run = (...args: string[]) => cli(args, { cwd, network: true, env: { S: secret } });
  return { run, receiver };
}

const named = (host: string) => `allow: { hosts: ["${host}"] }\n`;

test("test pings an address that the operator named, and execute sends to it", async () => {
  const { run, receiver } = await place(published.secret, named);
  expect(await run("test", "hook")).toMatchObject({ code: 0 });
  const sent = await run("execute", "hook", "send", "-p", 'body={"n":1}');
  expect(sent, sent.stderr).toMatchObject({ code: 0, stdout: expect.stringMatching(/status: 202/) });
  expect(receiver.received.map(({ body }) => body)).toEqual(['{"type":"ping"}', '{"n":1}']);
});

test.each([
  ["names nothing", () => undefined, 1],
  ["names another host", () => 'allow: { hosts: ["hooks.example.com"] }\n', 1],
])("an operator who %s keeps an inner address from being asked", async (_, configured, code) => {
  const { run, receiver } = await place(published.secret, configured);
  const { code: ended, stdout, stderr } = await run("test", "hook");
  expect(ended).toBeGreaterThanOrEqual(code);
  expect(stdout + stderr).toMatch(/allow\.hosts|not allow/);
  expect(receiver.received).toEqual([]);
});

test.each([`v1,${published.secret}`, `whsec_${Buffer.from("5byte").toString("base64")}`])(
  "a secret of another form is refused by test, by its field and form and never by its value",
  async (secret) => {
    const { run, receiver } = await place(secret, named);
    const { code, stdout, stderr } = await run("test", "hook");
    expect(code).toBe(1);
    const said = (stdout + stderr).replace(/\s+/g, " ");
    expect(said).toContain("credentials.secret");
    expect(said).toContain("whsec_");
    expect(said).toContain("24 to 64 bytes");
    expect(said).not.toContain(secret);
    expect(said).not.toContain(secret.split("whsec_")[1]);
    expect(receiver.received).toEqual([]);
  },
);

test("connectors lists what the platform sends", async () => {
  const { run } = await place(published.secret, named);
  expect((await run("connectors", "webhook")).stdout).toMatch(/events\n +received\n/);
  const { events } = JSON.parse((await run("connectors", "github", "-o", "json")).stdout);
  expect(events).toEqual(expect.arrayContaining([{ name: "issues", main: "issue" }, { name: "push" }]));
});
