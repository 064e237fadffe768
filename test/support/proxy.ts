/**
 * A proxy that writes down what passes, and breaks what a test tells it to break.
 *
 * It counts requests as the platform would: one that was dropped before it got there is recorded too,
 * because the client did send it.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type Answer,
  connect,
  isRecord,
  listen,
  parsed,
  type Received,
  receive,
  type Upstream,
  write,
} from "./loopback.ts";

/** A request as it passed. */
export interface Recorded {
  method: string;
  /** Still percent-encoded. */
  path: string;
  /** A parameter that is repeated has all its values. */
  query: Readonly<Record<string, string | readonly string[]>>;
  /** Names in lower case; what authorises is `[redacted]`. */
  headers: Readonly<Record<string, string>>;
  /** Parsed JSON, the fields of a form, or text; `undefined` when there was none. */
  body: unknown;
}

/** What happens to a request. */
export type Fate =
  | "pass"
  /** It never arrives; the connection breaks. */
  | "drop-before"
  /** It arrives and has its effect; the connection breaks without an answer. */
  | "drop-after"
  /** It is answered so, and never arrives. */
  | { status: number; headers?: Readonly<Record<string, string>>; body?: unknown }
  /** It arrives; the answer breaks off after so many bytes of its body. */
  | { truncate: number }
  /** It waits, and then has the other fate. */
  | { until: Promise<unknown>; fate: Fate };

export interface RecordingProxy {
  url: string;
  /** In the order in which they came. */
  requests: readonly Recorded[];
  /** The requests that change something. */
  writes(): Recorded[];
  /** All others. */
  reads(): Recorded[];
  /** Forgets the requests and the interception. */
  reset(): void;
  /** Decides over the requests from now on; `undefined` lets all pass. */
  intercept(decide: ((request: Recorded) => Fate) | undefined): void;
  close(): Promise<void>;
}

export interface ProxyOptions {
  /** Whether a request changes something; default: any but GET, HEAD and OPTIONS. */
  isWrite?: (request: Recorded) => boolean;
}

/** Starts a proxy on a free port. @param target where the requests go, an origin. */
export async function recordingProxy(target: string, options: ProxyOptions = {}): Promise<RecordingProxy> {
  const isWrite = options.isWrite ?? (({ method }: Recorded) => !["GET", "HEAD", "OPTIONS"].includes(method));
  const upstream = connect(target);
  const requests: Recorded[] = [];
  let decide: ((request: Recorded) => Fate) | undefined;
  const loopback = await listen(async (request, response) => {
    const received = await receive(request);
    const recorded = record(received);
    requests.push(recorded);
    await carryOut(decide?.(recorded) ?? "pass", { request, response, received, upstream });
  });
  return {
    url: loopback.url,
    requests,
    writes: () => requests.filter((request) => isWrite(request)),
    reads: () => requests.filter((request) => !isWrite(request)),
    reset() {
      requests.length = 0;
      decide = undefined;
    },
    intercept(decision) {
      decide = decision;
    },
    async close() {
      await loopback.close();
      await upstream.close();
    },
  };
}

interface Passing {
  request: IncomingMessage;
  response: ServerResponse;
  received: Received;
  upstream: Upstream;
}

async function carryOut(fate: Fate, passing: Passing): Promise<void> {
  const { request, response, received, upstream } = passing;
  if (fate === "drop-before") {
    request.socket.destroy();
    return;
  }
  if (typeof fate === "object" && "until" in fate) {
    await fate.until;
    return carryOut(fate.fate, passing);
  }
  if (typeof fate === "object" && "status" in fate) return write(response, made(fate), received.method);
  const answer = await upstream.send(received);
  if (fate === "pass") return write(response, answer, received.method);
  if (fate === "drop-after") {
    request.socket.destroy();
    return;
  }
  cutOff(response, answer, fate.truncate);
}

/** Promises the whole length, sends a part of it, and breaks the connection. */
function cutOff(response: ServerResponse, answer: Answer, bytes: number): void {
  response.writeHead(answer.status, { ...answer.headers, "content-length": String(answer.body.length) });
  response.write(answer.body.subarray(0, bytes), () => response.socket?.destroy());
}

function made({ status, headers, body }: Extract<Fate, { status: number }>): Answer {
  const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  const type = typeof body === "string" ? "text/plain; charset=utf-8" : "application/json; charset=utf-8";
  return { status, headers: { "content-type": type, ...headers }, body: Buffer.from(text) };
}

const secretHeaders = new Set(["authorization", "cookie", "proxy-authorization", "x-api-key", "private-token"]);

function record({ method, path, query, headers, body }: Received): Recorded {
  const shown = Object.entries(headers).map(([name, value]) => [name, secretHeaders.has(name) ? "[redacted]" : value]);
  return { method, path, query: grouped(query), headers: Object.fromEntries(shown), body: readable(headers, body) };
}

function readable(headers: Readonly<Record<string, string>>, body: Buffer): unknown {
  if (body.length === 0) return undefined;
  const type = headers["content-type"] ?? "";
  if (type.startsWith("application/x-www-form-urlencoded")) return grouped(new URLSearchParams(body.toString("utf8")));
  const value = parsed(body);
  return isRecord(value) || Array.isArray(value) ? value : body.toString("utf8");
}

function grouped(entries: URLSearchParams): Record<string, string | string[]> {
  const names = [...new Set(entries.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = entries.getAll(name);
      return [name, values.length > 1 ? values : (values[0] ?? "")];
    }),
  );
}
