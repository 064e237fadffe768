/** What connectors see of HTTP: a reader that cannot write, and a writer. */

/** A request as limits see it. */
export interface RequestSummary {
  method: string;
  /** The host, with its port where that is not the usual one; empty for what is not HTTP. */
  host: string;
  /** The path below the base address, without the query; the whole path on another origin. */
  path: string;
  /** What the request said it is about. */
  subject?: string;
}

export type QueryValue = string | number | boolean | undefined;

export interface RequestOptions {
  /** Query parameters; an array repeats the parameter, `undefined` leaves it out. */
  query?: Readonly<Record<string, QueryValue | readonly string[]>>;
  headers?: Readonly<Record<string, string>>;
  /** Sent as `application/json`. */
  json?: unknown;
  /** Sent as `application/x-www-form-urlencoded`; `undefined` leaves a field out. */
  form?: Readonly<Record<string, QueryValue>>;
  /** Sent as it is; `headers` should hold its content type. */
  body?: string | Uint8Array;
  /** What the request is for, as the end of "refused to …": `create the label "bug" in "acme/api"`. */
  what?: string;
  /** The named limit that it counts against, beside those that apply by themselves. */
  limit?: string;
  /** What it is about, for limits that are counted for each: a channel's id. */
  subject?: string;
  /** The credential by whose name it is authorised, where a connector has several. */
  as?: string;
  /** `false`: no credential is sent, and an absolute address may lead to another origin (uploads). */
  authorize?: false;
  /** Statuses of 400 and above that are answers, not failures. */
  expect?: readonly number[];
  /** Repeating it does no harm; default: for GET, HEAD, PUT and DELETE. */
  repeatable?: boolean;
  /** A key by which the platform recognises a repetition; makes a POST repeatable. */
  idempotencyKey?: { header: string; value: string };
  /** Milliseconds; default 9000 for writes, 30000 for reads. */
  timeout?: number;
  /** The largest answer in bytes; default 32 MiB. */
  maxBytes?: number;
  /** Headers made anew for each attempt, such as a signature over the time. */
  eachAttempt?(): Readonly<Record<string, string>>;
  /** The body of an answer is not looked at; it may be of any size and need not be whole. */
  ignoreAnswer?: true;
  /** Cancels it. */
  signal?: AbortSignal;
}

export interface HttpAnswer {
  status: number;
  headers: { get(name: string): string | null };
  /** Parsed JSON where the answer is JSON, else text; `undefined` when there is none. */
  body: unknown;
  /** The address that answered, after redirects. */
  url: string;
  request: RequestSummary;
  /** The platform said that an earlier answer still holds; headers that it did not repeat are that answer's. */
  revalidated?: boolean;
}

/** Sends GET, HEAD, and POST to the connector's `readPosts`. Anything else throws. */
export interface HttpReader {
  get(path: string, options?: RequestOptions): Promise<HttpAnswer>;
  head(path: string, options?: RequestOptions): Promise<HttpAnswer>;
  /** @throws Error when the path is not among the connector's `readPosts`. */
  post(path: string, options?: RequestOptions): Promise<HttpAnswer>;
  /**
   * A GraphQL query, at a path whose last segment is `graphql`. An answer with `errors` is a failure.
   *
   * @throws Error when the document holds anything but queries.
   */
  graphql(
    path: string,
    document: string,
    variables?: Readonly<Record<string, unknown>>,
    options?: RequestOptions,
  ): Promise<HttpAnswer>;
}

export interface HttpWriter extends HttpReader {
  put(path: string, options?: RequestOptions): Promise<HttpAnswer>;
  patch(path: string, options?: RequestOptions): Promise<HttpAnswer>;
  delete(path: string, options?: RequestOptions): Promise<HttpAnswer>;
}

export interface Http {
  reader: HttpReader;
  writer: HttpWriter;
}

/** Time, as everything in the kit sees it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds that never go back. */
  monotonic(): number;
  /** @throws the signal's reason when it is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
