/**
 * Keeps secrets out of every text that leaves the kit.
 *
 * Platforms repeat what they were sent: a token inside an error, a password percent-encoded in an
 * address, a private key with escaped line ends. So each registered secret is looked for in the
 * forms that requests and answers give it, and shapes of well-known tokens are taken out even where
 * nobody registered them.
 */

/** What stands in a secret's place. */
export const SENSITIVE = "(sensitive)";

/** Shorter values are left alone: taking them out would make every text unreadable. */
const SHORTEST = 4;

/** The most values that are remembered; the least recently added go first. */
const MOST = 20_000;

/** Shapes of credentials, as their makers publish them for secret scanning. */
const shapes: readonly RegExp[] = [
  /\bgh[pousr]_[A-Za-z0-9_.-]{16,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/g,
  /\bglpat-[A-Za-z0-9_.-]{16,}/g,
  /\bxox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{8,}/g,
  /\bxapp-[A-Za-z0-9-]{10,}/g,
  /\bhttps:\/\/hooks\.slack\.com\/[^\s"'<>]+/g,
  /\bhttps:\/\/(?:\w+\.)?discord(?:app)?\.com\/api\/webhooks\/[^\s"'<>]+/g,
  /\bAKIA[0-9A-Z]{16}\b/g,
  /\bNRAK-[A-Z0-9]{20,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/** Places where a secret stands whatever it looks like; the first group is kept. */
const places: readonly RegExp[] = [
  /(\b(?:Bearer|Basic|SSWS|Splunk|Token token=)\s+"?)[A-Za-z0-9+/=_.:~-]{8,}/gi,
  /(:\/\/)[^\s/@:]*:[^\s/@]+(?=@)/g,
  /([?&](?:access_token|api_?key|client_secret|key|password|secret|sig|signature|token)=)[^\s&"'<>]+/gi,
];

/** What no shape and no place does without; most texts hold none of it, and one look is cheaper than fourteen. */
const SUSPECT =
  /gh[pousr]_|github_pat_|glpat-|xox|xapp-|hooks\.slack|discord|AKIA|NRAK-|eyJ|PRIVATE KEY|Bearer|Basic|SSWS|Splunk|Token|:\/\/|[?&]/i;

/** Replaces secrets in texts. */
export interface Redactor {
  /** Registers a secret value, in all forms in which it may come back. */
  add(secret: string): void;
  /** @returns the text with `(sensitive)` in the place of every secret. */
  redact(text: string): string;
}

/** @returns a redactor that knows no secret yet. */
export function createRedactor(): Redactor {
  const known = new Set<string>();
  let longestFirst: readonly string[] | undefined;
  return {
    add(secret) {
      for (const form of forms(secret)) {
        known.delete(form);
        known.add(form);
      }
      for (const oldest of known) {
        if (known.size <= MOST) break;
        known.delete(oldest);
      }
      longestFirst = undefined;
    },
    redact(text) {
      longestFirst ??= [...known].sort((a, b) => b.length - a.length);
      let result = text;
      for (const form of longestFirst) if (result.includes(form)) result = result.replaceAll(form, SENSITIVE);
      if (!SUSPECT.test(result)) return result;
      for (const shape of shapes) result = result.replace(shape, SENSITIVE);
      for (const place of places) result = result.replace(place, `$1${SENSITIVE}`);
      return result;
    },
  };
}

/**
 * An error that may be kept as a cause: what it says, without secrets.
 *
 * @returns a plain error of the same name, message, code and stack; the chain of causes ends here.
 */
export function redactedError(redactor: Redactor, thrown: unknown): Error {
  const original = thrown instanceof Error ? thrown : new Error(String(thrown));
  const copy = new Error(redactor.redact(original.message));
  copy.name = original.name;
  if (original.stack !== undefined) copy.stack = redactor.redact(original.stack);
  return copy;
}

/** All forms of a secret that requests, answers and error pages may hold. */
function forms(secret: string): ReadonlySet<string> {
  const values = [secret, secret.trim(), ...linesOf(secret), ...addressParts(secret)];
  const found = new Set<string>();
  for (const value of values) {
    if (value.length < SHORTEST) continue;
    for (const form of encodings(value)) if (form.length >= SHORTEST) found.add(form);
  }
  return found;
}

function encodings(value: string): readonly string[] {
  const bytes = Buffer.from(value, "utf8");
  const percent = percentEncoded(value);
  const form = new URLSearchParams({ v: value }).toString().slice(2);
  return [
    value,
    bytes.toString("base64"),
    bytes.toString("base64").replace(/=+$/, ""),
    bytes.toString("base64url"),
    percent,
    lowerCaseEscapes(percent),
    form,
    lowerCaseEscapes(form),
    JSON.stringify(value).slice(1, -1),
    JSON.stringify(JSON.stringify(value).slice(1, -1)).slice(1, -1),
    value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;"),
  ];
}

/** A lone surrogate cannot be percent-encoded, and cannot be sent either. */
function percentEncoded(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}

function lowerCaseEscapes(text: string): string {
  return text.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase());
}

/** The lines of a secret that has several, such as a private key: an answer may repeat one of them. */
function linesOf(secret: string): readonly string[] {
  if (!secret.trim().includes("\n")) return [];
  return secret
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.length >= 16);
}

/** The telling parts of a secret that is an address: its path, and path segments as long as a token. */
function addressParts(secret: string): readonly string[] {
  if (!/^https?:\/\//.test(secret) || !URL.canParse(secret)) return [];
  const url = new URL(secret);
  const segments = url.pathname.split("/").filter((segment) => segment.length >= 16);
  return [url.pathname, url.pathname + url.search, url.password, ...segments].filter((part) => part.length >= 8);
}
