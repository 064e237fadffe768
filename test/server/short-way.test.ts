/** A webhook is answered alike whether it takes the short way or the framework's. */
import { describe, expect, test } from "vitest";
import { raw, stage } from "./fixture.ts";

const body = '{"a":1}';

/** One request twice: with its length told, which takes the short way, and in chunks, which does not. */
async function both(port: number, path: string, lines: readonly string[] = []): Promise<[string, string]> {
  const head = [`POST ${path} HTTP/1.1`, "host: here", "connection: close", ...lines];
  const told = [...head, `content-length: ${body.length}`, "", body].join("\r\n");
  const chunked = [...head, "transfer-encoding: chunked", "", body.length.toString(16), body, "0", "", ""].join("\r\n");
  return [plain(await raw(port, told)), plain(await raw(port, chunked))];
}

/** Without what differs each time; header lines in alphabetical order. */
function plain(answer: string): string {
  const [head = "", text = ""] = answer.split("\r\n\r\n");
  const [status, ...headers] = head.split("\r\n").map((line) => line.replace(/^[^:]+:/, (name) => name.toLowerCase()));
  const kept = headers
    .filter((line) => !line.startsWith("date:"))
    .map((line) => line.replace(/[0-9a-f]{32}/, "TRACE").replace(/-[0-9a-f]{16}-/, "-SPAN-"));
  return [status, ...kept.sort(), text.replace(/[0-9a-f]{32}/, "TRACE")].join("\n");
}

describe("with its length told and in chunks", () => {
  test.each([200, 202, 401, 413, 415, 429, 503, 500])(
    "an answer of the receiver with %i is the same",
    async (status) => {
      const headers = { "retry-after": "7", "x-slack-no-retry": "1" };
      const { port, received } = await stage({ receive: () => ({ status, headers }) });
      const [short, long] = await both(port, "/api/webhooks/gh");
      expect(short).toBe(long);
      expect(short).toContain(`HTTP/1.1 ${status} `);
      expect(short).toContain("x-slack-no-retry: 1");
      expect(received.map(({ request }) => request.body.toString())).toEqual([body, body]);
    },
  );

  test.each(["/api/webhooks/none", "/api/webhooks/slack", "/api/webhooks/prod/none"])(
    "so is a refused address: %s",
    async (path) => {
      const { port } = await stage();
      const [short, long] = await both(port, path);
      expect(short).toBe(long);
      expect(short).toMatch(/^HTTP\/1\.1 40[49] /);
    },
  );

  test("so is what the receiver gets", async () => {
    const { port, received } = await stage();
    const lines = ["X-A: 1", "x-a: 2", "Content-Type: Text/Plain; a=b", "__proto__: x"];
    await both(port, "/api/webhooks/prod/gh", lines);
    const [short, long] = received.map(({ target, request }) => {
      const { "content-length": _, "transfer-encoding": __, ...headers } = request.headers;
      return { target, ...request, headers, trace: request.trace.length };
    });
    expect(short).toEqual(long);
    expect(short?.headers).toMatchObject({ "x-a": "1, 2", "content-type": "Text/Plain; a=b" });
  });

  test("so is an answer with another value for a header that every answer has", async () => {
    const { port } = await stage({ receive: () => ({ status: 200, headers: { "cache-control": "max-age=1" } }) });
    const [short, long] = await both(port, "/api/webhooks/gh");
    expect(short).toBe(long);
    expect(short.match(/cache-control/g)).toHaveLength(1);
  });

  test("so is an answer with a text of its own", async () => {
    const { port } = await stage({ receive: () => ({ status: 200, body: "chällenge" }) });
    const [short, long] = await both(port, "/api/webhooks/gh");
    expect(short).toBe(long);
    expect(Buffer.from(short, "latin1").toString()).toContain("chällenge");
  });

  test("so are the trace that goes on, the metrics and the log", async () => {
    const { port, parts, lines } = await stage();
    const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    await both(port, "/api/webhooks/gh", [`traceparent: 00-${trace}-00f067aa0ba902b7-01`]);
    const text = await parts.metrics.registry.metrics();
    expect(text).toContain('plumbline_http_requests_total{method="POST",route="/api/webhooks/:name",status="202"} 2');
    expect(text).toContain('plumbline_webhooks_total{integration="default/gh",status="202"} 2');
    const answered = lines.map((line) => JSON.parse(line)).filter(({ message }) => message === "answered");
    expect(answered).toHaveLength(2);
    for (const line of answered) {
      expect(line).toMatchObject({
        level: "debug",
        trace,
        route: "/api/webhooks/:name",
        status: 202,
        peer: "127.0.0.1",
      });
    }
  });
});

test("a receiver that throws is a 500 without a word of why, and is logged under its trace", async () => {
  const { port, lines } = await stage({
    receive: () => {
      throw new Error("a path /srv/secret");
    },
  });
  const [short, long] = await both(port, "/api/webhooks/gh");
  expect(short).toBe(long);
  expect(short).not.toContain("/srv/secret");
  expect(lines.filter((line) => line.includes("/srv/secret"))).toHaveLength(2);
});

test("a body that is longer than is taken is refused before it is read, whatever way it would take", async () => {
  const { port, received } = await stage({ limits: { body: 10 } });
  const answer = await raw(port, "POST /api/webhooks/gh HTTP/1.1\r\nhost: here\r\ncontent-length: 11\r\n\r\n");
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(received).toEqual([]);
});

test("one that breaks off in the middle is not taken", async () => {
  const { port, received, ask } = await stage();
  const { connect } = await import("node:net");
  const socket = connect(port, "127.0.0.1");
  socket.write("POST /api/webhooks/gh HTTP/1.1\r\nhost: here\r\ncontent-length: 7\r\n\r\n{");
  await new Promise((resolve) => socket.once("connect", resolve));
  socket.destroy();
  await ask("POST", "/api/webhooks/prod/gh", { body });
  expect(received.map(({ target }) => target)).toEqual(["prod/gh"]);
});
