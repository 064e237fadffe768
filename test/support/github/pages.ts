/** Pages, conditional requests and the counted quota, as docs.github.com/rest/using-the-rest-api describes them. */
import { createHash } from "node:crypto";
import { type Answer, json, type Received } from "../loopback.ts";

/** Requests an hour and user. */
const quota = 5000;

/**
 * One page of a list.
 *
 * @param request its `per_page` (30, at most 100) and `page` (from 1) say which.
 * @param shown what an item looks like in a list.
 */
export function page<T>(request: Received, items: readonly T[], shown: (item: T) => unknown): Answer {
  const size = Math.min(100, Math.max(1, Number(request.query.get("per_page")) || 30));
  const number = Math.max(1, Number(request.query.get("page")) || 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const to = (target: number, rel: string): string => {
    const query = new URLSearchParams(request.query);
    query.set("per_page", String(size));
    query.set("page", String(target));
    return `<http://${request.headers.host}${request.path}?${query}>; rel="${rel}"`;
  };
  const links = [
    ...(number > 1 ? [to(1, "first"), to(number - 1, "prev")] : []),
    ...(number < last ? [to(number + 1, "next"), to(last, "last")] : []),
  ];
  const start = (number - 1) * size;
  const headers: Record<string, string> = links.length > 0 ? { link: links.join(", ") } : {};
  return json(200, items.slice(start, start + size).map(shown), headers);
}

/** Asks for smaller pages than the client did, so that few things fill several. */
export function limited(request: Received, most: number | undefined): Received {
  if (most === undefined || request.method !== "GET") return request;
  const asked = Number(request.query.get("per_page")) || 30;
  const query = new URLSearchParams(request.query);
  query.set("per_page", String(Math.min(asked, most)));
  return { ...request, query };
}

/** Tags a 200 and turns it into a 304 when the client has it already. */
export function conditional(request: Received, answer: Answer): Answer {
  if ((request.method !== "GET" && request.method !== "HEAD") || answer.status !== 200) return answer;
  const digest = createHash("sha256")
    .update(answer.headers.link ?? "")
    .update(answer.body)
    .digest("hex");
  const etag = `W/"${digest}"`;
  const known = request.headers["if-none-match"]?.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  if (known?.includes(`"${digest}"`)) return { status: 304, headers: { etag }, body: Buffer.alloc(0) };
  return { ...answer, headers: { ...answer.headers, etag, "cache-control": "private, max-age=60, s-maxage=60" } };
}

/** Counts requests of one client; a 304 costs nothing. */
export function createQuota(resetAt: number): (answer: Answer) => Answer {
  let used = 0;
  return (answer) => {
    if (answer.status !== 304) used += 1;
    const counted = {
      "x-ratelimit-limit": String(quota),
      "x-ratelimit-remaining": String(Math.max(0, quota - used)),
      "x-ratelimit-reset": String(resetAt),
      "x-ratelimit-resource": "core",
      "x-ratelimit-used": String(used),
    };
    return { ...answer, headers: { ...answer.headers, ...counted } };
  };
}
