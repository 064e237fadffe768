/**
 * What the headers of an answer tell about quotas.
 *
 * `X-RateLimit-*` was never specified. Seen in use: `Reset` as seconds since 1970 (GitHub, Okta), as
 * seconds from now (Zendesk), as a date (Atlassian); the names with and without `X-`, with and
 * without a second hyphen. `RateLimit` and `RateLimit-Policy` are the IETF's draft
 * (draft-ietf-httpapi-ratelimit-headers), whose form changed with its revision 8.
 */

/** Headers as answers carry them. */
export interface HeaderReader {
  get(name: string): string | null;
}

/** What an answer says about one quota. */
export interface Quota {
  /** The resource or policy; `default` when the platform names none. */
  name: string;
  limit: number | undefined;
  remaining: number;
  /** Milliseconds since 1970 when the quota is full again. */
  resetAt: number;
}

/** A quota whose end is not told is taken to last so long, in milliseconds. */
const UNTOLD_RESET = 60_000;

/**
 * @param now milliseconds since 1970.
 * @returns one entry a quota that the answer tells of; none when it tells of none.
 */
export function readQuotas(headers: HeaderReader, now: number): readonly Quota[] {
  const structured = readDraft(headers, now);
  if (structured.length > 0) return structured;
  const remaining = number(first(headers, "remaining"));
  if (remaining === undefined) return [];
  return [
    {
      name: headers.get("x-ratelimit-resource") ?? "default",
      limit: number(first(headers, "limit")),
      remaining,
      resetAt: readReset(headers, now) ?? now + UNTOLD_RESET,
    },
  ];
}

/**
 * @param now milliseconds since 1970.
 * @returns milliseconds to wait by `Retry-After` (seconds or a date, RFC 9110 section 10.2.3);
 *   `undefined` when there is none that can be read.
 */
export function readRetryAfter(headers: HeaderReader, now: number): number | undefined {
  const text = headers.get("retry-after")?.trim();
  if (!text) return undefined;
  const seconds = number(text);
  if (seconds !== undefined) return Math.max(0, seconds * 1000);
  const date = moment(text);
  return date === undefined ? undefined : Math.max(0, date - now);
}

/** Written out, since every answer is asked for the first of them. */
const spellings = {
  limit: ["x-ratelimit-limit", "x-rate-limit-limit", "ratelimit-limit"],
  remaining: ["x-ratelimit-remaining", "x-rate-limit-remaining", "ratelimit-remaining"],
  reset: ["x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset"],
} as const;

function first(headers: HeaderReader, what: keyof typeof spellings): string | null {
  for (const name of spellings[what]) {
    const value = headers.get(name);
    if (value !== null) return value;
  }
  return null;
}

function readReset(headers: HeaderReader, now: number): number | undefined {
  const after = number(headers.get("x-ratelimit-reset-after"));
  if (after !== undefined) return now + after * 1000;
  const text = first(headers, "reset")?.trim();
  if (!text) return undefined;
  const value = number(text);
  if (value === undefined) return moment(text);
  if (value > 1e12) return value; // milliseconds since 1970
  return value > 1e9 ? value * 1000 : now + value * 1000;
}

/** Both forms of the draft: `"name";r=50;t=30` and `limit=100, remaining=50, reset=30`. */
function readDraft(headers: HeaderReader, now: number): readonly Quota[] {
  const text = headers.get("ratelimit");
  if (text === null) return [];
  if (/\bremaining\s*=/.test(text)) return readOldDraft(text, now);
  const policies = new Map(items(headers.get("ratelimit-policy") ?? "").map((item) => [item.name, item.parameters]));
  return items(text).flatMap(({ name, parameters }) => {
    const remaining = number(parameters.get("r") ?? null);
    if (remaining === undefined) return [];
    const seconds = number(parameters.get("t") ?? policies.get(name)?.get("w") ?? null);
    const limit = number(policies.get(name)?.get("q") ?? null);
    return [{ name, limit, remaining, resetAt: now + (seconds === undefined ? UNTOLD_RESET : seconds * 1000) }];
  });
}

function readOldDraft(text: string, now: number): readonly Quota[] {
  const values = new Map(text.split(",").map((part) => pair(part)));
  const remaining = number(values.get("remaining") ?? null);
  if (remaining === undefined) return [];
  const seconds = number(values.get("reset") ?? null);
  const resetAt = now + (seconds === undefined ? UNTOLD_RESET : seconds * 1000);
  return [{ name: "default", limit: number(values.get("limit") ?? null), remaining, resetAt }];
}

/** The items of a structured list, each a name with parameters (RFC 9651 section 3.1). */
function items(text: string): readonly { name: string; parameters: ReadonlyMap<string, string> }[] {
  return text
    .split(",")
    .map((item) => item.split(";"))
    .filter(([name]) => name !== undefined && name.trim() !== "")
    .map(([name, ...parameters]) => ({ name: unquoted(name as string), parameters: new Map(parameters.map(pair)) }));
}

function pair(text: string): [string, string] {
  const [name = "", value = ""] = text.split("=");
  return [name.trim().toLowerCase(), unquoted(value)];
}

function unquoted(text: string): string {
  return text.trim().replace(/^"(.*)"$/, "$1");
}

/** A date of HTTP or of ISO 8601; Date.parse alone takes `-5` for a year. */
function moment(text: string): number | undefined {
  const date = /^[0-9]{4}-|[A-Za-z]{3}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}

function number(text: string | null): number | undefined {
  if (text === null || !/^\s*[0-9]+(\.[0-9]+)?\s*$/.test(text)) return undefined;
  return Number(text);
}
