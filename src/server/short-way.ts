/**
 * The short way of webhooks, which are most of what comes in: a POST to a plain address, with a length that is told and
 * allowed, is read and answered over node:http itself. The framework would cost as much again as all else that is done
 * for one (docs/decisions/0019). Answers, headers, metrics and log lines are the same; all that is not plain goes
 * through the framework.
 */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { keepAnswered } from "./answered.ts";
import type { Answer } from "./endpoint.ts";
import { securityHeaders } from "./headers.ts";
import { asHttpError, PROBLEM_TYPE, problemOf } from "./http-error.ts";
import type { ServerLimits } from "./limits.ts";
import type { RawRequest, ServerParts } from "./parts.ts";
import { textsOf } from "./raw-request.ts";
import { FULL_PATH, receiveWebhook, SHORT_PATH } from "./routes/webhooks.ts";
import { traceOf, traceparent } from "./trace.ts";

/** Names need no escapes. */
const ADDRESS = /^\/api\/webhooks\/([a-z0-9][a-z0-9.-]{0,252})(?:\/([a-z0-9][a-z0-9.-]{0,252}))?$/;

export interface ShortWay {
  /** All goes through the framework from now on, which tells who comes that it closes. */
  end(): void;
}

/** @param server the framework's, with its listener. */
export function openShortWay(server: Server, parts: ServerParts, { body: most }: Pick<ServerLimits, "body">): ShortWay {
  const [framework] = server.listeners("request") as [RequestListener];
  let open = true;
  server.removeListener("request", framework);
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const found = open && isPlain(request, most) ? ADDRESS.exec(request.url ?? "") : null;
    if (!found) return framework(request, response);
    const [, first = "", second] = found;
    const address = second === undefined ? { namespace: undefined, name: first } : { namespace: first, name: second };
    collected(request, (body) => void answer(parts, { request, response, body, ...address }));
  });
  return {
    end() {
      open = false;
    },
  };
}

/** Whether the length is told, and no more than is taken. */
function isPlain({ method, headers }: IncomingMessage, most: number): boolean {
  const length = headers["content-length"];
  if (method !== "POST" || length === undefined || headers["transfer-encoding"] !== undefined) return false;
  return headers.expect === undefined && headers.upgrade === undefined && Number(length) <= most;
}

/** Of one that breaks off nothing is taken, and nobody is there to be answered. */
function collected(request: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => done(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
  request.on("error", nothing);
}

const nothing = () => undefined;

interface Taken {
  request: IncomingMessage;
  response: ServerResponse;
  body: Buffer;
  namespace: string | undefined;
  name: string;
}

async function answer(parts: ServerParts, { request, response, body, namespace, name }: Taken): Promise<void> {
  const began = performance.now();
  const { traceparent: given } = request.headers;
  const trace = traceOf(typeof given === "string" ? given : undefined, parts.random, parts.now());
  const peer = request.socket.remoteAddress;
  const headers = textsOf(request.headers, joined);
  const raw: RawRequest = { method: "POST", headers, query: {}, body, remoteAddress: peer ?? "", trace };
  const route = namespace === undefined ? SHORT_PATH : FULL_PATH;
  let told: Answer;
  try {
    told = await receiveWebhook(parts, raw, namespace, name);
  } catch (thrown) {
    told = failed(parts, thrown, trace, route);
  }
  send(response, told, { traceparent: traceparent(trace, parts.random), "x-trace-id": trace });
  const seconds = (performance.now() - began) / 1000;
  keepAnswered(parts, { trace, method: "POST", route, status: told.status, seconds, peer, actor: "", usual: true });
}

const joined = (values: readonly string[]) => values.join(", ");

function failed({ log }: ServerParts, thrown: unknown, trace: string, route: string): Answer {
  const error = asHttpError(thrown);
  const { status } = error;
  if (status >= 500) log.error({ trace, method: "POST", route, error: error.cause ?? error }, error.message);
  const headers = { ...error.headers, "content-type": PROBLEM_TYPE };
  return { status, headers, body: JSON.stringify(problemOf(error, trace)) };
}

/** @param ids headers that say which trace it belongs to. */
function send(
  response: ServerResponse,
  { status, headers: own, body }: Answer,
  ids: { traceparent: string; "x-trace-id": string },
): void {
  const text = String(body ?? "");
  const headers: Record<string, string | number> = { ...securityHeaders, ...ids };
  for (const name in own) if (Object.hasOwn(own, name)) headers[name] = own[name] as string;
  headers["content-length"] = Buffer.byteLength(text);
  response.writeHead(status, headers);
  response.end(text);
}
