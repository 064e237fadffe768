/**
 * Turns what a connector asked for into one request, and decides whether it is a read.
 *
 * A read is a GET, a HEAD, a POST to one of the connector's `readPosts`, or a GraphQL query. The rule
 * is asked again for every address that a redirect leads to.
 */
import { ConnectorError } from "../errors.ts";
import { addressOf, ForeignAddress, type Place, placeOf } from "./address.ts";
import type { Connection } from "./connection.ts";
import { isGraphqlPath } from "./graphql.ts";
import type { RequestOptions, RequestSummary } from "./types.ts";

/** What a GraphQL document does; `undefined` where there is none. */
export type GraphqlUse = "query" | "mutation" | undefined;

export interface Call {
  readonly kind: "read" | "write";
  readonly method: string;
  readonly place: Place;
  readonly graphql: GraphqlUse;
  /** Names in lower case; without authorisation. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
  readonly options: RequestOptions;
  /** Completes "refused to …". */
  readonly what: string;
  /** Sending it twice does no harm. */
  readonly repeatable: boolean;
}

/** Headers that some servers take for the real method; a reader could write with them. */
const overrides = ["x-http-method-override", "x-http-method", "x-method-override"];

/**
 * @throws Error for a request that cannot be meant: a body on a GET, a path that is none.
 * @throws ConnectorError UNSUPPORTED for an address that leads away from the platform.
 */
export function prepareCall(
  connection: Connection,
  method: string,
  path: string,
  options: RequestOptions,
  graphql: GraphqlUse,
): Call {
  const place = resolve(connection, path, options);
  const bodied = options.json !== undefined || options.form !== undefined || options.body !== undefined;
  if (bodied && (method === "GET" || method === "HEAD")) {
    throw new Error(`${connection.title}: a ${method} has no body; use query parameters.`);
  }
  const headers = headersOf(connection, options);
  const ping = method === "POST" && options.body !== undefined && options.body === connection.profile.ping;
  const read = (ping || isRead(connection, method, place, graphql)) && !overrides.some((name) => name in headers);
  const natural = read || method === "PUT" || method === "DELETE" || options.idempotencyKey !== undefined;
  return {
    kind: read ? "read" : "write",
    method,
    place,
    graphql,
    headers,
    body: bodyOf(options),
    options,
    what: options.what ?? `answer ${method} ${place.path}`,
    repeatable: options.repeatable ?? natural,
  };
}

/** How limits see a call at this address, to which a redirect may have led. */
export function summaryOf({ method, options: { subject } }: Call, { host, path }: Place): RequestSummary {
  return subject === undefined ? { method, host, path } : { method, host, path, subject };
}

/** Whether a request cannot change anything. */
export function isRead(connection: Connection, method: string, place: Place, graphql: GraphqlUse): boolean {
  if (method === "GET" || method === "HEAD") return true;
  if (method !== "POST") return false;
  if (isGraphqlPath(place.url.pathname)) return graphql === "query" && place.origin === connection.base.origin;
  if (graphql !== undefined || !place.below) return false;
  return connection.options.connector.readPosts?.includes(connection.profilePath + place.path) ?? false;
}

/** The place of the last request is kept, since an address that users choose is asked again and again. */
function resolve(connection: Connection, path: string, options: RequestOptions): Place {
  const { base, kept } = connection;
  const anyOrigin = options.authorize === false;
  const plain = options.query === undefined && !anyOrigin;
  if (plain && kept.last?.address === path) return kept.last.place;
  try {
    const place = placeOf(base, addressOf(base, path, options.query, anyOrigin));
    if (plain) kept.last = { address: path, place };
    return place;
  } catch (error) {
    if (!(error instanceof ForeignAddress)) throw error;
    throw new ConnectorError("UNSUPPORTED", `${connection.title} cannot be followed there: ${error.message}.`);
  }
}

function headersOf({ profile, title, transport }: Connection, options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = { "user-agent": transport.userAgent, accept: "application/json" };
  if (options.json !== undefined) headers["content-type"] = "application/json";
  else if (options.form !== undefined) headers["content-type"] = "application/x-www-form-urlencoded";
  addHeaders(headers, profile.headers);
  addHeaders(headers, options.headers);
  const key = options.idempotencyKey;
  if (key) headers[key.header.toLowerCase()] = key.value;
  const bad = Object.keys(headers).find((name) => !isSendable(headers[name] as string));
  if (bad !== undefined) throw new Error(`${title}: the header ${bad} holds a character that no header can carry.`);
  return headers;
}

/** Whether a header can carry this value (RFC 9110 section 5.5). fetch would repeat it in its message. */
export function isSendable(value: string): boolean {
  return !/[^\t\x20-\x7e\x80-\xff]/.test(value);
}

/** Adds headers, or replaces them, under their names in lower case. */
export function addHeaders(to: Record<string, string>, added: Readonly<Record<string, string>> | undefined): void {
  if (added) for (const name of Object.keys(added)) to[name.toLowerCase()] = added[name] as string;
}

function bodyOf({ json, form, body }: RequestOptions): string | Uint8Array | undefined {
  if (json !== undefined) return JSON.stringify(json);
  if (form === undefined) return body;
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) if (value !== undefined) fields.append(name, String(value));
  return fields.toString();
}
