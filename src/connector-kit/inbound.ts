/**
 * What taking a webhook in asks of a connector's declaration, in one place: how this Integration's requests are
 * proven, which of their bytes are remembered, and who caused an event.
 */
import type { CheckedAccount } from "./account.ts";
import type { Authenticate, Events, InboundRequest, PlatformEvent } from "./event-contract.ts";
import { readJson, TooDeep } from "./exact-json.ts";

/** How the requests of an Integration with this connection are proven. @throws ConnectorError for one that cannot be right. */
export function authenticateOf(
  { authenticate }: Pick<Events, "authenticate">,
  connection: Readonly<Record<string, unknown>>,
): Authenticate {
  return typeof authenticate === "function" ? authenticate(connection) : authenticate;
}

/**
 * What is wrong with the secrets that requests are proven with, to be said when they are loaded and not only when the
 * first request is refused.
 *
 * @param credentials resolved secrets, by name.
 * @returns a sentence that names the field and never a value; undefined when requests can be proven.
 */
export function proofFault(
  authenticate: Authenticate,
  credentials: Readonly<Record<string, string>>,
): string | undefined {
  const { credential, previous } = authenticate;
  if (!credentials[credential]) return `credentials.${credential} is not set, so no event can be let in.`;
  if (authenticate.type !== "hmac" || !authenticate.key) return undefined;
  const { key, form = "such a secret" } = authenticate;
  const bad = [credential, previous].find((name) => name && credentials[name] && !key(credentials[name]));
  return bad === undefined ? undefined : `credentials.${bad} is not ${form}.`;
}

/** Whether the same bytes, coming again within 24 hours under another id, are a replay. */
export function remembersBytes(authenticate: Authenticate): boolean {
  const signs = authenticate.type === "hmac" || authenticate.type === "ed25519";
  return authenticate.remember ?? (signs && authenticate.timestamp === undefined);
}

/** The bytes that a request proves: what is signed, else the body. */
export function provenBytes(authenticate: Authenticate, request: InboundRequest): Uint8Array {
  const signed = "signed" in authenticate ? authenticate.signed?.(request) : undefined;
  return signed ?? request.body;
}

/** Whether the Integration's own account caused an event; false where nobody can tell. */
export function isOwnEvent(
  events: Pick<Events, "own">,
  event: Pick<PlatformEvent, "name" | "data">,
  account: CheckedAccount | undefined,
): boolean {
  return account !== undefined && (events.own?.(event, account) ?? false);
}

/** Keeps nothing from one text to the next. */
const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The body of a request as text.
 *
 * @throws Error when it is not UTF-8: what it says would be lost if it were read all the same.
 */
export function bodyText({ body }: InboundRequest): string {
  try {
    return utf8.decode(body);
  } catch {
    throw new Error("The body is not valid UTF-8.");
  }
}

/**
 * Reads a JSON object exactly: {@link PlatformEvent.exact} may be said of it.
 *
 * @param what is read, for the message: `body`.
 * @throws Error, without the text, when it is no JSON object.
 */
export function jsonObject(text: string, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = readJson(text);
  } catch (error) {
    throw error instanceof TooDeep ? error : new Error(`The ${what} is no JSON.`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`The ${what} is no JSON object.`);
}

/** Whether the body is a form, as browsers send it (WHATWG URL, application/x-www-form-urlencoded). */
export function isForm(contentType: string | undefined): boolean {
  return /^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i.test(contentType ?? "");
}
