/** Traces after W3C Trace Context (w3.org/TR/trace-context): a caller's goes on here, else one begins. */

import { hexMilliseconds } from "../events/hex-milliseconds.ts";

/** Of a version that we do not know, more fields may follow. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;

/**
 * Ours begin with the millisecond in which they begin, so that events which come together stand together in the index
 * of traces: wholly random ones would each write a page of it. Ten random bytes are left.
 *
 * @param header the value of `traceparent`. @param random unforeseeable bytes. @param now milliseconds since 1970.
 * @returns 32 lower-case hex digits.
 */
export function traceOf(header: string | undefined, random: (bytes: number) => Buffer, now: number): string {
  if (header !== undefined) {
    const [, version, trace, rest] = TRACEPARENT.exec(header) ?? [];
    const known = trace !== undefined && (version !== "00" || rest === undefined);
    if (known) return trace;
  }
  return hexMilliseconds(now) + random(10).toString("hex");
}

/** @returns a `traceparent` for the answer: our own span of the trace, sampled. */
export function traceparent(trace: string, random: (bytes: number) => Buffer): string {
  return `00-${trace}-${random(8).toString("hex")}-01`;
}
