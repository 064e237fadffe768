/**
 * Reads lists to their end, or fails.
 *
 * A short list must never look like an absence, so a page that holds no list, a cursor that comes
 * twice, and a total that is not reached end as a failed read. Every page repeats all parameters;
 * the address of a next page is followed as it was given and never built.
 */
import { ConnectorError } from "./errors.ts";
import type { HttpAnswer, HttpReader, QueryValue, RequestOptions } from "./http/types.ts";

export interface PageOptions<T> extends Omit<RequestOptions, "body"> {
  /** Takes the list out of a page; default: the page is the list. */
  items?: (body: unknown) => readonly T[] | undefined;
  /** POST, to a path among the connector's `readPosts`; default: GET. */
  post?: boolean;
}

/** Far more pages than any list has. */
const MOST_PAGES = 100_000;

export interface LinkOptions<T> extends PageOptions<T> {
  /** How many things a full page holds. */
  pageSize?: number;
  /** Takes the next page's address out of a page; none or an empty one ends the list. Default: the `Link` header. */
  next?: (body: unknown) => unknown;
}

/**
 * Follows `Link: <…>; rel="next"` (RFC 8288), or the address that a page holds.
 *
 * @param options `pageSize`: how many things a full page holds. A last page that is full, and known
 *   only from an earlier answer, is read anew, since what came after it need not change its ETag.
 * @throws ConnectorError for a page that holds no list, or an address that comes twice.
 */
export async function* byLink<T>(
  reader: HttpReader,
  path: string,
  options: LinkOptions<T> = {},
): AsyncGenerator<T, void, undefined> {
  const { pageSize, query, next: _next, ...rest } = options;
  const pages = new Repetition(options.what ?? path);
  let next: string | undefined = path;
  for (let first = true; next !== undefined; first = false) {
    pages.see(next);
    const request: PageOptions<T> = first && query ? { ...rest, query } : rest;
    let answer: HttpAnswer = await send(reader, next, request);
    let items = itemsOf(answer, options);
    if (answer.revalidated && nextOf(answer, options) === undefined && items.length >= (pageSize ?? 0)) {
      // A condition of its own, which nothing meets, keeps the stored answer out of it.
      answer = await send(reader, next, { ...request, headers: { ...request.headers, "if-none-match": '""' } });
      items = itemsOf(answer, options);
    }
    yield* items;
    next = nextOf(answer, options);
  }
}

function nextOf<T>(answer: HttpAnswer, { next }: LinkOptions<T>): string | undefined {
  if (!next) return nextLink(answer);
  const address = cursorOf(next(answer.body), answer);
  if (address === undefined) return undefined;
  if (!URL.canParse(address, answer.url)) throw broken(answer, "the link to the next page is no address");
  return new URL(address, answer.url).href;
}

export interface CursorOptions<T> extends PageOptions<T> {
  /** Takes the next page's cursor out of a page; none or an empty one ends the list. */
  cursor: (body: unknown) => unknown;
  /** The parameter that carries it; default `cursor`. */
  parameter?: string;
}

/**
 * Follows cursors. An empty page with a cursor is not the end.
 *
 * @throws ConnectorError for a page that holds no list, a cursor that is no text, or one that comes twice.
 */
export async function* byCursor<T>(
  reader: HttpReader,
  path: string,
  options: CursorOptions<T>,
): AsyncGenerator<T, void, undefined> {
  const pages = new Repetition(options.what ?? path);
  let cursor: string | undefined;
  do {
    if (cursor !== undefined) pages.see(cursor);
    const parameters = cursor === undefined ? {} : { [options.parameter ?? "cursor"]: cursor };
    const answer = await send(reader, path, withParameters(options, parameters));
    yield* itemsOf(answer, options);
    cursor = cursorOf(options.cursor(answer.body), answer);
  } while (cursor !== undefined);
}

export interface NumberedOptions<T> extends PageOptions<T> {
  /** The parameter that carries the number; default `page`, or `offset`. */
  parameter?: string;
  /** The first number; default 1 for pages, 0 for offsets. */
  start?: number;
  /** Whether a further page exists; default: the list ends with an empty page. */
  more?: (body: unknown) => boolean;
  /** How many things the whole list has, where a page tells. Fewer is a failed read. */
  total?: (body: unknown) => number | undefined;
}

/**
 * Counts pages. A page shorter than asked for is not the end, since platforms lower the size on their own.
 *
 * @throws ConnectorError as {@link byCursor}, and when two pages running are the same.
 */
export function byPage<T>(reader: HttpReader, path: string, options: NumberedOptions<T> = {}): AsyncGenerator<T> {
  return numbered(reader, path, { parameter: "page", start: 1, ...options }, () => 1);
}

/**
 * Counts things, by how many have come and not by how many were asked for.
 *
 * @throws ConnectorError as {@link byPage}.
 */
export function byOffset<T>(reader: HttpReader, path: string, options: NumberedOptions<T> = {}): AsyncGenerator<T> {
  return numbered(reader, path, { parameter: "offset", start: 0, ...options }, (received) => received);
}

async function* numbered<T>(
  reader: HttpReader,
  path: string,
  options: NumberedOptions<T> & { parameter: string; start: number },
  step: (received: number) => number,
): AsyncGenerator<T, void, undefined> {
  let position = options.start;
  let received = 0;
  let previous = "";
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await send(reader, path, withParameters(options, { [options.parameter]: position }));
    const items = itemsOf(answer, options);
    const text = JSON.stringify(items);
    if (items.length > 0 && text === previous) throw broken(answer, "two pages running are the same");
    previous = text;
    yield* items;
    received += items.length;
    position += step(items.length);
    if (isLast(answer, options, items.length, received)) return;
  }
}

function isLast<T>(answer: HttpAnswer, options: NumberedOptions<T>, length: number, received: number): boolean {
  const total = options.total?.(answer.body);
  const more = options.more?.(answer.body) ?? (total === undefined ? length > 0 : received < total && length > 0);
  if (more && length > 0) return false;
  if (more) throw broken(answer, "an empty page says that more follow");
  if (total !== undefined && received < total) throw broken(answer, `${received} of ${total} things came`);
  return true;
}

/** Notices addresses and cursors that come twice, which would never end. */
class Repetition {
  readonly #seen = new Set<string>();
  readonly #what: string;
  constructor(what: string) {
    this.#what = what;
  }
  see(position: string): void {
    if (this.#seen.has(position)) throw cutShort(this.#what, "a page leads back to an earlier one");
    this.#seen.add(position);
  }
}

function send<T>(reader: HttpReader, path: string, options: PageOptions<T>): Promise<HttpAnswer> {
  const { items: _items, post, ...request } = options;
  return post ? reader.post(path, request) : reader.get(path, request);
}

/** Puts the position where the other parameters are. */
function withParameters<T>(options: PageOptions<T>, position: Record<string, QueryValue>): PageOptions<T> {
  if (options.form) return { ...options, form: { ...options.form, ...position } };
  if (options.json !== undefined) return { ...options, json: { ...(options.json as object), ...position } };
  return { ...options, query: { ...options.query, ...position } };
}

function itemsOf<T>(answer: HttpAnswer, { items }: PageOptions<T>): readonly T[] {
  const list: unknown = items ? found(items, answer) : answer.body;
  if (!Array.isArray(list)) throw broken(answer, "a page holds no list");
  return list as readonly T[];
}

/** An extractor that stumbles over the body has found no list. */
function found<T>(items: (body: unknown) => readonly T[] | undefined, answer: HttpAnswer): unknown {
  try {
    return items(answer.body);
  } catch {
    return undefined;
  }
}

function cursorOf(cursor: unknown, answer: HttpAnswer): string | undefined {
  if (cursor === undefined || cursor === null || cursor === "") return undefined;
  if (typeof cursor === "string" || typeof cursor === "number") return String(cursor);
  throw broken(answer, "a page's cursor is no text");
}

/** @returns the absolute address of the next page, if there is one. */
export function nextLink(answer: HttpAnswer): string | undefined {
  const header = answer.headers.get("link") ?? "";
  for (const [, address = "", parameters = ""] of header.matchAll(
    /<([^>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"[^"]*"|[^\s";,]+))?)*)/g,
  )) {
    const relation = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s";,]+))/i.exec(parameters);
    const names = (relation?.[1] ?? relation?.[2] ?? "").toLowerCase().split(/\s+/);
    if (!names.includes("next")) continue;
    if (!URL.canParse(address, answer.url)) throw broken(answer, "the link to the next page is no address");
    return new URL(address, answer.url).href;
  }
  return undefined;
}

function broken(answer: HttpAnswer, why: string): ConnectorError {
  return cutShort(`${answer.request.method} ${answer.request.path}`, why);
}

function cutShort(what: string, why: string): ConnectorError {
  return new ConnectorError("UNAVAILABLE", `The list could not be read whole (${what}): ${why}.`);
}
