/**
 * The settings of a protected branch: as GitHub answers them, as a manifest states them, as GitHub takes them.
 *
 * The answer holds objects where the request takes names, and `{ enabled }` where it takes a boolean. A request
 * replaces everything, so it is made of all that is live with what is stated on top. A setting that an older
 * server does not know is left out on all sides.
 */
import type { Spec } from "../../connector-kit/index.ts";

interface RawActors {
  users?: readonly { login: string }[];
  teams?: readonly { slug: string }[];
  apps?: readonly { slug: string }[];
}

export interface RawProtection {
  required_status_checks?: {
    strict?: boolean;
    checks: readonly { context: string; app_id: number | null }[];
  } | null;
  required_pull_request_reviews?:
    | ({ dismissal_restrictions?: RawActors; bypass_pull_request_allowances?: RawActors } & Readonly<
        Record<string, unknown>
      >)
    | null;
  restrictions?: RawActors | null;
  [toggle: string]: unknown;
}

/** Settings that are on or off, and that the request takes as booleans. */
export const toggles = [
  "enforce_admins",
  "required_linear_history",
  "allow_force_pushes",
  "allow_deletions",
  "block_creations",
  "required_conversation_resolution",
  "lock_branch",
  "allow_fork_syncing",
] as const;

/** Settings of reviews, with what GitHub means where an answer lacks one. */
const reviewSettings: Readonly<Record<string, unknown>> = {
  dismiss_stale_reviews: false,
  require_code_owner_reviews: false,
  required_approving_review_count: 0,
  require_last_push_approval: false,
};

/** Any app may set a check; what is answered as null is written as -1 ("Update branch protection"). */
const ANY_APP = -1;

/** What a manifest would state of live protection; without any, all that can be switched on is off. */
export function settingsOf(raw: RawProtection): Spec {
  const found: Spec = {
    required_status_checks: checksOf(raw.required_status_checks),
    required_pull_request_reviews: reviewsOf(raw.required_pull_request_reviews),
    restrictions: { enabled: Boolean(raw.restrictions), ...actorsOf(raw.restrictions) },
  };
  for (const name of [...toggles, "required_signatures"]) {
    const enabled = (raw[name] as { enabled?: boolean } | null | undefined)?.enabled;
    if (enabled !== undefined) found[name] = enabled;
  }
  return found;
}

function checksOf(raw: RawProtection["required_status_checks"]): Spec {
  const checks = (raw?.checks ?? []).map(({ context, app_id: app }) => ({ context, app_id: app ?? ANY_APP }));
  return { enabled: Boolean(raw), strict: raw?.strict ?? false, checks };
}

function reviewsOf(raw: RawProtection["required_pull_request_reviews"]): Spec {
  const settings = Object.entries(reviewSettings).map(([name, unset]) => [name, raw?.[name] ?? unset]);
  const { dismissal_restrictions: dismissal, bypass_pull_request_allowances: bypass } = raw ?? {};
  return {
    enabled: Boolean(raw),
    ...Object.fromEntries(settings),
    dismissal_restrictions: { enabled: Boolean(dismissal), ...actorsOf(dismissal) },
    bypass_pull_request_allowances: actorsOf(bypass),
  };
}

function actorsOf(raw: RawActors | null | undefined): Spec {
  return {
    users: (raw?.users ?? []).map(({ login }) => login),
    teams: (raw?.teams ?? []).map(({ slug }) => slug),
    apps: (raw?.apps ?? []).map(({ slug }) => slug),
  };
}

/** The whole that GitHub is to keep. @param live as {@link settingsOf} gives it. @param stated what a manifest states. */
export function requestOf(live: Spec, stated: Spec): Record<string, unknown> {
  const wanted = laidOver(live, stated) as Record<string, Spec | undefined>;
  const { required_status_checks: checks, required_pull_request_reviews: reviews, restrictions } = wanted;
  const known = toggles.filter((name) => wanted[name] !== undefined).map((name) => [name, wanted[name]]);
  return {
    enforce_admins: null,
    ...Object.fromEntries(known),
    required_status_checks: isOn(checks) ? checksRequest(checks, live.required_status_checks as Spec) : null,
    required_pull_request_reviews: isOn(reviews) ? reviewsRequest(reviews) : null,
    restrictions: isOn(restrictions) ? withoutSwitch(restrictions) : null,
  };
}

/** A check that states no app keeps the one it has; a new one is GitHub's to choose. */
function checksRequest({ strict, checks }: Spec, live: Spec): Spec {
  const known = new Map((live.checks as { context: string; app_id: number }[]).map((one) => [one.context, one]));
  const wanted = (checks as { context: string; app_id?: number }[]).map((one) => ({
    ...known.get(one.context),
    ...one,
  }));
  return { strict, contexts: [], checks: wanted }; // the described request requires the older `contexts` too
}

function reviewsRequest(reviews: Spec): Spec {
  const { dismissal_restrictions: dismissal, bypass_pull_request_allowances: bypass, ...rest } = withoutSwitch(reviews);
  return {
    ...rest,
    ...(isOn(dismissal as Spec) ? { dismissal_restrictions: withoutSwitch(dismissal as Spec) } : {}),
    ...(Object.values(bypass as Spec).some((list) => (list as unknown[]).length > 0)
      ? { bypass_pull_request_allowances: bypass }
      : {}),
  };
}

function isOn(section: Spec | undefined): section is Spec {
  return section?.enabled === true;
}

function withoutSwitch({ enabled: _, ...section }: Spec): Spec {
  return section;
}

/** Mappings are joined, anything else is replaced. */
export function laidOver(below: unknown, above: unknown): unknown {
  if (!isMapping(below) || !isMapping(above)) return above;
  const joined: Spec = { ...below };
  for (const [name, value] of Object.entries(above)) joined[name] = laidOver(below[name], value);
  return joined;
}

function isMapping(value: unknown): value is Spec {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
