/**
 * How Graph speaks: bearer tokens by client credentials, which have no refresh token, and errors as
 * `{"error": {"code", "message"}}`; the token endpoint's are OAuth's `{"error", "error_description"}`
 * (learn.microsoft.com/graph/errors, RFC 6749 section 5.2).
 *
 * That somebody is a member already comes as a plain Request_BadRequest, and only its message says so.
 */
import type { AuthorizeContext, Classified, ErrorCode, HttpProfile } from "../../../src/connector-kit/index.ts";

const LOGIN = "https://login.microsoftonline.com";

/** A token is renewed so many milliseconds before it ends. */
const MARGIN = 60_000;

/** The word for what Graph has no code for: the object is in the collection already. */
export const ALREADY = "AlreadyExists";

const byStatus: Readonly<Record<number, ErrorCode>> = {
  401: "AUTH",
  403: "PERMISSION",
  404: "NOT_FOUND",
  409: "CONFLICT",
  412: "CONFLICT",
  429: "RATE_LIMITED",
};

/** Names a failure; `undefined` where the answer is none. Also for the answers inside a batch. */
export function failureOf(status: number, body: unknown): Classified | undefined {
  if (status < 400) return undefined;
  const { error, error_description: described } = (body ?? {}) as { error?: unknown; error_description?: string };
  if (typeof error === "string") return { code: "AUTH", message: described ?? error, platformCode: error };
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  const already = code === "Request_BadRequest" && /already exist/i.test(message ?? "");
  const word = already ? ALREADY : code;
  return {
    code: already ? "CONFLICT" : (byStatus[status] ?? (status >= 500 ? "UNAVAILABLE" : "VALIDATION")),
    message: message || word || `HTTP ${status}`,
    ...(word === undefined ? {} : { platformCode: word }),
    rejected: status === 429,
  };
}

async function authorize({ credentials, connection, http, now }: AuthorizeContext) {
  const { body } = await http.post(`${connection.loginUrl ?? LOGIN}/${connection.tenant}/oauth2/v2.0/token`, {
    form: {
      client_id: String(connection.clientId),
      client_secret: credentials.clientSecret,
      scope: "https://graph.microsoft.com/.default",
      grant_type: "client_credentials",
    },
    repeatable: true,
    what: "give out a token",
  });
  const { access_token: token, expires_in: seconds } = body as { access_token: string; expires_in: number };
  return { headers: { authorization: `Bearer ${token}` }, renewAt: now() + seconds * 1000 - MARGIN };
}

export const http: HttpProfile = {
  baseUrl: "https://graph.microsoft.com",
  authorize,
  classify: ({ status, body }) => failureOf(status, body),
};
