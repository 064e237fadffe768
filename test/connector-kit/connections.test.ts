/** Cut bodies, drops, time-outs, breaker: against sockets of this machine, which nock cannot stand for. */
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { VirtualClock } from "../support/clock.ts";
import { failure } from "./failures.ts";
import { opened } from "./http-fixture.ts";

const servers: Server[] = [];
const sockets = new Set<Socket>();

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** A server that does as it is told once a request's head has come; counts requests. */
async function server(react: (socket: Socket, times: number) => void) {
  const seen = { requests: 0 };
  const made = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("data", (data) => {
      if (!/^[A-Z]+ \//.test(data.toString("latin1"))) return;
      seen.requests += 1;
      react(socket, seen.requests);
    });
  });
  servers.push(made);
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  const address = made.address() as { port: number };
  return { seen, baseUrl: `http://127.0.0.1:${address.port}` };
}

const answer = (body: string, length = body.length, status = "200 OK") =>
  `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${body}`;

describe("a connection that drops after the request arrived", () => {
  test.each(["post", "patch"] as const)("never sends a %s again", async (method) => {
    const { seen, baseUrl } = await server((socket) => socket.destroy());
    const { writer } = await opened({ connection: { baseUrl } });
    const error = await failure(writer[method]("/labels", { json: { name: "bug" } }));
    expect(error).toMatchObject({ code: "UNAVAILABLE", outcomeUnknown: true, retryable: true });
    expect(error.message).toContain("127.0.0.1");
    expect(seen.requests).toBe(1);
  });

  test.each(["get", "put", "delete"] as const)("sends a %s again", async (method) => {
    const { seen, baseUrl } = await server((socket, times) =>
      times < 3 ? socket.destroy() : socket.end(answer('{"fine":true}')),
    );
    const { writer } = await opened({ connection: { baseUrl } });
    expect((await writer[method]("/labels")).body).toEqual({ fine: true });
    expect(seen.requests).toBe(3);
  });
});

describe("an answer that is not whole", () => {
  test("is a failed read when the connection breaks off", async () => {
    const { baseUrl } = await server((socket) => socket.end(answer("[1,2", 100)));
    const { reader } = await opened({ connection: { baseUrl } });
    expect(await failure(reader.get("/x"))).toMatchObject({ code: "UNAVAILABLE", outcomeUnknown: false });
  });

  test.each([
    ["cut JSON", "[1,2"],
    ["no JSON at all", ""],
  ])("is a failed read with %s of the right length", async (_name, body) => {
    const { seen, baseUrl } = await server((socket) => socket.end(answer(body)));
    const { reader } = await opened({ connection: { baseUrl } });
    const error = await failure(reader.get("/x"));
    expect(error).toMatchObject({ code: "UNAVAILABLE", retryable: true });
    expect(error.message).toContain("broken");
    expect(seen.requests).toBe(4);
  });

  test("leaves the outcome of a POST unknown", async () => {
    const { seen, baseUrl } = await server((socket) => socket.end(answer('{"id":')));
    const { writer } = await opened({ connection: { baseUrl } });
    expect((await failure(writer.post("/x"))).outcomeUnknown).toBe(true);
    expect(seen.requests).toBe(1);
  });

  test("is refused when it is too large, and not asked for again", async () => {
    const { seen, baseUrl } = await server((socket) => socket.end(answer(JSON.stringify("x".repeat(5000)))));
    const { reader } = await opened({ connection: { baseUrl } });
    expect((await failure(reader.get("/x", { maxBytes: 1000 }))).code).toBe("UNSUPPORTED");
    expect(seen.requests).toBe(1);
  });
});

describe("a server that does not answer", () => {
  test("ends a write with TIMEOUT, unknown outcome, sent once", async () => {
    const { seen, baseUrl } = await server(() => undefined);
    const { writer } = await opened({ connection: { baseUrl } });
    expect(await failure(writer.post("/x", { timeout: 40 }))).toMatchObject({ code: "TIMEOUT", outcomeUnknown: true });
    expect(seen.requests).toBe(1);
  });

  test("in the middle of its body ends a read with TIMEOUT", async () => {
    const { baseUrl } = await server((socket) => socket.write(answer("[1,2", 100)));
    const { reader } = await opened({ connection: { baseUrl } });
    expect((await failure(reader.get("/x", { timeout: 40 }))).code).toBe("TIMEOUT");
  });

  test("lets the caller give up, with the caller's reason", async () => {
    const controller = new AbortController();
    const { baseUrl } = await server(() => controller.abort(new Error("enough")));
    const { reader } = await opened({ connection: { baseUrl } });
    await expect(reader.get("/x", { signal: controller.signal })).rejects.toThrow("enough");
  });
});

describe("a connection that does not come about", () => {
  test("says that it was refused, and sends a POST again", async () => {
    const { baseUrl } = await server(() => undefined);
    await new Promise((resolve) => servers[0]?.close(resolve));
    const { writer, session } = await opened({ connection: { baseUrl } });
    const error = await failure(writer.post("/x"));
    expect(error).toMatchObject({ code: "UNAVAILABLE", outcomeUnknown: false });
    expect(error.message).toContain("connection was refused");
    expect(session.requests.write).toBe(4);
  });

  test("says that the certificate is at fault", async () => {
    const cause = Object.assign(new Error("certificate has expired"), { code: "CERT_HAS_EXPIRED" });
    const fetch = () => Promise.reject(new TypeError("fetch failed", { cause }));
    const { reader } = await opened({ transport: { fetch } });
    expect((await failure(reader.get("/x"))).message).toContain("certificate has expired");
  });

  test("says that the name was not found", async () => {
    const cause = Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" });
    const fetch = () => Promise.reject(new TypeError("fetch failed", { cause: new AggregateError([cause]) }));
    const { reader } = await opened({ transport: { fetch } });
    const error = await failure(reader.get("/x"));
    expect(error.message).toContain("api.acme.test cannot be reached: the name was not found");
  });
});

describe("the breaker", () => {
  test("opens after five failures in a row, says until when, and lets one probe through", async () => {
    let well = false;
    const { seen, baseUrl } = await server((socket) =>
      socket.end(well ? answer("[]") : answer("{}", 2, "500 Internal Server Error")),
    );
    const clock = new VirtualClock();
    const { writer } = await opened({ connection: { baseUrl }, clock });
    for (let times = 0; times < 5; times += 1) await failure(writer.post("/x"));
    expect(seen.requests).toBe(5);
    const error = await failure(writer.post("/x"));
    expect(error).toMatchObject({ code: "UNAVAILABLE", outcomeUnknown: false, heldBack: true, retryAfter: 30_000 });
    expect(error.message).toContain(
      "it answered with the status 500. It failed several times in a row; it is asked again",
    );
    expect(error.message).toContain("12:00:30 UTC");
    expect(seen.requests).toBe(5);
    await clock.advance(30_000);
    well = true;
    const [first, second] = await Promise.allSettled([writer.post("/x"), writer.post("/y")]);
    expect([first.status, second.status]).toEqual(["fulfilled", "rejected"]);
    expect((await writer.post("/x")).status).toBe(200);
  });

  test("does not count refusals", async () => {
    const { seen, baseUrl } = await server((socket) => socket.end(answer("{}", 2, "404 Not Found")));
    const { reader } = await opened({ connection: { baseUrl } });
    for (let times = 0; times < 8; times += 1) expect((await failure(reader.get("/x"))).code).toBe("NOT_FOUND");
    expect(seen.requests).toBe(8);
  });
});
