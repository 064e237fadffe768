/**
 * The way to a system, layer by layer: name, connection, proxy, TLS.
 *
 * Behind a proxy the name and the connection are the proxy's, since it looks up the system's itself.
 */
import { proxiesOf } from "../../connector-kit/http/dispatch.ts";
import { networkFailure } from "../../connector-kit/http/network-errors.ts";
import { type Address, addressOf, type Probe } from "./probe.ts";
import { failed, ok, type Step, skipped } from "./step.ts";

export const reachNames = ["dns", "tcp", "proxy", "tls"] as const;

/** Days before a certificate or a token ends from which on that is said. */
export const SOON_DAYS = 14;
const DAY = 86_400_000;

export interface Way {
  /** An origin such as `https://slack.com`, or `host:port` of a system that speaks no HTTP. */
  origin: string;
  env: Readonly<Record<string, string | undefined>>;
  probe: Probe;
  /** Milliseconds since 1970. */
  now: number;
}

/** @returns the steps up to the first that failed. */
export async function reach({ origin, env, probe, now }: Way): Promise<Step[]> {
  const target = targetOf(origin);
  if (!target) return reachNames.map((name) => skipped(name, "the system has no address to look at"));
  const proxy = target.protocol === "" ? undefined : proxyFor(target, env);
  const first = proxy ? addressOf(proxy) : target;
  const layers = [
    () => dns(first, probe, proxy),
    () => tcp(first, probe, proxy),
    () => tunnel(target, proxy, probe),
    () => tls(target, { proxy, probe, now }),
  ];
  const steps: Step[] = [];
  for (const look of layers) {
    const step = await look();
    steps.push(step);
    if (step.status === "failed") break;
  }
  return steps;
}

type Target = Address & { protocol: string };

function targetOf(origin: string): Target | undefined {
  if (/^https?:\/\//.test(origin) && URL.canParse(origin)) {
    const url = new URL(origin);
    return { ...addressOf(url), protocol: url.protocol };
  }
  const [, host, port] = /^([^\s/:]+):(\d+)$/.exec(origin) ?? [];
  return host === undefined ? undefined : { host, port: Number(port), protocol: "" };
}

async function dns({ host }: Address, probe: Probe, proxy: URL | undefined): Promise<Step> {
  try {
    const addresses = await probe.lookup(host);
    return ok("dns", `${host} is ${addresses.join(", ")}${proxy ? " (the proxy)" : ""}`);
  } catch (error) {
    return failed("dns", `${host}: ${networkFailure(error).text}`, "Check the name, and the DNS of this machine.");
  }
}

async function tcp(to: Address, probe: Probe, proxy: URL | undefined): Promise<Step> {
  const where = `${to.host}:${to.port}`;
  try {
    await probe.connect(to);
    return ok("tcp", `${where} takes connections${proxy ? " (the proxy)" : ""}`);
  } catch (error) {
    const remedy = "Check the port and any firewall; set HTTPS_PROXY if this network has a proxy.";
    return failed("tcp", `${where}: ${networkFailure(error).text}`, remedy);
  }
}

async function tunnel(target: Target, proxy: URL | undefined, probe: Probe): Promise<Step> {
  if (!proxy) return ok("proxy", "none for this host");
  const { host, port } = addressOf(proxy);
  if (target.protocol === "http:") return ok("proxy", `${host}:${port}`);
  try {
    await probe.tunnel(proxy, target);
    return ok("proxy", `${host}:${port} lets connections to ${target.host} through`);
  } catch (error) {
    const remedy =
      "Check the name and password in HTTPS_PROXY, and what the proxy lets through; or name the host in NO_PROXY.";
    return failed("proxy", `${host}:${port}: ${networkFailure(error).text}`, remedy);
  }
}

async function tls(
  target: Target,
  { proxy, probe, now }: { proxy: URL | undefined; probe: Probe; now: number },
): Promise<Step> {
  if (target.protocol !== "https:") return skipped("tls", "the address is not https");
  try {
    const { protocol, validTo } = await probe.secure(target, proxy);
    const day = validTo.toISOString().slice(0, 10);
    return ok(
      "tls",
      `${protocol}, certificate valid until ${day}`,
      endsSoon("the certificate", validTo.getTime(), now),
    );
  } catch (error) {
    const remedy = "Check the machine's clock; name the authority of a private certificate in NODE_EXTRA_CA_CERTS.";
    return failed("tls", `${target.host}: ${networkFailure(error).text}`, remedy);
  }
}

/** @returns a warning where something ends within {@link SOON_DAYS} days. @param end milliseconds since 1970. */
export function endsSoon(what: string, end: number, now: number): string | undefined {
  const days = Math.floor((end - now) / DAY);
  if (Number.isNaN(days) || days >= SOON_DAYS) return undefined;
  return days < 0 ? `${what} has expired` : `${what} expires in ${days === 1 ? "1 day" : `${days} days`}`;
}

/** The proxy for a host, by the variables that requests obey too. */
function proxyFor({ host, port, protocol }: Target, env: Way["env"]): URL | undefined {
  const { http, https, none } = proxiesOf(env);
  const address = protocol === "https:" ? https || http : http;
  return URL.canParse(address) && !isExempt(host, port, none) ? new URL(address) : undefined;
}

/** `NO_PROXY`: names parted by commas or blanks, each with what lies below it, a port where it has one, or `*`. */
function isExempt(host: string, port: number, none: string): boolean {
  return none
    .split(/[\s,]+/)
    .filter((part) => part !== "")
    .some((part) => {
      const [, name = "", only] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(part.toLowerCase()) ?? [];
      if (part === "*") return true;
      if (only !== undefined && Number(only) !== port) return false;
      return host === name || host.endsWith(`.${name}`);
    });
}
