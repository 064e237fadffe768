/** E01 to E04: signatures over what came, forms, compressed bodies, clocks; and the kind of fault of each. */
import { createHmac } from "node:crypto";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { events as github } from "../../../src/connectors/github/events.ts";
import { events as slack } from "../../../src/connectors/slack/events.ts";
import { openEvent } from "../../../src/events/envelope.ts";
import type { ReceivedRequest } from "../../../src/events/receive.ts";
import { endpointOf, githubRequest, type Layer, layer, SECRET, signature, TRACE } from "../../events/support.ts";
import { VirtualClock } from "../../support/clock.ts";

const gh = endpointOf("github", "gh", github, { webhookSecret: SECRET });
const start = (): Promise<Layer> => layer({ clock: new VirtualClock({ auto: false }) });

async function titles({ store }: Layer): Promise<unknown[]> {
  const events = await store.events.events({ limit: 50 });
  const open = events.map((stored) => openEvent(stored, () => ({ self: false })));
  return open.map(({ envelope }) => (envelope.data as { issue: { title: unknown } }).issue.title);
}

describe("E01 the signature is over the bytes that arrived", () => {
  const body = String.raw`{"action":"opened",  "issue":{"number":1,"title":"C:\\users \\u00e9 é 🎉 \u2019"},"repository":{"full_name":"o/r"}}`;

  test("a body with odd spaces, literal backslash-u, raw UTF-8 and an escape is taken, and says what it says", async () => {
    const all = await start();
    expect((await all.receiver.receive(gh, githubRequest(body))).status).toBe(200);
    expect(await titles(all)).toEqual([String.raw`C:\users \u00e9 é 🎉 ’`]);
  });

  test("one space less under the old signature is refused and nowhere", async () => {
    const all = await start();
    const request = githubRequest(body.replace(",  ", ", "), { "x-hub-signature-256": signature(body) });
    expect((await all.receiver.receive(gh, request)).status).toBe(401);
    expect(await titles(all)).toEqual([]);
  });

  test("any text that JSON may hold, however it is escaped and spaced, is taken and unchanged", async () => {
    const all = await start();
    const escapes = (text: string) =>
      [...text]
        .map((c) =>
          c.length === 1 && c.charCodeAt(0) % 2
            ? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`
            : JSON.stringify(c).slice(1, -1),
        )
        .join("");
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), fc.stringMatching(/^[ \t\n]{0,3}$/), async (title, space) => {
        count += 1;
        const text = `{${space}"issue":${space}{"title":"${escapes(title)}"},"n":${count}}${space}`;
        expect((await all.receiver.receive(gh, githubRequest(text, { id: `p${count}` }))).status).toBe(200);
        expect((await titles(all))[0]).toBe(title);
      }),
      { numRuns: 40 },
    );
  });
});

describe("E02 form-encoded deliveries", () => {
  const form =
    "payload=%7B%22action%22%3A%22opened%22%2C%22issue%22%3A%7B%22number%22%3A2%2C%22title%22%3A%22a+b%26c%22%7D%7D";
  const type = "application/x-www-form-urlencoded";

  test("the signed bytes are the form", async () => {
    const all = await start();
    expect((await all.receiver.receive(gh, githubRequest(form, { type }))).status).toBe(200);
    expect(await titles(all)).toEqual(["a b&c"]);
  });

  test.each([type, "application/json", "text/plain", "application/octet-stream", ""])(
    "1.1 MiB of the type %j, rightly signed, is too large or of no type that is taken",
    async (padded) => {
      const all = await start();
      const large = `${form}&pad=${"x".repeat(1.1 * 1024 * 1024)}`;
      expect((await all.receiver.receive(gh, githubRequest(large, { type: padded }))).status).toBe(413);
      expect(await titles(all)).toEqual([]);
    },
  );
});

describe("E03 compressed bodies", () => {
  const plain = '{"issue":{"title":"x"}}';

  test.each([
    { over: "the plain bytes", signed: plain },
    { over: "the packed bytes", signed: gzipSync(plain) },
  ])("one signed over $over is 415, and the history says gzip and nothing of a signature", async ({ signed }) => {
    const all = await start();
    const headers = { "content-encoding": "gzip", "x-hub-signature-256": signature(signed) };
    expect((await all.receiver.receive(gh, githubRequest(gzipSync(plain), headers))).status).toBe(415);
    await all.receiver.written();
    const [refusal] = await all.store.events.refusals({ limit: 1 });
    expect(refusal?.message).toContain("gzip");
    expect(refusal?.message).not.toContain("signature");
  });

  test("a bomb is never unpacked", async () => {
    const all = await start();
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const before = process.memoryUsage().rss;
    expect((await all.receiver.receive(gh, githubRequest(bomb, { "content-encoding": "gzip" }))).status).toBe(415);
    expect(process.memoryUsage().rss - before).toBeLessThan(32 * 1024 * 1024);
  });
});

describe("E04 clocks and odd timestamps", () => {
  const secret = "8f742231b10e8888abcd99yyyzzz85a5";
  const endpoint = endpointOf("slack", "acme-slack", slack, { signingSecret: secret });
  const body = JSON.stringify({
    type: "event_callback",
    event_id: "Ev1",
    event_time: 1,
    team_id: "T1",
    event: { type: "message", text: "x", channel: "C1" },
  });

  function slackRequest(timestamp: string): ReceivedRequest {
    const digest = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
    const headers = {
      "content-type": "application/json",
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": `v0=${digest}`,
    };
    return { method: "POST", headers, query: {}, body: Buffer.from(body), trace: TRACE };
  }

  test.each<{ name: string; at: (now: number) => string; says: RegExp }>([
    { name: "an hour ago", at: (now) => String(now - 3600), says: /3600 s behind/ },
    { name: "in an hour", at: (now) => String(now + 3600), says: /3600 s ahead/ },
    { name: "301 s ago", at: (now) => String(now - 301), says: /301 s behind/ },
    { name: "letters", at: () => "abc", says: /no number/ },
    { name: "nothing", at: () => "", says: /no number/ },
    { name: "1e99", at: () => "1e99", says: /no number/ },
    { name: "now and a letter", at: (now) => `${now}x`, says: /no number/ },
    { name: "now in milliseconds", at: (now) => `${now}000`, says: /s ahead/ },
    { name: "a negative number", at: (now) => `-${now}`, says: /no number/ },
  ])("$name under the right signature is 401, and the operator reads why", async ({ at, says }) => {
    const all = await start();
    const request = slackRequest(at(Math.floor(all.clock.now() / 1000)));
    expect(await all.receiver.receive(endpoint, request)).toEqual({ status: 401, headers: {} });
    await all.receiver.written();
    expect((await all.store.events.refusals({ limit: 1 }))[0]?.message).toMatch(says);
    expect(await all.store.events.events({ limit: 1 })).toEqual([]);
  });

  test.each([-290, 290])("%i s from now is taken", async (seconds) => {
    const all = await start();
    const request = slackRequest(String(Math.floor(all.clock.now() / 1000) + seconds));
    expect((await all.receiver.receive(endpoint, request)).status).toBe(200);
    expect(await all.store.events.events({ limit: 1 })).toHaveLength(1);
  });
});
