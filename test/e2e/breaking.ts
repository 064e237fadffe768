/** Ways to break requests on their way through a proxy. */
import type { Fate, Recorded } from "../support/proxy.ts";

/** Gives matching requests a fate, the first so many of them; the others pass. */
export function breaking(match: string, fate: Fate, times = Number.POSITIVE_INFINITY): (request: Recorded) => Fate {
  const [method, path] = match.split(" ");
  let left = times;
  return (request) => {
    if (request.method !== method || request.path !== path || left === 0) return "pass";
    left -= 1;
    return fate;
  };
}

/** GitHub's answer to too many requests at once (docs.github.com, Rate limits for the REST API). */
export function secondaryLimit(headers: Readonly<Record<string, string>> = {}): Fate {
  return { status: 403, headers, body: { message: "You have exceeded a secondary rate limit. Please wait." } };
}

/** Slack's answer to too many requests. */
export function tooMany(seconds: number): Fate {
  return { status: 429, headers: { "retry-after": String(seconds) }, body: { ok: false, error: "ratelimited" } };
}

/** A refusal of Slack's, which comes with the status 200. */
export function notOk(error: string, more: Readonly<Record<string, unknown>> = {}): Fate {
  return { status: 200, body: { ok: false, error, ...more } };
}

export const serverError: Fate = { status: 500, body: { message: "Something went wrong" } };
