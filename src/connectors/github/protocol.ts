/**
 * How GitHub's REST API speaks: headers, authorisation, limits, and the failures that a status does not tell
 * (docs.github.com: "Rate limits for the REST API", "Best practices for using the REST API").
 */
import { createSign } from "node:crypto";
import {
  type Authorization,
  type AuthorizeContext,
  type Classified,
  ConnectorError,
  type HttpAnswer,
  type HttpProfile,
  type Limit,
  path,
} from "../../connector-kit/index.ts";

/** The version of the API that is asked for; an unknown one is answered 410. */
const API_VERSION = "2022-11-28";
/** An App's own token may live ten minutes; a minute of clock drift is allowed for. */
const JWT_SECONDS = 540;
const DRIFT_SECONDS = 60;
/** An installation's token lives an hour; it is renewed five minutes before. */
const RENEW_BEFORE_MS = 5 * 60_000;
/** GitHub asks to wait at least a minute where it does not say how long (Best practices for using the REST API). */
const UNTOLD_WAIT_MS = 60_000;

const writes = new Set(["POST", "PUT", "PATCH", "DELETE"]);

export const limits: readonly Limit[] = [
  {
    name: "core",
    requests: 5000,
    per: "1h",
    source: "docs.github.com, Rate limits for the REST API: primary rate limit",
    applies: () => true,
  },
  {
    name: "content",
    requests: 80,
    per: "1m",
    source: "docs.github.com, Rate limits for the REST API: content-generating requests a minute",
    applies: ({ method }) => writes.has(method),
  },
  {
    // Counted in points, one for a read and five for a write: the writes above leave most of them to reads.
    name: "points",
    requests: 900,
    per: "1m",
    source: "docs.github.com, Rate limits for the REST API: secondary rate limits, points a minute",
    applies: () => true,
  },
  {
    name: "search",
    requests: 30,
    per: "1m",
    source: "docs.github.com, REST API endpoints for search: rate limit",
    applies: (request) => request.path.startsWith("/search/"),
  },
];

export const http: HttpProfile = {
  baseUrl: "https://api.github.com",
  headers: { accept: "application/vnd.github+json", "x-github-api-version": API_VERSION },
  authorize,
  classify,
};

/** A personal access token as it is; for an App the token of its installation, or with `as: "app"` the App's own. */
async function authorize({ credentials, as, http: client, now }: AuthorizeContext): Promise<Authorization> {
  const { token, appId, privateKey, installationId } = credentials;
  if (token !== undefined) return { headers: { authorization: `Bearer ${token}` } };
  if (appId === undefined || privateKey === undefined || installationId === undefined) {
    throw new ConnectorError("AUTH", "GitHub needs credentials.token, or all of appId, privateKey and installationId.");
  }
  const seconds = Math.floor(now() / 1000);
  const headers = { authorization: `Bearer ${appToken(appId, privateKey, seconds)}` };
  if (as === "app") return { headers, renewAt: (seconds + JWT_SECONDS - DRIFT_SECONDS) * 1000 };
  const { body } = await client.post(path`/app/installations/${installationId}/access_tokens`, {
    headers,
    json: {},
    repeatable: true,
    what: "give the App a token for its installation",
  });
  return installationToken(body);
}

function installationToken(body: unknown): Authorization {
  const { token, expires_at: expiresAt } = (body ?? {}) as { token?: unknown; expires_at?: unknown };
  const end = Date.parse(String(expiresAt));
  if (typeof token !== "string" || Number.isNaN(end)) {
    throw new ConnectorError("UNAVAILABLE", "GitHub gave the App no token for its installation.");
  }
  return { headers: { authorization: `Bearer ${token}` }, renewAt: end - RENEW_BEFORE_MS };
}

/** An App's own token, a JSON Web Token signed with RS256 (docs.github.com, Generating a JWT for a GitHub App). */
function appToken(appId: string, privateKey: string, seconds: number): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { iat: seconds - DRIFT_SECONDS, exp: seconds + JWT_SECONDS, iss: appId };
  const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
  const pem = privateKey.replaceAll("\\n", "\n"); // line ends as they are written in one-line environment variables
  try {
    return `${signed}.${createSign("RSA-SHA256").update(signed).sign(pem, "base64url")}`;
  } catch (cause) {
    throw new ConnectorError("AUTH", "credentials.privateKey is no private key in PEM form.", { cause });
  }
}

interface Body {
  message?: string;
  errors?: readonly ({ code?: string; field?: string; message?: string } | string)[];
}

/** A limit can be answered with 403, and an existing thing with 422. */
function classify({ status, headers, body }: HttpAnswer): Classified | undefined {
  if (status < 400) return undefined;
  const { message = "", errors = [] } = typeof body === "object" && body !== null ? (body as Body) : {};
  const limited = headers.get("x-ratelimit-remaining") === "0" || /rate limit|abuse detection/i.test(message);
  if (status === 429 || (status === 403 && (limited || headers.get("retry-after") !== null))) {
    const words = message || "it limits how often it is asked";
    return { code: "RATE_LIMITED", message: words, retryAfter: UNTOLD_WAIT_MS, rejected: true };
  }
  if (status !== 422) return undefined;
  const details = errors.map((error) =>
    typeof error === "string" ? error : (error.message ?? `${error.field ?? "?"}: ${error.code ?? "?"}`),
  );
  const exists =
    errors.some((error) => typeof error === "object" && error.code === "already_exists") ||
    /already exists/i.test(details.join());
  return {
    code: exists ? "CONFLICT" : "VALIDATION",
    message: details.length > 0 ? `${message}: ${details.join("; ")}` : message,
    ...(exists ? { platformCode: "already_exists" } : {}),
    rejected: true,
  };
}
