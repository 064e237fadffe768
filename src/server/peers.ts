/**
 * What can be said of a peer: whether it is a program on this host, and how often it tried wrong tokens.
 *
 * While no token exists, programs on this host may ask anything. A proxy on this host would lend that right to
 * everybody, so a request with a forwarding header does not count; nor does one that a web page made, which a
 * browser's own headers tell, or which came in under another name than the loopback's (DNS rebinding).
 */
import { BlockList, isIPv6 } from "node:net";

const FORWARDED =
  /^(forwarded|via|x-real-ip|x-client-ip|x-cluster-client-ip|true-client-ip|cf-connecting-ip|x-forwarded.*|x-original-.*)$/;
const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

const loopback = (() => {
  const list = new BlockList();
  list.addSubnet("127.0.0.0", 8, "ipv4");
  list.addAddress("::1", "ipv6");
  return list;
})();

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Whether an address is this host's own. IPv4 may come mapped into IPv6. */
export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  return loopback.check(plain, isIPv6(plain) ? "ipv6" : "ipv4");
}

/** Whether a request came straight from a program on this host. */
export function isLocal(address: string, headers: Headers): boolean {
  return isLoopback(address) && !Object.keys(headers).some((name) => FORWARDED.test(name)) && !fromElsewhere(headers);
}

function fromElsewhere({ host, origin, "sec-fetch-site": site }: Headers): boolean {
  if (typeof host !== "string" || !LOOPBACK_HOST.test(host)) return true;
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) return true;
  return site !== undefined && site !== "same-origin" && site !== "none";
}

/** Peers that are remembered; beyond it the oldest go, so that many addresses take no memory. */
const REMEMBERED = 10_000;

/** Counts failed tries by peer in windows of time. An IPv6 peer is its /64, which is one customer's. */
export class FailedTries {
  readonly #limit: number;
  readonly #window: number;
  readonly #peers = new Map<string, { count: number; since: number }>();

  constructor(limit: number, window: number) {
    this.#limit = limit;
    this.#window = window;
  }

  /** Counts one more. @returns how many milliseconds to wait, 0 while there were not too many. */
  count(address: string, now: number): number {
    const peer = peerOf(address);
    const known = this.#peers.get(peer);
    const entry = known && now - known.since < this.#window ? known : { count: 0, since: now };
    entry.count += 1;
    this.#peers.delete(peer);
    this.#peers.set(peer, entry);
    if (this.#peers.size > REMEMBERED) this.#peers.delete(this.#peers.keys().next().value as string);
    return entry.count > this.#limit ? entry.since + this.#window - now : 0;
  }
}

function peerOf(address: string): string {
  if (!isIPv6(address) || /^::ffff:/i.test(address)) return address;
  const [head = "", tail] = address.split("::");
  const left = head.split(":").filter(Boolean);
  const right = (tail ?? "").split(":").filter(Boolean);
  const missing = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array<string>(missing).fill("0"), ...right].slice(0, 4).join(":");
}
