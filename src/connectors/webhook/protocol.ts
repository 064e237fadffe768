/**
 * What the peer's answer means. Anything of 200 to 299 is taken; a redirect is a failure and never followed.
 *
 * Of a failure only the status is told: a body may come from within a network that whoever reads the message
 * should not be able to look into.
 */
import type { Authorization, AuthorizeContext, Classified, ErrorCode, HttpProfile } from "../../connector-kit/index.ts";
import type { Settings } from "./settings.ts";

/** The body of a test. */
export const PING = '{"type":"ping"}';

/** RFC 9110 section 15, RFC 6585; the codes are Plumbline's. */
const codes: Readonly<Record<number, ErrorCode>> = {
  401: "AUTH",
  403: "PERMISSION",
  404: "NOT_FOUND",
  408: "UNAVAILABLE",
  409: "CONFLICT",
  410: "NOT_FOUND",
  412: "CONFLICT",
  425: "UNAVAILABLE",
  429: "RATE_LIMITED",
  501: "UNSUPPORTED",
};

export const http: HttpProfile = {
  // Reserved for names that lead nowhere (RFC 2606): an Integration without `url` only receives.
  baseUrl: "https://webhook.invalid",
  userChosenUrl: true,
  ping: PING,
  authorize: ({ credentials, connection }) => ({ headers: credentialHeaders(connection, credentials) }),
  classify: ({ status }) => (status < 300 ? "ok" : failureOf(status)),
};

function failureOf(status: number): Classified {
  if (status < 400) return { code: "UNSUPPORTED", message: `HTTP ${status}: redirects are not followed.` };
  const code = codes[status] ?? (status >= 500 ? "UNAVAILABLE" : "VALIDATION");
  const gone = status === 410 ? ": the receiver is gone for good; take it out of the manifests" : "";
  return { code, message: `HTTP ${status}${gone}.`, platformCode: String(status) };
}

function credentialHeaders(
  { auth, authHeader }: Settings,
  { username, password, token = "" }: AuthorizeContext["credentials"],
): Authorization["headers"] {
  switch (auth) {
    case "basic":
      return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
    case "bearer":
      return { authorization: `Bearer ${token}` };
    case "header":
      return { [authHeader ?? "authorization"]: token };
    default:
      return {};
  }
}
