/**
 * Says who may send, before anything is sent: the handshake of CloudEvents' "HTTP 1.1 Web Hooks for Event Delivery"
 * (version 1.0.2, section 4), which keeps a delivery service from being turned against a host that wants nothing of it.
 *
 * Consent are the two headers, not the status. It proves nothing of what comes afterwards, which is authenticated as
 * ever.
 */
import { headerOf } from "./signatures.ts";

/** A host's name, with a port if it has one: what an origin is there. */
const ORIGIN = /^[A-Za-z0-9.-]{1,253}(?::\d{1,5})?$/;

/**
 * @param origins names of hosts that may send; `*.example.com` stands for all below it.
 * @returns undefined for a request that asks for no such thing.
 */
export function webhookConsent(
  request: { method: string; headers: Readonly<Record<string, string>> },
  origins: readonly string[],
): { status: number; headers: Record<string, string> } | undefined {
  const origin = headerOf(request, "webhook-request-origin")?.trim();
  if (request.method !== "OPTIONS" || origin === undefined) return undefined;
  if (!ORIGIN.test(origin) || !origins.some((allowed) => isOf(origin, allowed))) return { status: 403, headers: {} };
  return {
    status: 200,
    headers: { allow: "POST", "webhook-allowed-origin": origin, "webhook-allowed-rate": "*" },
  };
}

function isOf(origin: string, allowed: string): boolean {
  const [host, wanted] = [origin.toLowerCase(), allowed.toLowerCase()];
  return wanted.startsWith("*.") ? host.endsWith(wanted.slice(1)) : host === wanted;
}
