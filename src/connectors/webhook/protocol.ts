/**
 * What the peer's answer means. Anything of 200 to 299 is taken; a redirect is a failure and never followed.
 *
 * Of a failure only the status is told: a body may come from within a network that whoever reads the message
 * should not be able to look into.
 */
import {
  type Authorization,
  type AuthorizeContext,
  type Classified,
  type HttpProfile,
  statusCode,
} from "../../connector-kit/index.ts";
import type { Settings } from "./settings.ts";

/** The body of a test. */
export const PING = '{"type":"ping"}';

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
  const code = statusCode(status);
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
