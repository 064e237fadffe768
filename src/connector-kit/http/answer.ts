/** Turns bytes into the answer that a connector sees, or brings an earlier one back after a 304. */
import { BrokenBody, decodeBody, isJson, parseBody } from "./body.ts";
import type { Call } from "./call.ts";
import type { Connection } from "./connection.ts";
import type { StoredAnswer } from "./etags.ts";
import { brokenAnswer } from "./exchange-failures.ts";
import { fingerprint } from "./fingerprint.ts";
import type { HeaderReader } from "./rate-headers.ts";
import type { Hop, Raw } from "./transfer.ts";
import type { HttpAnswer } from "./types.ts";

/** @throws AttemptFailed when the body of a success is not whole. */
export function freshAnswer(connection: Connection, hop: Hop, raw: Raw): HttpAnswer {
  return assembled(hop, raw.status, raw.headers, parsed(connection, hop.call, raw));
}

/** What a 304 does not repeat, `Link` above all, holds as it was stored. */
export function revivedAnswer(hop: Hop, stored: StoredAnswer, raw: Raw): HttpAnswer {
  const contentType = stored.headers["content-type"] ?? null;
  const headers = { ...stored.headers, ...raw.headers };
  const body = parseBody(stored.text, contentType);
  return { ...assembled(hop, 200, headers, body), revalidated: true };
}

/**
 * @returns the key under which the answer may be stored; `undefined` for what is no whole GET, and for
 *   requests that carry conditions of their own.
 */
export function storageKey({ call, place, credential }: Hop): string | undefined {
  if (call.method !== "GET" || "if-none-match" in call.headers || "range" in call.headers) return undefined;
  return fingerprint(credential, place.url.href, call.headers.accept ?? "");
}

/** Stores a good answer; forgets an earlier one when this may not be stored. */
export function storeAnswer({ transport }: Connection, key: string, { status, headers, bytes }: Raw): void {
  if (status !== 200 || headers.etag === undefined || /\bno-store\b/i.test(headers["cache-control"] ?? "")) {
    transport.etags.delete(key);
    return;
  }
  const text = decodeBody(bytes, headers["content-type"] ?? null);
  transport.etags.set(key, { etag: headers.etag, text, headers });
}

export function headerReader(headers: Readonly<Record<string, string>>): HeaderReader {
  return { get: (name) => headers[name.toLowerCase()] ?? null };
}

function assembled(
  { place, summary }: Hop,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): HttpAnswer {
  return { status, headers: headerReader(headers), body, url: place.url.href, request: summary };
}

/** The body of a failure may be anything; that of a success has to be whole. */
function parsed(connection: Connection, call: Call, { status, headers, bytes }: Raw): unknown {
  const contentType = headers["content-type"] ?? null;
  let value: unknown;
  try {
    value = parseBody(decodeBody(bytes, contentType), contentType);
  } catch (error) {
    if (status >= 300) return new TextDecoder().decode(bytes);
    throw error instanceof BrokenBody ? brokenAnswer(connection, call, error.message) : error;
  }
  const due = status === 200 && call.kind === "read" && call.method !== "HEAD" && isJson(contentType);
  if (due && value === undefined) throw brokenAnswer(connection, call, "it is empty");
  return value;
}
