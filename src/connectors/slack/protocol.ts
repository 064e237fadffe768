/**
 * How Slack's Web API speaks: every call is a form POST, as the official client sends them, and a failure
 * is HTTP 200 with `{"ok": false, "error": …}` (docs.slack.dev/apis/web-api).
 */
import type { Classified, ErrorCode, HttpAnswer, HttpProfile, Limit } from "../../connector-kit/index.ts";

/** Methods that only read; Slack takes them as POST. */
export const readPosts = [
  "/api/auth.test",
  "/api/conversations.info",
  "/api/conversations.list",
  "/api/conversations.members",
  "/api/users.list",
  "/api/users.lookupByEmail",
];

/** Rate limits hold for each method, app and workspace (docs.slack.dev/apis/web-api/rate-limits). */
const tier = (name: string, requests: number): Limit => ({
  name,
  requests,
  per: "1m",
  each: "path",
  source: "docs.slack.dev/apis/web-api/rate-limits",
});
export const limits = [tier("tier2", 20), tier("tier3", 50), tier("tier4", 100)];

/** Slack's error words that mean the same to a caller; the method pages list them. */
const codes: Readonly<Record<ErrorCode, readonly string[]>> = {
  AUTH: [
    "invalid_auth",
    "not_authed",
    "token_revoked",
    "token_expired",
    "account_inactive",
    "two_factor_setup_required",
  ],
  PERMISSION: [
    "missing_scope",
    "not_allowed_token_type",
    "access_denied",
    "no_permission",
    "not_authorized",
    "restricted_action",
    "permission_denied",
    "team_access_not_granted",
    "ekm_access_denied",
    "user_is_restricted",
    "user_is_ultra_restricted",
    "not_in_channel",
    "org_login_required",
  ],
  NOT_FOUND: ["channel_not_found", "user_not_found", "users_not_found", "team_not_found"],
  CONFLICT: ["name_taken", "already_archived", "not_archived", "already_in_channel", "is_archived"],
  RATE_LIMITED: ["ratelimited", "rate_limited"],
  UNAVAILABLE: ["internal_error", "fatal_error", "service_unavailable", "team_added_to_org"],
  TIMEOUT: ["request_timeout"],
  UNSUPPORTED: [
    "method_deprecated",
    "deprecated_endpoint",
    "unknown_method",
    "paid_teams_only",
    "plan_upgrade_required",
  ],
  VALIDATION: [],
};
const codeOf = new Map(
  Object.entries(codes).flatMap(([code, words]) => words.map((word): [string, ErrorCode] => [word, code as ErrorCode])),
);

interface Body {
  ok?: unknown;
  error?: unknown;
  needed?: unknown;
  provided?: unknown;
  response_metadata?: { messages?: readonly unknown[] };
}

/** Names the failure in an answer, since Slack's status says 200. */
function classify({ status, body }: HttpAnswer): Classified | "ok" | undefined {
  if (status >= 400 && status !== 429) return undefined;
  if (typeof body !== "object" || body === null) {
    return { code: "UNAVAILABLE", message: "the answer is no JSON" };
  }
  const { ok, error, needed, provided, response_metadata } = body as Body;
  if (ok === true) return "ok";
  const word = typeof error === "string" ? error : "an answer without ok";
  const code = codeOf.get(word) ?? (ok === false ? "VALIDATION" : "UNAVAILABLE");
  const scopes =
    typeof needed === "string" ? ` (the token lacks the scope ${needed}; it has ${String(provided ?? "none")})` : "";
  const details = response_metadata?.messages?.join("; ");
  return {
    code: status === 429 ? "RATE_LIMITED" : code,
    message: `${word}${scopes}${details ? `: ${details}` : ""}`,
    platformCode: word,
    rejected: status === 429 || code === "RATE_LIMITED",
  };
}

export const http: HttpProfile = {
  baseUrl: "https://slack.com",
  authorize: ({ credentials, as }) => ({ headers: { authorization: `Bearer ${credentials[as ?? "token"] ?? ""}` } }),
  classify,
};
