/**
 * Standard Webhooks 1.0.0 (standardwebhooks.com): how a request proves that it comes from who holds a secret.
 *
 * Signed are the id, the time of the attempt and the bytes of the body; of headers nothing else. Senders that Svix runs
 * use their own header names for the same scheme. The published library knows one secret at a time and one family of
 * headers.
 */
import type { Authenticate, InboundRequest } from "./event-contract.ts";
import { decoded, headerOf, wholeSeconds } from "./signatures.ts";

/** Seconds that a timestamp may be away from this machine's clock, either way: what the published libraries take. */
const TOLERANCE = 300;

/** How such a secret looks, for messages. */
export const STANDARD_FORM =
  'a Standard Webhooks secret, which is "whsec_" and the base64 of 24 to 64 bytes with nothing before or after it';

/**
 * The key of a secret (specification, "Signature scheme").
 *
 * @returns `undefined` for anything but `whsec_` and the base64 of 24 to 64 bytes.
 */
export function standardKey(secret: string): Uint8Array | undefined {
  if (!secret.startsWith("whsec_")) return undefined;
  const key = decoded(secret.slice("whsec_".length), "base64");
  return key && key.length >= 24 && key.length <= 64 ? key : undefined;
}

/** @param secrets the names of the credentials that hold the secret and, while it is changed, the one before. */
export function standardWebhooks(secrets: { credential: string; previous?: string }): Authenticate {
  return {
    type: "hmac",
    algorithm: "sha256",
    encoding: "base64",
    ...secrets,
    key: standardKey,
    form: STANDARD_FORM,
    header: "webhook-signature",
    // Several, with a space or, where a header was sent twice, a comma between them; other versions are passed over.
    signatures: (request) =>
      [...(standardHeader(request, "signature") ?? "").matchAll(/(?:^|[\s,])v1,([A-Za-z0-9+/=]+)/g)].map(
        ([, signature = ""]) => signature,
      ),
    signed(request) {
      const [id, seconds] = [standardHeader(request, "id"), standardHeader(request, "timestamp")];
      if (id === undefined || seconds === undefined) return undefined;
      return Buffer.concat([Buffer.from(`${id}.${seconds}.`), request.body]);
    },
    timestamp: { of: (request) => wholeSeconds(standardHeader(request, "timestamp")), toleranceSeconds: TOLERANCE },
  };
}

/** Whether a request claims to be signed so. */
export function isStandardWebhook(request: Pick<InboundRequest, "headers">): boolean {
  return ["webhook-signature", "svix-signature"].some((name) => headerOf(request, name) !== undefined);
}

/** All three of one family. */
export function standardHeader(request: InboundRequest, name: "id" | "timestamp" | "signature"): string | undefined {
  const family = headerOf(request, "webhook-signature") === undefined ? "svix" : "webhook";
  return headerOf(request, `${family}-${name}`) || undefined;
}
