/**
 * Keeps requests to addresses that users choose freely (a webhook's, `http_request`'s) out of the inner network.
 *
 * What counts is the address that is connected to, not the name: names are resolved here, every record is
 * looked at, and the connection goes to exactly what was looked at, so that a second answer of the DNS server
 * changes nothing. A literal address never reaches a `lookup`, so the connector checks it by itself. The
 * operator's `allow.hosts` opens what it names, plain http and inner addresses included; manifests cannot.
 * No proxy is used: a proxy would resolve the name anew, where nobody checks.
 */
import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import { BlockList, isIP } from "node:net";
import type { Dispatcher } from "undici";
import { ConnectorError } from "../errors.ts";

/**
 * What the operator's `allow.hosts` says of a host: `named`, `unnamed` although there is a list, `unbound` when
 * there is none.
 *
 * @param host lower case, without a final dot; an IPv6 address in brackets.
 * @param port the one that is connected to.
 */
export type HostTrust = (host: string, port: string) => "named" | "unnamed" | "unbound";

/** Resolves a name to all its addresses. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** Milliseconds until a connection has to stand. */
const CONNECT_TIMEOUT = 5_000;

/** IANA's special-purpose IPv4 ranges (RFC 6890 and its registry), with multicast and the former class E. */
const innerRanges: readonly [net: string, prefix: number][] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

/** What is not public within 2000::/3: protocol assignments with Teredo, documentation, 6to4. */
const innerRanges6: readonly [net: string, prefix: number][] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

/** Names that stand for this machine or the inner network, with all below them (RFC 6761, RFC 6762, ICANN 2024). */
const innerNames = ["localhost", "local", "internal", "home.arpa"];

/** The only space given out as global unicast (IANA); IPv4-mapped and translated forms lie outside it. */
const globalRanges6: readonly [net: string, prefix: number][] = [["2000::", 3]];

const inner = rangesOf(innerRanges, innerRanges6);
const global6 = rangesOf([], globalRanges6);

function rangesOf(four: typeof innerRanges, six: typeof innerRanges6): Pick<BlockList, "check"> {
  const list = new BlockList();
  for (const [net, prefix] of four) list.addSubnet(net, prefix, "ipv4");
  for (const [net, prefix] of six) list.addSubnet(net, prefix, "ipv6");
  return list;
}

/** @param address IPv4 or IPv6, without brackets. @returns false for what is no address, too. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !inner.check(address, "ipv4");
  return family === 6 && !address.includes("%") && global6.check(address, "ipv6") && !inner.check(address, "ipv6");
}

/**
 * Checks an address before anything is sent: its form, its scheme, its host as far as no look-up is needed.
 *
 * @returns the parsed address, in which `0x7f.1` has become `127.0.0.1`.
 * @throws ConnectorError VALIDATION for what is no such address, PERMISSION for one that is not allowed.
 */
export function assertPublicUrl(address: string, trust: HostTrust): URL {
  const url = URL.parse(address);
  if (!url) throw refused("VALIDATION", "The address is no https address.");
  assertPublicAddress(url, trust);
  if (url.href.includes("#")) url.hash = "";
  return url;
}

/** The same, for an address that is parsed already. */
export function assertPublicAddress(url: URL, trust: HostTrust): void {
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw refused("VALIDATION", "The address is no https address.");
  }
  if (url.username !== "" || url.password !== "") {
    throw refused("VALIDATION", "The address holds a name or password; credentials belong into a header.");
  }
  assertPublicHost({ protocol: url.protocol, hostname: url.hostname, port: portOf(url) }, trust);
}

/**
 * Makes the `lookup` of a connection: resolves once, refuses a name of which any address is not public, and
 * gives the connection the addresses that were looked at.
 *
 * @param resolve default: the system's resolver.
 */
export function guardedLookup(trust: HostTrust, port: string, resolve: Resolve = resolveAll) {
  return (host: string, options: LookupOptions, done: LookupCallback): void => {
    resolve(host).then(
      (addresses) => {
        const error = trust(bareHost(host), port) === "named" ? undefined : innerAddress(host, addresses);
        if (error) done(error, []);
        else answer(addresses, options, done);
      },
      (error: NodeJS.ErrnoException) => done(error, []),
    );
  };
}

/** As Node's sockets call it: the list with `all`, else one address and its family. */
type LookupCallback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

/**
 * Makes the dispatcher for such requests. Every connection is checked, so that none of its users can forget it.
 *
 * @param undici the module, which is loaded with the first request and not before.
 * @param options.tls `ca` and others for the TLS connection.
 */
export function guardedDispatcher(
  undici: typeof import("undici"),
  { trust, resolve = resolveAll, tls = {} }: { trust: HostTrust; resolve?: Resolve; tls?: { ca?: string } },
): Dispatcher {
  return new undici.Agent({
    connect(options, done) {
      const port = options.port || (options.protocol === "http:" ? "80" : "443");
      try {
        assertPublicHost({ protocol: options.protocol, hostname: options.hostname, port }, trust);
      } catch (error) {
        done(error as Error, null);
        return;
      }
      const lookup = guardedLookup(trust, port, resolve);
      undici.buildConnector({ ...tls, timeout: CONNECT_TIMEOUT, lookup: lookup as never })(options, done);
    },
  });
}

function assertPublicHost(target: { protocol: string; hostname: string; port: string }, trust: HostTrust): void {
  const host = bareHost(target.hostname);
  const verdict = trust(host, target.port);
  if (verdict === "named") return;
  const open = "The operator can open it with `allow.hosts` in plumbline.config.yaml.";
  if (verdict === "unnamed") throw refused("PERMISSION", `The host ${host} is not among those of \`allow.hosts\`.`);
  if (target.protocol !== "https:") throw refused("PERMISSION", `The address of ${host} is not https. ${open}`);
  const literal = host.replace(/^\[|\]$/g, "");
  if (isIP(literal) === 0 ? hasInnerName(host) : !isPublicAddress(literal))
    throw refused("PERMISSION", `The host ${host} is not public. ${open}`);
}

function hasInnerName(host: string): boolean {
  return innerNames.some((name) => host === name || host.endsWith(`.${name}`));
}

function bareHost(host: string): string {
  const bare = host.toLowerCase().replace(/\.$/, "");
  return isIP(bare) === 6 ? `[${bare}]` : bare;
}

/** Names no address: who may try any name would else learn what the inner network looks like. */
function innerAddress(host: string, addresses: readonly LookupAddress[]): ConnectorError | undefined {
  if (addresses.length > 0 && addresses.every(({ address }) => isPublicAddress(address))) return undefined;
  return refused("PERMISSION", `The host ${bareHost(host)} does not lead to a public address.`);
}

function answer(addresses: readonly LookupAddress[], options: LookupOptions, done: LookupCallback): void {
  const [first] = addresses;
  if (options.all || !first) done(null, [...addresses]);
  else done(null, first.address, first.family);
}

function portOf({ port, protocol }: URL): string {
  return port || (protocol === "http:" ? "80" : "443");
}

function refused(code: "VALIDATION" | "PERMISSION", message: string): ConnectorError {
  return new ConnectorError(code, message, { retryable: false });
}

function resolveAll(host: string): Promise<readonly LookupAddress[]> {
  return new Promise((done, fail) => {
    lookup(host, { all: true, verbatim: true }, (error, addresses) => (error ? fail(error) : done(addresses)));
  });
}
