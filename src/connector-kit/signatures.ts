/**
 * Decides whether a webhook is the platform's own: over the raw bytes, in constant time, and within
 * the platform's tolerance in both directions of time.
 *
 * An empty or missing secret never verifies, since anybody can sign with it.
 */
import {
  createHash,
  createHmac,
  createPublicKey,
  createSecretKey,
  type KeyObject,
  timingSafeEqual,
  verify as verifyBytes,
} from "node:crypto";
import type { Authenticate, InboundRequest } from "./event-contract.ts";

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
  const { credential, previous } = authenticate;
  const secret = own(credentials, credential);
  if (secret === undefined) return refused(`no credential "${credential}" is set`);
  const first = verifyWith(authenticate, request, secret, now);
  const before = previous === undefined ? undefined : own(credentials, previous);
  if (first.ok || before === undefined) return first;
  return verifyWith(authenticate, request, before, now).ok ? accepted : first;
}

/**
 * Reads a time as platforms write it: whole seconds since 1970, digits only.
 *
 * @returns `undefined` for anything else, such as nothing, `1e99` or a number with letters behind it.
 */
export function wholeSeconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The value of a header, whatever the case of its name. */
export function headerOf({ headers }: Pick<InboundRequest, "headers">, name: string): string | undefined {
  const wanted = name.toLowerCase();
  // As they come from the server, and so almost always.
  if (Object.hasOwn(headers, wanted)) return headers[wanted];
  for (const given of Object.keys(headers)) {
    if (given.length === wanted.length && given.toLowerCase() === wanted) return headers[given];
  }
  return undefined;
}

function own(credentials: Readonly<Record<string, string>>, name: string): string | undefined {
  return (Object.hasOwn(credentials, name) ? credentials[name] : undefined) || undefined;
}

function verifyWith(how: Authenticate, request: InboundRequest, secret: string, now: number): Verification {
  switch (how.type) {
    case "hmac":
      return fresh(how, request, now) ?? verifyHmac(how, request, secret);
    case "ed25519":
      return fresh(how, request, now) ?? verifyEd25519(how, request, secret);
    case "sharedSecret":
    case "clientState":
      return verifyShared(how.of(request), secret);
  }
}

/** @returns `undefined` when the time is right, or the platform signs none. */
function fresh({ timestamp }: Hmac | Ed25519, request: InboundRequest, now: number): Verification | undefined {
  if (!timestamp) return undefined;
  const seconds = timestamp.of(request);
  if (seconds === undefined || !Number.isFinite(seconds)) return refused("the timestamp is missing or no number");
  const skew = Math.round(now / 1000 - seconds);
  const apart = Math.abs(now / 1000 - seconds);
  const { toleranceSeconds: most } = timestamp;
  if (apart <= most) return undefined;
  const side = skew > 0 ? "behind" : "ahead of";
  return refused(`the timestamp is ${Math.abs(skew)} s ${side} this machine's clock, and ${most} s are accepted`);
}

function verifyHmac(how: Hmac, request: InboundRequest, secret: string): Verification {
  const key = how.key ? how.key(secret) : secret;
  if (key === undefined) return refused(`the credential "${how.credential}" is not ${how.form ?? "such a secret"}`);
  const given = how.signatures ? how.signatures(request) : headerSignature(how, request);
  if (!Array.isArray(given)) return given as Verification;
  const signed = how.signed ? how.signed(request) : request.body;
  if (signed === undefined) return refused("what is signed is missing");
  // By way of a text: bytes of a digest come with memory of their own, which costs more than the digest.
  const expected = Buffer.from(createHmac(how.algorithm, hmacKeyOf(key)).update(signed).digest("hex"), "hex");
  let why = `the header ${how.header} holds no signature`;
  for (const one of given as readonly string[]) {
    const signature = decoded(one, how.encoding);
    if (signature?.length !== expected.length) continue;
    if (timingSafeEqual(signature, expected)) return accepted;
    why = "the signature is wrong";
  }
  return refused(why);
}

/** Keys by their bytes: a secret that is changed is another key. Where there are more than so many, they are made anew. */
const hmacKeys = new Map<string, KeyObject>();
const MOST_KEYS = 64;

/** @returns the key in a form that Node.js takes as it is: bytes it would first try as a key object, at five times the cost. */
export function hmacKeyOf(key: string | Uint8Array): string | KeyObject {
  if (typeof key === "string") return key;
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString("latin1");
  const known = hmacKeys.get(bytes);
  if (known) return known;
  if (hmacKeys.size >= MOST_KEYS) hmacKeys.clear();
  const made = createSecretKey(key);
  hmacKeys.set(bytes, made);
  return made;
}

/** The header's value without its prefix, or why there is none. */
function headerSignature({ header, prefix = "" }: Hmac, request: InboundRequest): [string] | Verification {
  const given = headerOf(request, header);
  if (given === undefined) return refused(`the header ${header} is missing`);
  if (!given.startsWith(prefix)) return refused(`the header ${header} does not start with "${prefix}"`);
  return [given.slice(prefix.length)];
}

/** The credential is the public key: 32 bytes in hex. */
function verifyEd25519(how: Ed25519, request: InboundRequest, publicKey: string): Verification {
  const given = headerOf(request, how.header);
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

const shapes = {
  hex: /^(?:[0-9a-fA-F]{2})+$/,
  base64: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  base64url: /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}(?:==)?|[A-Za-z0-9_-]{3}=?)?$/,
} as const;

/** Decodes strictly; Buffer itself skips over what it cannot read. */
export function decoded(text: string, encoding: keyof typeof shapes): Buffer | undefined {
  return shapes[encoding].test(text) ? Buffer.from(text, encoding) : undefined;
}
