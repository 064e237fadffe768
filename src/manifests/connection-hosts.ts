/** The hosts that a connection leads to: what `allow.hosts` binds, and where a credential may go. */
import type { CompiledConnector } from "../connector-kit/compile.ts";

/** A host of a connection, or `undefined` in its place for an address that is none. */
export interface ConnectionHost {
  /** The property of the connection; `undefined` for the connector's own address. */
  property: string | undefined;
  /** Lower case; an IPv6 address in brackets. */
  host: string | undefined;
  /** The one that is connected to, stated or by the scheme. */
  port: string | undefined;
}

/**
 * Reads `baseUrl` (or the connector's, where none is stated), `url` and `host` of a connection.
 * Values that come from the environment are left out until they are resolved.
 */
export function connectionHosts(
  connection: Readonly<Record<string, unknown>>,
  compiled: CompiledConnector | undefined,
): ConnectionHost[] {
  const hosts = ["baseUrl", "url"].flatMap((property) => {
    const value = connection[property];
    return typeof value === "string" ? [{ property, ...hostOfUrl(value) }] : [];
  });
  const { host, port } = connection;
  if (typeof host === "string") {
    hosts.push({ property: "host", host: host.toLowerCase(), port: port === undefined ? undefined : String(port) });
  }
  const http = compiled?.connector.http;
  const own = http?.userChosenUrl ? undefined : http?.baseUrl;
  const unstated = connection.baseUrl === undefined && own !== undefined ? hostOfUrl(own) : undefined;
  return unstated ? [...hosts, { property: undefined, ...unstated }] : hosts;
}

/** The ports that a URL leaves out (RFC 9110 section 4.2). */
const portsByScheme: ReadonlyMap<string, string> = new Map([
  ["https:", "443"],
  ["http:", "80"],
]);

function hostOfUrl(text: string): Pick<ConnectionHost, "host" | "port"> {
  const url = URL.parse(text);
  if (!url) return { host: undefined, port: undefined };
  return { host: url.hostname, port: url.port || portsByScheme.get(url.protocol) };
}
