/** What an HTTP connector says about its protocol: addresses, authorisation, limits, failures. */
import type { ErrorCode } from "./errors.ts";
import type { HttpAnswer, HttpWriter, RequestSummary } from "./http/types.ts";

/** What a limit is counted for, where that is not the path. */
export interface Each {
  /** What people call it, as in "1 per 1s for each …": `channel`. */
  what: string;
  /** The name of the bucket; requests of one name share it. */
  of(request: RequestSummary): string;
}

/** A published limit of a platform. It holds on {@link HttpProfile.publicHosts}. */
export interface Limit {
  name: string;
  requests: number;
  /** A duration such as `1m` or `1h`. */
  per: string;
  /** Where it is published. */
  source: string;
  /**
   * What has a bucket of its own: each `path`, or what {@link Each.of} tells apart. Default: one bucket for all.
   * A 429 that does not say which limit it means holds up the bucket of the first limit with `each` that applies,
   * so the wider one, such as a method's, is listed before the narrower one, such as a channel's.
   */
  each?: "path" | Each;
  /** Whether a request counts; default: only requests that name this limit. */
  applies?(request: RequestSummary): boolean;
}

/** How a platform answers that something went wrong. */
export interface Classified {
  code: ErrorCode;
  /** The platform's own message. */
  message: string;
  platformCode?: string;
  retryable?: boolean;
  retryAfter?: number;
  /** The platform surely did not act on the request, so that it may be sent again. */
  rejected?: boolean;
}

/** What an HTTP connector says about its protocol. */
export interface HttpProfile {
  /** Where the platform is, without a final slash; `connection.baseUrl` stands in its place. */
  baseUrl: string;
  /**
   * Hosts on which the published limits hold; default: the base address's host. Where there is another, such as
   * one that webhooks are posted to, `applies` has to look at the request's host.
   */
  publicHosts?: readonly string[];
  /**
   * Users choose freely where requests go: `connection.url`, a whole address, stands in the place of
   * {@link baseUrl}. It has to be https and public unless the operator's `allow.hosts` names it, which is looked
   * at for every connection; no redirect is followed and no proxy used.
   */
  userChosenUrl?: true;
  /** The body of a request that only tests: a reader may POST it. */
  ping?: string;
  /** Sent with every request. */
  headers?: Readonly<Record<string, string>>;
  /**
   * Gives the headers that authorise a request.
   *
   * @param context resolved credentials and connection, the credential that the request asked for by
   *   name (`as`), and a writer without authorisation for fetching tokens.
   */
  authorize(context: AuthorizeContext): Authorization | Promise<Authorization>;
  /** Names a failure that the status alone does not tell. `undefined`: judged by its status. */
  classify?(answer: HttpAnswer): Classified | "ok" | undefined;
}

export interface AuthorizeContext {
  credentials: Readonly<Record<string, string>>;
  connection: Readonly<Record<string, unknown>>;
  as: string | undefined;
  http: HttpWriter;
  /** Milliseconds since 1970. */
  now(): number;
}

export interface Authorization {
  headers: Record<string, string>;
  /** Milliseconds since 1970 from when on it has to be asked for again; left out: it stays. */
  renewAt?: number;
}
