/** What one client may take of the server: time, bytes, connections. */
import { connect } from "node:net";
import { expect, test } from "vitest";
import { raw, stage } from "./fixture.ts";

const elapsed = async <T>(run: () => Promise<T>) => {
  const start = performance.now();
  return { result: await run(), took: performance.now() - start };
};

test("a client that does not finish its headers is cut off with 408", async () => {
  const { port, ask } = await stage({ limits: { headersTimeout: 200, requestTimeout: 400 } });
  const { result, took } = await elapsed(() => raw(port, "GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: "));
  expect(result).toMatch(/^HTTP\/1.1 408 /);
  expect(took).toBeLessThan(5000);
  expect((await ask("GET", "/healthz")).status).toBe(200);
});

test("a client that does not finish its body is cut off, and its webhook reaches nobody", async () => {
  const { port, received } = await stage({ limits: { headersTimeout: 200, requestTimeout: 300 } });
  const { took } = await elapsed(() =>
    raw(port, "POST /api/webhooks/gh HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"),
  );
  expect(took).toBeLessThan(5000);
  expect(received).toEqual([]);
});

test("a connection that says nothing is closed", async () => {
  const { port } = await stage({ limits: { silence: 200, headersTimeout: 200, requestTimeout: 300 } });
  const { took } = await elapsed(() => raw(port, ""));
  expect(took).toBeLessThan(5000);
});

test("a connection that is kept open for nothing is closed", async () => {
  const { port } = await stage({ limits: { keepAlive: 100 } });
  const { result, took } = await elapsed(() => raw(port, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"));
  expect(result).toMatch(/^HTTP\/1.1 200 /);
  expect(took).toBeLessThan(5000);
});

test("a connection carries so many requests and no more", async () => {
  const { port } = await stage({ limits: { requestsPerConnection: 3, keepAlive: 100 } });
  const answer = await raw(port, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n".repeat(5));
  expect(answer.match(/HTTP\/1.1 200/g)).toHaveLength(3);
});

test("headers over the limit are 431", async () => {
  const { port } = await stage({ limits: { headers: 4096 } });
  const answer = await raw(port, `GET /healthz HTTP/1.1\r\nhost: x\r\nx-big: ${"a".repeat(5000)}\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1.1 431 /);
  expect(JSON.parse(answer.split("\r\n\r\n")[1] as string)).toMatchObject({ status: 431, code: "HeadersTooLarge" });
});

test("connections beyond the limit are dropped, and the server goes on when the others end", async () => {
  const { port, ask } = await stage({ limits: { connections: 2 } });
  const held = await Promise.all(
    [0, 1].map(
      () =>
        new Promise<ReturnType<typeof connect>>((resolve) => {
          const socket = connect(port, "127.0.0.1", () => resolve(socket));
          socket.on("error", () => undefined);
        }),
    ),
  );
  expect(await raw(port, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")).toBe("");
  await Promise.all(held.map((socket) => new Promise((resolve) => socket.once("close", resolve).destroy())));
  expect((await ask("GET", "/healthz")).status).toBe(200);
});

test.each([
  ["no request at all", "\r\n\r\nhello\r\n\r\n"],
  ["two lengths", "POST /api/webhooks/gh HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd"],
  [
    "a length and chunks",
    "POST /api/webhooks/gh HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
  ],
  ["a header folded over lines", "GET /healthz HTTP/1.1\r\nhost: x\r\nx: a\r\n b\r\n c: d\r\n\u0000\r\n\r\n"],
  ["no host", "GET /healthz HTTP/1.1\r\n\r\n"],
])("%s is 400 and closes the connection", async (_, text) => {
  const { port, received } = await stage();
  expect(await raw(port, text)).toMatch(/^HTTP\/1.1 400 /);
  expect(received).toEqual([]);
});

test("an action whose caller is gone is told so", async () => {
  let gone: AbortSignal | undefined;
  let begun: () => void = () => undefined;
  const started = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const { port } = await stage({
    parts: (parts) => ({
      integrations: {
        ...parts.integrations,
        test: (_, signal) => {
          gone = signal;
          begun();
          return new Promise((resolve) => signal.addEventListener("abort", () => resolve({ ok: false, steps: [] })));
        },
      },
    }),
  });
  const socket = connect(port, "127.0.0.1", () =>
    socket.write("POST /api/integrations/gh/test HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n"),
  );
  await started;
  const aborted = new Promise<void>((resolve) => gone?.addEventListener("abort", () => resolve()));
  socket.destroy();
  await aborted;
  expect(gone?.aborted).toBe(true);
});
