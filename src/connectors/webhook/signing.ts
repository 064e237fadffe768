/**
 * Signatures of both directions: Standard Webhooks 1.0.0 and schemes of one's own.
 *
 * Signed are bytes, never something that was read and written again.
 */
import { createHmac } from "node:crypto";
import { ConnectorError, hmacKeyOf, standardKey } from "../../connector-kit/index.ts";
import { hmacKey } from "./secrets.ts";
import type { Hmac, Settings } from "./settings.ts";

/** What a signed text may name. */
export interface SignedParts {
  body: Uint8Array;
  id?: string | undefined;
  ts?: string | undefined;
  method?: string | undefined;
  url?: string | undefined;
}

const parts = ["body", "id", "ts", "method", "url"] as const;

/** @returns the bytes that a template stands for; `undefined` when a part that it names is missing. */
export function signedBytes(template: string, given: SignedParts): Buffer | undefined {
  const pieces = template.split(/(\{[a-z]+\})/).map((piece) => {
    const name = parts.find((part) => piece === `{${part}}`);
    return name === undefined ? piece : given[name];
  });
  return pieces.includes(undefined) ? undefined : Buffer.concat(pieces.map((piece) => Buffer.from(piece as string)));
}

/**
 * Checks what a scheme says of itself.
 *
 * @param by what uses it, `auth` or `receive`.
 * @throws ConnectorError VALIDATION
 */
export function checkScheme({ hmac, idHeader }: Settings, by: "auth" | "receive"): void {
  const { signed = "{body}", timestampHeader } = hmac ?? {};
  const named = [...signed.matchAll(/\{([a-z]*)\}/g)].map(([, name = ""]) => name);
  const known: readonly string[] = by === "auth" ? parts : parts.slice(0, 3);
  const unknown = named.find((name) => !known.includes(name));
  if (unknown !== undefined) throw wrong(`{${unknown}} is none of ${known.map((name) => `{${name}}`).join(", ")}`);
  if (!named.includes("body")) throw wrong("it lacks {body}, so that any body would do");
  if (named.includes("ts") && timestampHeader === undefined) throw wrong("{ts} needs connection.hmac.timestampHeader");
  if (timestampHeader !== undefined && !named.includes("ts"))
    throw wrong("it lacks {ts}, so that the time in timestampHeader would prove nothing");
  if (named.includes("id") && idHeader === undefined) throw wrong("{id} needs connection.idHeader");
}

/** One delivery, before it is signed. */
export interface Unsigned {
  id: string;
  body: string;
  method: string;
  url: string;
}

/**
 * The headers that prove one attempt.
 *
 * @param now milliseconds since 1970.
 */
export function signatureHeaders(
  settings: Settings,
  credentials: Readonly<Record<string, string>>,
  message: Unsigned,
  now: number,
): Record<string, string> {
  const { secret = "", previousSecret } = credentials;
  if (settings.auth === "standard-webhooks") {
    const secrets = previousSecret === undefined ? [secret] : [secret, previousSecret];
    return standardHeaders(secrets, message, Math.floor(now / 1000));
  }
  return settings.auth === "hmac" && settings.hmac ? hmacHeaders(settings.hmac, secret, message, now) : {};
}

function standardHeaders(secrets: readonly string[], { id, body }: Unsigned, seconds: number): Record<string, string> {
  const signed = `${id}.${seconds}.${body}`;
  const signatures = secrets.map((secret) => {
    const key = hmacKeyOf(standardKey(secret) ?? new Uint8Array());
    return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  });
  return { "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": signatures.join(" ") };
}

function hmacHeaders(hmac: Hmac, secret: string, { body, ...message }: Unsigned, now: number): Record<string, string> {
  const { header, algorithm = "sha256", encoding = "hex", prefix = "", signed = "{body}" } = hmac;
  const ts = String(hmac.timestampUnit === "ms" ? now : Math.floor(now / 1000));
  const bytes = signedBytes(signed, { ...message, ts, body: Buffer.from(body) }) ?? Buffer.alloc(0);
  const digest = createHmac(algorithm, hmacKeyOf(hmacKey(hmac, secret) ?? new Uint8Array()))
    .update(bytes)
    .digest(encoding);
  return { [header]: prefix + digest, ...(hmac.timestampHeader === undefined ? {} : { [hmac.timestampHeader]: ts }) };
}

function wrong(what: string): ConnectorError {
  return new ConnectorError("VALIDATION", `The webhook cannot be used: of connection.hmac.signed, ${what}.`);
}
