/**
 * How a pass ended, for whoever decides when the next one comes. Pure.
 *
 * `again` is for what may be over by itself soon; `stalled` for what somebody has to change something about, so that
 * asking more often than usual would only cost requests.
 */
import type { Pass } from "./pass.ts";
import { troubleOf } from "./report.ts";

export type PassEnd =
  | { end: "done" }
  /** @param retryAfter milliseconds that the system asked for. */
  | { end: "again"; reason: string; message: string; retryAfter?: number }
  | { end: "stalled"; reason: string; message: string };

/** Codes of what may be over by itself. */
const passing: ReadonlySet<string> = new Set([
  "CONFLICT",
  "RATE_LIMITED",
  "UNAVAILABLE",
  "TIMEOUT",
  "DependencyNotReady",
  "Internal",
  "Interrupted",
  "StateLost",
]);

/** @returns how it ended; the text is that of the condition `Ready`. */
export function passEnd(pass: Pass): PassEnd {
  const trouble = pass.error ?? troubleOf(pass);
  if (!trouble) return { end: "done" };
  const what = { reason: trouble.code, message: trouble.message };
  if (!codesOf(pass).some((code) => passing.has(code))) return { end: "stalled", ...what };
  return { end: "again", ...what, ...(pass.retryAfter === undefined ? {} : { retryAfter: pass.retryAfter }) };
}

/** All that went wrong: one failure that passes is reason enough to look again soon. */
function codesOf({ error, outcomes, decision }: Pass): string[] {
  if (error) return [error.code];
  return [
    ...outcomes.flatMap(({ status, code }) => (status === "done" || code === undefined ? [] : [code])),
    ...(decision?.failures ?? []).map(({ code }) => code),
  ];
}
