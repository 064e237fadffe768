import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Agent } from "undici";
import { expect, onTestFinished, test } from "vitest";
import { TooLarge } from "../../../src/connector-kit/http/body.ts";
import { collect, type Outgoing } from "../../../src/connector-kit/http/collect.ts";

async function stage(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const asked: string[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const dispatcher = new Agent();
  onTestFinished(async () => {
    await dispatcher.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a?b=c`);
  const send = (more: Partial<Outgoing> = {}) =>
    collect(dispatcher, url, { method: "GET", headers: {}, most: 100, signal: new AbortController().signal, ...more });
  return { send, asked, connections: () => connections };
}

test("path and query go out, headers of a name come joined, and an interim answer is none", async () => {
  const it = await stage((_, response) => {
    response.writeEarlyHints({ link: "</x>; rel=preload" });
    response.writeHead(201, [
      ["X-A", "1"],
      ["X-A", "2"],
    ]);
    response.end("whole");
  });
  const answer = await it.send();
  expect([answer.status, answer.headers["x-a"], answer.bytes.toString()]).toEqual([201, "1, 2", "whole"]);
  expect(it.asked).toEqual(["GET /a?b=c"]);
});

test("a body over the limit fails, and one of exactly the limit does not", async () => {
  const it = await stage((_, response) => response.end("x".repeat(100)));
  await expect(it.send({ most: 99 })).rejects.toBeInstanceOf(TooLarge);
  expect((await it.send({ most: 100 })).bytes).toHaveLength(100);
});

test("a short body to be dropped leaves its connection for other requests, a long one is broken off", async () => {
  let size = 10;
  const it = await stage((_, response) => response.end("x".repeat(size)));
  for (let turn = 0; turn < 6; turn++) expect((await it.send({ drop: true })).bytes).toHaveLength(0);
  // undici leaves a connection alone for a turn of the event loop, so that requests one after the other use two.
  expect(it.connections()).toBeLessThanOrEqual(2);
  size = 5_000_000;
  for (let turn = 0; turn < 3; turn++) expect((await it.send({ drop: true })).status).toBe(200);
  expect(it.connections()).toBeGreaterThan(2);
});

test("what is aborted before it begins is not sent, and while it is under way fails with the reason", async () => {
  const it = await stage(() => undefined);
  const reason = new Error("no longer wanted");
  await expect(it.send({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const connecting = new AbortController();
  const early = it.send({ signal: connecting.signal });
  connecting.abort(reason);
  await expect(early).rejects.toBe(reason);
  expect(it.asked).toEqual([]);
  const control = new AbortController();
  const waiting = it.send({ signal: control.signal });
  while (it.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  control.abort(reason);
  await expect(waiting).rejects.toBe(reason);
});

test("an answer that breaks off half-way fails", async () => {
  const it = await stage((_, response) => {
    response.writeHead(200, { "content-length": "10" });
    response.write("half");
    setImmediate(() => response.destroy());
  });
  await expect(it.send()).rejects.toThrow();
});
