/** E01 to E04, E10, E11 through the whole program: what a sender is answered, and what came of it. */
import { createHmac } from "node:crypto";
import { gzipSync } from "node:zlib";
import { fetch } from "undici";
import { expect, test } from "vitest";
import type { RunningController } from "../support/controller.ts";
import { type Field, field, post, SLACK_SECRET, send, until } from "../support/field.ts";

const E01 = String.raw`{"action":"opened",  "issue":{"number":1,"title":"C:\\users \\u00e9 é 🎉 \u2019"},"repository":{"full_name":"o/r"}}`;
const FORM =
  "payload=%7B%22action%22%3A%22opened%22%2C%22issue%22%3A%7B%22number%22%3A2%2C%22title%22%3A%22a+b%26c%22%7D%7D";

/** Ids of what is in the inbox and came from without, the newest first. */
const taken = async (it: Field) => {
  const items = await it.items("events list --limit 500");
  return items.filter(({ source }) => source !== "urn:plumbline").map(({ id }) => id);
};

/** Whether any line of the log that belongs to a request says so. */
const said = (controller: RunningController, trace: string | null) =>
  controller.line((line) => line.trace === trace && line.reason !== undefined).then(({ message }) => message);

async function residentMemory(address: string): Promise<number> {
  const text = await (await fetch(`${address}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\d+)/m.exec(text)?.[1]);
}

test("E01 to E03: what is signed over the bytes that came is taken, whatever they are; all else leaves no event", async () => {
  const it = await field();
  const controller = await it.start();
  const { address } = controller;
  expect((await send(address, E01, { id: "d1" })).status).toBe(200);
  const respaced = E01.replace(",  ", ", ");
  expect((await send(address, respaced, { id: "d2", signed: E01 })).status).toBe(401);

  const type = "application/x-www-form-urlencoded";
  expect((await send(address, FORM, { id: "d3", type })).status).toBe(200);
  const large = `${FORM}&pad=${"x".repeat(1.1 * 1024 * 1024)}`;
  for (const one of [type, "application/json", "text/plain"]) {
    expect((await send(address, large, { id: "d4", type: one })).status).toBe(413);
  }

  const packed = gzipSync(E01);
  const headers = { "content-encoding": "gzip" };
  for (const signed of [E01, packed]) {
    const refused = await send(address, packed, { id: "d5", signed, headers });
    expect([refused.status, refused.body]).toEqual([415, expect.not.stringContaining("gzip")]);
    expect(await said(controller, refused.trace)).toMatch(/gzip/);
  }
  // 1 GiB of zeros in members of 16 MiB, which every reader of gzip takes as one text.
  const bomb = Buffer.concat(Array.from({ length: 64 }, () => member));
  const before = await residentMemory(address);
  expect((await send(address, bomb, { id: "d6", headers })).status).toBe(bomb.length > 1024 * 1024 ? 413 : 415);
  expect((await send(address, bomb.subarray(0, 1024 * 1024), { id: "d6", headers })).status).toBe(415);
  expect((await residentMemory(address)) - before).toBeLessThan(64 * 1024 * 1024);

  await until(it.texts, (texts) => texts.length >= 2);
  expect(it.texts().sort()).toEqual([String.raw`C:\users \u00e9 é 🎉 ’`, "a b&amp;c"].sort());
  expect(await taken(it)).toEqual(["d3", "d1"]);
  const { items } = (await (await fetch(`${address}/api/refusals`)).json()) as {
    items: { reason: string; message: string }[];
  };
  expect(items.filter(({ reason }) => reason === "CompressedBody").every(({ message }) => /gzip/.test(message))).toBe(
    true,
  );
  expect(items.map(({ reason }) => reason)).toContain("NotAuthentic");
});

const member = gzipSync(Buffer.alloc(16 * 1024 * 1024), { level: 9 });

test("E04: a rightly signed event with a wrong time is 401 without a hint, and the log tells the clock from the secret", async () => {
  const it = await field();
  const controller = await it.start();
  const call = (timestamp: string, secret = SLACK_SECRET) => {
    const body = JSON.stringify({
      type: "event_callback",
      event_id: `Ev${timestamp}`,
      event_time: 1,
      team_id: "T1",
      event: { type: "message", text: "x", channel: "C1", user: "U9" },
    });
    const digest = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
    return post(`${controller.address}/api/webhooks/acme-slack`, body, {
      "content-type": "application/json",
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": `v0=${digest}`,
    });
  };
  const now = Math.floor(Date.now() / 1000);
  const hints = new Set<string>();
  for (const [timestamp, says] of [
    [`${now - 3600}`, /36\d\d s behind/],
    [`${now + 3600}`, /3[56]\d\d s ahead/],
    ["abc", /no number/],
    ["", /no number/],
    ["1e99", /no number/],
    [`${now}x`, /no number/],
    [`${now}000`, /s ahead/],
  ] as const) {
    const refused = await call(timestamp);
    expect(refused.status).toBe(401);
    hints.add(refused.body.replace(String(refused.trace), ""));
    expect(await said(controller, refused.trace)).toMatch(says);
  }
  const forged = await call(`${now}`, "another secret");
  hints.add(forged.body.replace(String(forged.trace), ""));
  expect(await said(controller, forged.trace)).not.toMatch(/behind|ahead|number/);
  expect(hints.size).toBe(1);
  expect(await taken(it)).toEqual([]);
  expect((await call(`${Math.floor(Date.now() / 1000) - 290}`)).status).toBe(200);
  expect(await taken(it)).toEqual([`Ev${Math.floor(Date.now() / 1000) - 290}`].map(() => expect.stringMatching(/^Ev/)));
});

const CI_SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

const ce = {
  "ce-specversion": "1.0",
  "ce-source": "/x",
  "ce-type": "com.example.alert",
  "content-type": "application/json",
};

test("E10 and E11: headers are decoded once; a batch is taken whole, or refused with the element's number", async () => {
  const it = await field({ env: { CI: CI_SECRET } });
  it.write(
    "plumbline.config.yaml",
    "allow: { hosts: [127.0.0.1] }\nevents: { senders: [{ name: ci, secrets: [{ env: CI }] }] }\n",
  );
  const { address } = await it.start();
  const url = `${address}/api/events`;
  const binary = (id: string, subject: string) => post(url, "{}", { ...ce, "ce-id": id, "ce-subject": subject });
  expect((await binary("1", "caf%C3%A9%20%2541")).status).toBe(202);
  expect((await binary("2", '"a%20b"')).status).toBe(202);
  expect((await binary("3", "%FF")).status).toBe(400);
  const subjects = (await it.items("events list"))
    .filter(({ source }) => source === "/x")
    .map(({ subject }) => subject);
  expect(subjects).toEqual(["a b", "café %41"]);

  const three = ["a", "b", "c"].map((id) => ({ specversion: "1.0", id, source: "/y", type: "t" }));
  const batch = (events: unknown, type = "application/cloudevents-batch+json") =>
    post(url, JSON.stringify(events), { "content-type": type });
  const count = async () => (await taken(it)).length - subjects.length;
  const refused = await batch([three[0], { ...three[1], source: undefined }, three[2]]);
  expect([refused.status, refused.body]).toEqual([400, expect.stringContaining("Element 1")]);
  expect(await count()).toBe(0);
  expect((await batch(three)).status).toBe(202);
  expect(await count()).toBe(3);
  expect((await batch([])).status).toBe(202);
  expect((await batch(three, "application/cloudevents+json")).status).toBe(400);
  expect(await count()).toBe(3);

  const signed = (body: string, sent = body) =>
    post(url, sent, {
      ...{ "content-type": "application/cloudevents+json", "x-forwarded-for": "203.0.113.9" },
      ...standardHeaders(body, Math.floor(Date.now() / 1000)),
    });
  const event = JSON.stringify({ ...three[0], id: "d", labels: { team: "pay" } });
  expect((await signed(event, event.replace("pay", "own"))).status).toBe(401);
  expect(await count()).toBe(3);
  expect((await signed(event)).status).toBe(202);
  expect(await count()).toBe(4);
});

function standardHeaders(body: string, seconds: number): Record<string, string> {
  const key = Buffer.from(CI_SECRET.slice("whsec_".length), "base64");
  const signature = createHmac("sha256", key).update(`msg_1.${seconds}.${body}`).digest("base64");
  return { "webhook-id": "msg_1", "webhook-timestamp": String(seconds), "webhook-signature": `v1,${signature}` };
}
