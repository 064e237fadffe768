/**
 * What the stand-ins and the recording proxy share: a server on a free port of 127.0.0.1, and a way
 * to hand a request on.
 *
 * The `Host` header goes through unchanged, so that addresses which a stand-in builds from it (the
 * next page of a list) lead back through the proxy in front of it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Pool } from "undici";

/** A request, read whole. */
export interface Received {
  method: string;
  /** The path as it was sent, still percent-encoded. */
  path: string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Buffer;
}

export interface Answer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Buffer;
}

export interface Loopback {
  /** Without a final slash. */
  url: string;
  close(): Promise<void>;
}

export interface Upstream {
  send(request: Received): Promise<Answer>;
  close(): Promise<void>;
}

/** Headers that belong to one connection (RFC 9110, 7.6.1), and the length, which is counted anew. */
const ofConnection = new Set(["connection", "keep-alive", "transfer-encoding", "content-length", "upgrade", "expect"]);

/** Starts a server that gives each request and its still open answer to `handle`. */
export async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Loopback> {
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Starts a server that answers each request with what `answer` gives; an error becomes a 500 with its message. */
export function serve(answer: (request: Received) => Promise<Answer>): Promise<Loopback> {
  return listen(async (request, response) => {
    const received = await receive(request);
    const reply = await answer(received).catch((error: unknown) => json(500, { message: String(error) }));
    write(response, reply, received.method);
  });
}

/** Reads a request whole. */
export async function receive(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = request.url ?? "/";
  const cut = url.indexOf("?");
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return {
    method: request.method ?? "GET",
    path: cut < 0 ? url : url.slice(0, cut),
    query: new URLSearchParams(cut < 0 ? "" : url.slice(cut + 1)),
    headers,
    body: Buffer.concat(chunks),
  };
}

/** Sends an answer; HEAD and the statuses without content get no body. */
export function write(response: ServerResponse, answer: Answer, method: string): void {
  const bare = method === "HEAD" || answer.status === 204 || answer.status === 304;
  response.writeHead(answer.status, answer.headers);
  response.end(bare ? undefined : answer.body);
}

/** Opens connections to a server. Nothing is sent twice. */
export function connect(origin: string): Upstream {
  const pool = new Pool(origin, { connections: 16 });
  return {
    async send({ method, path, query, headers, body }) {
      const search = query.size > 0 ? `?${query}` : "";
      const answer = await pool.request({
        method: method as "GET",
        path: path + search,
        headers: withoutConnection(headers),
        body: body.length > 0 ? body : null,
      });
      return {
        status: answer.statusCode,
        headers: withoutConnection(answer.headers),
        body: Buffer.from(await answer.body.arrayBuffer()),
      };
    },
    close: () => pool.destroy(),
  };
}

/** An answer of JSON. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** The JSON of a body; `undefined` when it is empty or something else. */
export function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}

/** The fields of a JSON body, or none. */
export function fieldsOf(body: Buffer): Record<string, unknown> {
  const value = parsed(body);
  return isRecord(value) ? value : {};
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withoutConnection(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || ofConnection.has(name)) continue;
    kept[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return kept;
}
