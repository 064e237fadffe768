/**
 * One request to an address that a user chose: guarded, not redirected, cut off in time and in length.
 *
 * What comes back of a failure names the host and the kind of failure only, so that nobody learns from it
 * what an inner port answers. Redirects are answers like others: following one would carry the body to a
 * host that nobody checked against the manifest.
 */
import type { Dispatcher } from "undici";
import { ConnectorError } from "../errors.ts";
import { joined } from "./collect.ts";
import { networkFailure } from "./network-errors.ts";
import { assertPublicUrl, guardedDispatcher, type HostTrust, type Resolve } from "./public-address.ts";

export interface GuardedRequest {
  method: string;
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  signal?: AbortSignal;
  /** Milliseconds for the whole exchange; default {@link EXCHANGE_TIMEOUT}. */
  timeout?: number;
}

export interface GuardedAnswer {
  status: number;
  /** By lower-case names. */
  headers: Readonly<Record<string, string>>;
  /** As UTF-8, at most {@link ANSWER_BYTES} of it. */
  body: string;
  /** Whether there was more than that. */
  truncated: boolean;
}

export interface GuardedClient {
  /**
   * @returns the answer, whatever its status.
   * @throws ConnectorError VALIDATION and PERMISSION before anything is sent, UNAVAILABLE and TIMEOUT after; an abort
   *   as it is.
   */
  send(request: GuardedRequest): Promise<GuardedAnswer>;
  close(): Promise<void>;
}

/** Milliseconds for a whole exchange. */
export const EXCHANGE_TIMEOUT = 15_000;

/** What is read of an answer, in bytes; the rest is dropped. */
export const ANSWER_BYTES = 64 * 1024;

/** What belongs to the connection (RFC 9110 section 7.6.1) or is set by us. */
const ownHeaders =
  /^(host|content-length|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|proxy-.*)$/i;

/** @returns a client that loads undici with its first request. */
export function createGuardedClient(options: {
  trust: HostTrust;
  resolve?: Resolve;
  tls?: { ca?: string };
}): GuardedClient {
  let loaded: Promise<{ undici: typeof import("undici"); dispatcher: Dispatcher }> | undefined;
  const load = async () => {
    const undici = await import("undici");
    return { undici, dispatcher: guardedDispatcher(undici, options) };
  };
  return {
    async send(request) {
      const url = assertPublicUrl(request.url, options.trust);
      assertHeaders(request.headers ?? {});
      loaded ??= load();
      return exchange(await loaded, url, request);
    },
    async close() {
      if (loaded) await (await loaded).dispatcher.destroy();
    },
  };
}

/** @throws ConnectorError VALIDATION for a header that may not be set, or whose value is none. */
export function assertHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) throw invalid(`"${name}" is no header name.`);
    if (ownHeaders.test(name)) throw invalid(`The header ${name} cannot be set.`);
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw invalid(`The value of the header ${name} holds a line break or a letter beyond Latin-1.`);
    }
  }
}

async function exchange(
  { undici, dispatcher }: { undici: typeof import("undici"); dispatcher: Dispatcher },
  url: URL,
  { method, headers, body, signal, timeout = EXCHANGE_TIMEOUT }: GuardedRequest,
): Promise<GuardedAnswer> {
  const deadline = AbortSignal.timeout(timeout);
  try {
    const answer = await undici.request(url, {
      dispatcher,
      method: method.toUpperCase() as Dispatcher.HttpMethod,
      headers: { ...headers },
      body: body ?? null,
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
    return { status: answer.statusCode, headers: joined(answer.headers), ...(await readSome(answer.body)) };
  } catch (error) {
    if (signal?.aborted) throw error;
    throw failure(url, error, deadline.aborted, timeout);
  }
}

function failure(url: URL, error: unknown, late: boolean, timeout: number): ConnectorError {
  if (error instanceof ConnectorError) return error;
  if (late) {
    const message = `${url.host} gave no whole answer within ${timeout / 1000} s.`;
    return new ConnectorError("TIMEOUT", message, { outcomeUnknown: true });
  }
  const { text, sent } = networkFailure(error);
  return new ConnectorError("UNAVAILABLE", `${url.host} cannot be reached: ${text}.`, { outcomeUnknown: sent });
}

async function readSome(
  body: AsyncIterable<Uint8Array> & { destroy(): unknown },
): Promise<Pick<GuardedAnswer, "body" | "truncated">> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > ANSWER_BYTES) break;
  }
  const bytes = Buffer.concat(chunks).subarray(0, ANSWER_BYTES);
  return { body: new TextDecoder().decode(bytes), truncated: length > ANSWER_BYTES };
}

function invalid(message: string): ConnectorError {
  return new ConnectorError("VALIDATION", message, { retryable: false });
}
