/**
 * Decides whether a webhook is the platform's own: over the raw bytes, in constant time, and within
 * the platform's tolerance in both directions of time.
 *
 * An empty or missing secret never verifies, since anybody can sign with it.
 */
import { createHash, createHmac, createPublicKey, timingSafeEqual, verify as verifyBytes } from "node:crypto";
import type { Authenticate, InboundRequest } from "./contract.ts";

/** The reason is for the log of refused deliveries; it holds no secret and no signature. */
export type Verification = { ok: true } | { ok: false; reason: string };

type Hmac = Extract<Authenticate, { type: "hmac" }>;
type Ed25519 = Extract<Authenticate, { type: "ed25519" }>;

/** The fixed start of an Ed25519 public key in SubjectPublicKeyInfo (RFC 8410 section 4). */
const ED25519_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

const accepted: Verification = { ok: true };
const refused = (reason: string): Verification => ({ ok: false, reason });

/**
 * @param request as it was received, its body untouched.
 * @param credentials resolved secrets, by name.
 * @param now milliseconds since 1970.
 */
export function verify(
  authenticate: Authenticate,
  request: InboundRequest,
  credentials: Readonly<Record<string, string>>,
  now: number,
): Verification {
  const secret = Object.hasOwn(credentials, authenticate.credential) ? credentials[authenticate.credential] : undefined;
  if (secret === undefined || secret === "") return refused(`no credential "${authenticate.credential}" is set`);
  switch (authenticate.type) {
    case "hmac":
      return fresh(authenticate, request, now) ?? verifyHmac(authenticate, request, secret);
    case "ed25519":
      return fresh(authenticate, request, now) ?? verifyEd25519(authenticate, request, secret);
    case "sharedSecret":
    case "clientState":
      return verifyShared(authenticate.of(request), secret);
  }
}

/** @returns `undefined` when the time is right, or the platform signs none. */
function fresh({ timestamp }: Hmac | Ed25519, request: InboundRequest, now: number): Verification | undefined {
  if (!timestamp) return undefined;
  const seconds = timestamp.of(request);
  if (seconds === undefined || !Number.isFinite(seconds)) return refused("the timestamp is missing or no number");
  const apart = Math.abs(now / 1000 - seconds);
  return apart > timestamp.toleranceSeconds ? refused("the timestamp is too far from now") : undefined;
}

function verifyHmac(how: Hmac, request: InboundRequest, secret: string): Verification {
  const given = header(request, how.header);
  if (given === undefined) return refused(`the header ${how.header} is missing`);
  const prefix = how.prefix ?? "";
  if (!given.startsWith(prefix)) return refused(`the header ${how.header} does not start with "${prefix}"`);
  const signed = how.signed ? how.signed(request) : request.body;
  if (signed === undefined) return refused("what is signed is missing");
  const signature = decoded(given.slice(prefix.length), how.encoding);
  const expected = createHmac(how.algorithm, secret).update(signed).digest();
  if (signature?.length !== expected.length) return refused(`the header ${how.header} holds no signature`);
  return timingSafeEqual(signature, expected) ? accepted : refused("the signature is wrong");
}

/** The credential is the public key: 32 bytes in hex. */
function verifyEd25519(how: Ed25519, request: InboundRequest, publicKey: string): Verification {
  const given = header(request, how.header);
  if (given === undefined) return refused(`the header ${how.header} is missing`);
  const signature = decoded(given, "hex");
  if (signature?.length !== 64) return refused(`the header ${how.header} holds no signature`);
  const raw = decoded(publicKey.trim(), "hex");
  if (raw?.length !== 32)
    return refused(`the credential "${how.credential}" is no Ed25519 public key of 64 hex digits`);
  const signed = how.signed(request);
  if (signed === undefined) return refused("what is signed is missing");
  const key = createPublicKey({ key: Buffer.concat([ED25519_PREFIX, raw]), format: "der", type: "spki" });
  return verifyBytes(null, signed, key, signature) ? accepted : refused("the signature is wrong");
}

/** Digests have one length, so that comparing them tells nothing of the secret's. */
function verifyShared(given: string | undefined, secret: string): Verification {
  if (given === undefined || given === "") return refused("the shared secret is missing");
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(secret)) ? accepted : refused("the shared secret is wrong");
}

/** Decodes strictly; Buffer itself skips over what it cannot read. */
function decoded(text: string, encoding: "hex" | "base64"): Buffer | undefined {
  const shape =
    encoding === "hex" ? /^(?:[0-9a-fA-F]{2})+$/ : /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
  return shape.test(text) ? Buffer.from(text, encoding) : undefined;
}

function header({ headers }: InboundRequest, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [given, value] of Object.entries(headers)) if (given.toLowerCase() === wanted) return value;
  return undefined;
}
