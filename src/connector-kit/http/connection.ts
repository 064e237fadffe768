/** One Integration's way to its platform: what every request of one session has in common. */
import type { Connector } from "../contract.ts";
import { ConnectorError } from "../errors.ts";
import type { Authorization, HttpProfile } from "../http-contract.ts";
import type { Place } from "./address.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { Ceiling, Limiter } from "./limiter.ts";
import type { Lane } from "./limits.ts";
import type { RateLimit, Transport } from "./transport.ts";

/** A request as it is counted. */
export interface SentRequest {
  method: string;
  path: string;
  kind: "read" | "write";
}

/** An answer as it is measured. */
export interface Answered {
  /** Milliseconds from sending to the last byte, without any waiting for limits. */
  took: number;
  /** What it counted against; the same object for as long as the process runs. */
  limiter: Pick<Limiter, "left">;
}

export interface ConnectionOptions {
  transport: Transport;
  connector: Connector;
  connection: Readonly<Record<string, unknown>>;
  credentials: Readonly<Record<string, string>>;
  lane: Lane;
  namespace?: string;
  rateLimit?: RateLimit;
  /** Milliseconds of a pause that are waited for; default two minutes, for interactive requests 30 s. */
  maxWait?: number;
  /**
   * Whether the right to write surely holds for so many more milliseconds. Asked right before a write leaves, since it
   * may have waited for its limit; left out: nothing ends that right.
   */
  mayWrite?: (milliseconds: number) => boolean;
  onRequest?: (request: SentRequest) => void;
  onAnswer?: (answer: Answered) => void;
}

/** An authorisation as requests carry it. */
export interface Authorized {
  /** Stands for the credential: limits and stored answers belong to it. */
  credential: string;
  /** Names in lower case, values that can be sent. */
  headers: Readonly<Record<string, string>>;
}

export interface Connection {
  readonly options: ConnectionOptions;
  readonly transport: Transport;
  readonly profile: HttpProfile;
  readonly title: string;
  /** Without a final slash. */
  readonly base: URL;
  /** The path of the profile's own base address, without a final slash. */
  readonly profilePath: string;
  /** Stands for connection, credentials and namespace. */
  readonly fingerprint: string;
  /** Hosts on which the published limits hold. */
  readonly publicHosts: readonly string[];
  readonly maxWait: number;
  readonly ceiling: Ceiling | undefined;
  /** Made once and not for each request. */
  readonly kept: {
    /** By the origin and what stands for the credential. */
    limiters: Map<string, Limiter>;
    /** By what the connector made of the credentials. */
    authorized: WeakMap<Authorization, Authorized>;
    /** What stands for a credential that is asked for by name. */
    keys: Map<string, string>;
    /** Where the last request without a query went. */
    last: { address: string; place: Place } | undefined;
  };
}

/**
 * Checks the address and registers the secrets.
 *
 * @throws ConnectorError VALIDATION when `baseUrl` is no address that can be used.
 */
export function createConnection(options: ConnectionOptions, profile: HttpProfile): Connection {
  const { connector, transport, connection, credentials, namespace = "default" } = options;
  registerSecrets(transport, credentials);
  const base = profile.userChosenUrl
    ? chosenBase(connector.title, connection.url ?? profile.baseUrl)
    : baseOf(connector.title, "connection.baseUrl", connection.baseUrl ?? profile.baseUrl);
  const fingerprint = fingerprintOf({ platform: connector.platform, namespace, connection, credentials });
  return {
    options,
    transport,
    profile,
    title: connector.title,
    base,
    profilePath: withoutSlash(new URL(profile.baseUrl).pathname),
    fingerprint,
    publicHosts: profile.publicHosts ?? [new URL(profile.baseUrl).host],
    maxWait: options.maxWait ?? (options.lane === "interactive" ? 30_000 : 120_000),
    ceiling: transport.ceiling(fingerprint, options.rateLimit),
    kept: { limiters: new Map(), authorized: new WeakMap(), keys: new Map(), last: undefined },
  };
}

/** Registers every string among resolved credentials, however deep. */
export function registerSecrets(transport: Transport, secrets: unknown): void {
  if (typeof secrets === "string") transport.redactor.add(secrets);
  else if (typeof secrets === "object" && secrets !== null) {
    for (const value of Object.values(secrets)) registerSecrets(transport, value);
  }
}

/** Of an address that a user chose only the origin, with a name and password to refuse; the rest may be anything. */
function chosenBase(title: string, address: unknown): URL {
  const url = typeof address === "string" ? URL.parse(address) : null;
  return baseOf(
    title,
    "connection.url",
    url ? new URL(Object.assign(url, { search: "", hash: "", pathname: "/" })).href : address,
  );
}

function baseOf(title: string, field: string, address: unknown): URL {
  const wrong = (what: string) => new ConnectorError("VALIDATION", `The address of ${title}, ${field}, ${what}`);
  if (typeof address !== "string" || !URL.canParse(address))
    throw wrong("is not an address such as https://example.com.");
  const url = new URL(address);
  if (url.protocol !== "https:" && url.protocol !== "http:") throw wrong("must start with https:// or http://.");
  if (url.username !== "" || url.password !== "") {
    throw wrong("must not hold a name or password; they belong under credentials.");
  }
  if (url.search !== "" || url.hash !== "") throw wrong('must not hold a "?" or "#".');
  return url;
}

/** A path without its final slashes; `/` alone becomes nothing. */
function withoutSlash(path: string): string {
  return path.replace(/\/+$/, "");
}
