/** E05 and E07 through the whole program: secrets of a wrong form, and one claim for each id, whatever happens. */
import { createHmac } from "node:crypto";
import { fetch } from "undici";
import { expect, onTestFinished, test } from "vitest";
import { field, issue, manifest, post, send, until } from "../support/field.ts";
import { startPostgresServer } from "../support/postgres-server.ts";

const standard = { hookConnection: ", auth: standard-webhooks" };
const sent = (secrets: string) => `, credentials: { ${secrets} }`;

/** `whsec_` and the base64 of 24 bytes is right; each of these is near. */
const wrong = [
  "v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  "whsec_aGVsbG8=",
  "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw ",
];

test.each(wrong)(
  "E05: the secret %j is refused when it is loaded, by field and form and never by value",
  async (secret) => {
    const it = await field({ ...standard, hookSpec: sent("secret: { env: WH }"), env: { WH: secret } });
    const { code, stdout, stderr } = await it.run("test hook -f m");
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/credentials\.secret .*"whsec_"/s);
    const controller = await it.start();
    const { message } = await controller.line((line) => line.integration === "default/hook" && line.level !== "info");
    expect(message).toMatch(/credentials\.secret .*"whsec_"/);
    const found = await until(
      async () => (await it.items("get Integration hook -f m"))[0],
      (one) => JSON.stringify(one).includes("credentials.secret"),
    );
    expect(JSON.stringify(found)).toMatch(/"status":"False"/);
    const all = stdout + stderr + JSON.stringify(found) + controller.lines.map((line) => JSON.stringify(line)).join();
    expect(all).not.toContain(secret.trim().slice(-20));
    expect(it.hook.log).toEqual([]);
  },
);

test("E05: one that webhooks are proven by is refused as well, and no delivery is let in by it", async () => {
  const it = await field({
    hookSpec: `${sent("webhookSecret: { env: WH }")}, events: { enabled: true }`,
    env: { WH: "v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" },
  });
  const { code, stdout, stderr } = await it.run("test hook -f m");
  expect([code, stdout + stderr]).toEqual([1, expect.stringContaining("credentials.webhookSecret")]);
  const controller = await it.start();
  await controller.line(({ message }) => message.includes("credentials.webhookSecret"));
  // Signed with what a lenient reader would make of the secret.
  const key = Buffer.from("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "base64");
  const at = `${Math.floor(Date.now() / 1000)}`;
  const digest = createHmac("sha256", key).update(`1.${at}.{}`).digest("base64");
  const headers = { "webhook-id": "1", "webhook-timestamp": at, "webhook-signature": `v1,${digest}` };
  const url = `${controller.address}/api/webhooks/hook`;
  expect((await post(url, "{}", { "content-type": "application/json", ...headers })).status).toBe(401);
});

test.each([
  {
    what: "a setting of the connection",
    spec: "connection: { url: { env: NOT_SET } }, credentials: { webhookSecret: { env: GH } }",
    told: /connection\.url.*NOT_SET/,
  },
  {
    what: "the secret",
    spec: 'connection: { url: "http://127.0.0.1:1/" }, credentials: { webhookSecret: { env: NOT_SET } }',
    told: /credentials\.webhookSecret.*NOT_SET/,
  },
])("where $what cannot be had, the operator finds it by name under the refusals", async ({ spec, told }) => {
  const it = await field();
  it.write("m/more.yaml", manifest("Integration", "late", `{ platform: webhook, ${spec}, events: { enabled: true } }`));
  const { address } = await it.start();
  const refused = await post(`${address}/api/webhooks/late`, "{}", {
    "content-type": "application/json",
    "webhook-id": "1",
    "webhook-timestamp": `${Math.floor(Date.now() / 1000)}`,
    "webhook-signature": "v1,AAAA",
  });
  expect([refused.status, refused.body]).toEqual([503, expect.not.stringContaining("NOT_SET")]);
  const found = await until(
    async () => ((await (await fetch(`${address}/api/refusals`)).json()) as { items: { message: string }[] }).items,
    (items) => items.length > 0,
  );
  expect(found[0]).toMatchObject({
    integration: "default/late",
    status: 503,
    message: expect.stringMatching(told),
  });
});

test("E07: one id five times at once, and again after kill -9, is one message", async () => {
  const it = await field();
  const first = await it.start();
  const body = issue(1, "once");
  const five = await Promise.all(Array.from({ length: 5 }, () => send(first.address, body, { id: "d1" })));
  expect(five.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  await until(it.texts, (texts) => texts.length > 0);
  await first.line(({ message }) => message === "delivered");
  first.signal("SIGKILL");
  await first.ended;
  const second = await it.start();
  expect((await send(second.address, body, { id: "d1" })).status).toBe(200);
  // Its own bytes under another id are a repeat as well: GitHub signs neither id nor time.
  expect((await send(second.address, body, { id: "d1-again" })).status).toBe(200);
  expect((await send(second.address, issue(2, "another"), { id: "d2" })).status).toBe(200);
  await until(it.texts, (texts) => texts.includes("another"));
  expect(it.texts()).toEqual(["once", "another"]);
  const d1 = (await it.items("events list")).find(({ id }) => id === "d1");
  expect(d1).toMatchObject({ repeats: expect.any(Number) });
});

test("E07: with two controllers on one PostgreSQL it is one message, also when the second takes over", async () => {
  const server = await startPostgresServer();
  onTestFinished(() => server.stop());
  const it = await field({ state: await server.database() });
  const first = await it.start();
  const second = await it.start({ waits: true });
  const body = issue(1, "once");
  const to = [first.address, second.address, first.address, second.address, second.address];
  const five = await Promise.all(to.map((address) => send(address, body, { id: "d1" })));
  expect(five.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  await until(it.texts, (texts) => texts.length > 0);
  expect((await send(second.address, issue(2, "by the second"), { id: "d2" })).status).toBe(200);
  await until(it.texts, (texts) => texts.includes("by the second"));
  first.signal("SIGTERM");
  expect(await first.ended).toBe(0);
  await second.line(({ message }) => message === "holds the state");
  expect((await send(second.address, body, { id: "d1" })).status).toBe(200);
  expect((await send(second.address, issue(3, "after it"), { id: "d3" })).status).toBe(200);
  await until(it.texts, (texts) => texts.includes("after it"));
  expect(it.texts()).toEqual(["once", "by the second", "after it"]);
});
