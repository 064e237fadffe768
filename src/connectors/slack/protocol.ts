/**
 * How Slack's Web API speaks: every call is a form POST, as the official client sends them, and a failure
 * is HTTP 200 with `{"ok": false, "error": …}` (docs.slack.dev/apis/web-api).
 */
import type { Classified, ErrorCode, HttpAnswer, HttpProfile, Limit } from "../../connector-kit/index.ts";

/** Methods that only read; Slack takes them as POST. */
export const readPosts = [
  "/api/auth.test",
  "/api/bookmarks.list",
  "/api/conversations.info",
  "/api/conversations.list",
  "/api/conversations.members",
  "/api/usergroups.list",
  "/api/usergroups.users.list",
  "/api/users.list",
  "/api/users.lookupByEmail",
];

/**
 * Rate limits hold for each method, app and workspace. What is special there (messages, auth.test) takes several
 * hundred a minute in a workspace; besides, a channel takes a message a second, and so does an incoming webhook.
 * A 429 names no limit: it holds up the method, which stands before the channel here.
 */
const source = "docs.slack.dev/apis/web-api/rate-limits";
const tier = (name: string, requests: number): Limit => ({
  ...{ name, requests, per: "1m" },
  each: { what: "method", of: ({ path }) => path },
  source,
});
export const limits: readonly Limit[] = [
  tier("tier2", 20),
  tier("tier3", 50),
  tier("tier4", 100),
  tier("special", 300),
  {
    ...{ name: "message", requests: 1, per: "1s" },
    each: { what: "channel", of: ({ subject = "" }) => subject },
    applies: ({ path }) => path === "/api/chat.postMessage",
    source,
  },
  { ...{ name: "webhook", requests: 1, per: "1s" }, each: { what: "webhook", of: ({ path }) => path }, source },
];

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
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "enterprise_is_restricted",
    "permission_denied",
    "team_access_not_granted",
    "ekm_access_denied",
    "user_is_restricted",
    "user_is_ultra_restricted",
    "not_in_channel",
    "org_login_required",
    "cant_update_message",
    "edit_window_closed",
    "action_prohibited",
    "posting_to_general_channel_denied",
  ],
  NOT_FOUND: [
    "channel_not_found",
    "user_not_found",
    "users_not_found",
    "team_not_found",
    "message_not_found",
    "no_such_subteam",
    "not_found",
    "file_not_found",
    "no_service",
    "no_service_id",
    "no_active_hooks",
  ],
  CONFLICT: [
    "name_taken",
    "already_archived",
    "not_archived",
    "already_in_channel",
    "is_archived",
    "already_reacted",
    "handle_already_exists",
    "name_already_exists",
    "channel_is_archived",
  ],
  RATE_LIMITED: ["ratelimited", "rate_limited"],
  UNAVAILABLE: ["internal_error", "fatal_error", "service_unavailable", "team_added_to_org", "rollup_error"],
  TIMEOUT: ["request_timeout"],
  UNSUPPORTED: [
    "method_deprecated",
    "deprecated_endpoint",
    "unknown_method",
    "paid_teams_only",
    "plan_upgrade_required",
    "method_not_supported_for_channel_type",
    "feature_not_enabled",
  ],
  VALIDATION: [],
};
const codeOf = new Map(
  Object.entries(codes).flatMap(([code, words]) => words.map((word): [string, ErrorCode] => [word, code as ErrorCode])),
);

/** What an invitation says of people who are in the channel; our own account always is in those it changes. */
export const alreadyIn: readonly string[] = ["already_in_channel", "cant_invite_self"];

/** Refusals after which surely nothing was done: too many requests, and a form that did not arrive whole. */
const untouched: ReadonlySet<ErrorCode> = new Set(["RATE_LIMITED", "TIMEOUT"]);

interface Body {
  ok?: unknown;
  error?: unknown;
  errors?: readonly { user?: unknown; error?: unknown }[];
  needed?: unknown;
  provided?: unknown;
  response_metadata?: { messages?: readonly unknown[] };
}

/** Names the failure in an answer, since Slack's status says 200. */
function classify(answer: HttpAnswer): Classified | "ok" | undefined {
  const { status, body } = answer;
  if (!answer.request.path.startsWith("/api/")) return classifyPlain(answer);
  if (status >= 400 && status !== 429) return undefined;
  const given = typeof body === "object" && body !== null ? (body as Body) : undefined;
  const word = wordOf(given);
  if (status === 429) {
    return { code: "RATE_LIMITED", message: word ?? "ratelimited", platformCode: "ratelimited", rejected: true };
  }
  if (!given) return { code: "UNAVAILABLE", message: "the answer is no JSON" };
  if (given.ok === true) return "ok";
  if (word === undefined) return { code: "UNAVAILABLE", message: "an answer without ok" };
  const code = codeOf.get(word) ?? "VALIDATION";
  const message = `${word}${scopesOf(given)}${detailsOf(given)}`;
  return { code, message, platformCode: word, rejected: untouched.has(code) };
}

/** Webhooks and uploads answer in plain text: `ok`, or with an error's status the word alone. */
function classifyPlain({ status, body }: HttpAnswer): Classified | "ok" | undefined {
  if (status < 300) return "ok";
  const word = typeof body === "string" ? body.trim() : "";
  const code = codeOf.get(word);
  return code && status >= 400 ? { code, message: word, platformCode: word } : undefined;
}

/** Of an answer about several people, the word of the first who could not have been in already. */
function wordOf(body: Body | undefined): string | undefined {
  if (body?.ok !== false) return undefined;
  const telling = body.errors?.find(({ error }) => !alreadyIn.includes(String(error)))?.error;
  const word = telling ?? body.error;
  return typeof word === "string" ? word : undefined;
}

function scopesOf({ needed, provided }: Body): string {
  if (typeof needed !== "string") return "";
  return ` (the token lacks the scope ${needed}; it has ${String(provided || "none")})`;
}

function detailsOf({ errors = [], response_metadata: more }: Body): string {
  const people = errors.map(({ user, error }) => `${String(user)} ${String(error)}`);
  const details = [...people, ...(more?.messages ?? []).map(String)].join("; ");
  return details && `: ${details}`;
}

export const http: HttpProfile = {
  baseUrl: "https://slack.com",
  publicHosts: ["slack.com", "hooks.slack.com"],
  authorize: ({ credentials, as }) => ({ headers: { authorization: `Bearer ${credentials[as ?? "token"] ?? ""}` } }),
  classify,
};
