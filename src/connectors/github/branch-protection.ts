/**
 * Protection of branches, one by one; patterns are for rulesets.
 *
 * A change is one request that holds all that is live and all that is stated, so that the branch is never without
 * protection and nothing unstated falls back. The branch has to exist: in a repository that was just made
 * with a first commit it comes a moment later, which is waited for; in an empty one it does not.
 */
import {
  type Child,
  ConnectorError,
  defineResource,
  type ListRequest,
  type ObservedParent,
  perParent,
  type Spec,
  type Static,
  Type,
} from "../../connector-kit/index.ts";
import {
  deleteProtection,
  protectedBranches,
  protectionOf,
  putProtection,
  requireSignatures,
} from "./branch-protection-api.ts";
import { type RawProtection, requestOf, settingsOf } from "./branch-protection-settings.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";

const closed = { additionalProperties: false } as const;
const flag = (description: string) => Type.Optional(Type.Boolean({ description, examples: [true] }));
const enabled = Type.Optional(
  Type.Boolean({ description: "false switches all of this off. Left out, true.", examples: [true] }),
);
const logins = Type.Optional(
  Type.Array(
    Type.String({
      minLength: 1,
      "x-plumbline-compare": "caseInsensitive",
      description: "A login or slug.",
      examples: ["ada"],
    }),
    { "x-kubernetes-list-type": "set", description: "Those who may, by login or slug.", examples: [["ada"]] },
  ),
);
const actors = { users: logins, teams: logins, apps: logins };

const Protection = Type.Object(
  {
    branch: Type.String({
      minLength: 1,
      pattern: "^[^*?\\[\\\\]+$",
      description: "The name of one branch, which has to exist; for patterns such as release/* use rulesets.",
      examples: ["main"],
    }),
    required_status_checks: Type.Optional(
      Type.Object(
        {
          enabled,
          strict: flag("Whether a branch has to be up to date before it is merged."),
          checks: Type.Optional(
            Type.Array(
              Type.Object(
                {
                  context: Type.String({ minLength: 1, description: "The check's name.", examples: ["ci/test"] }),
                  app_id: Type.Optional(
                    Type.Integer({ description: "The App that has to set it; -1 for any.", examples: [15368] }),
                  ),
                },
                { ...closed, description: "A check.", examples: [{ context: "ci/test" }] },
              ),
              {
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["context"],
                description: "All checks that have to pass.",
                examples: [[{ context: "ci/test" }]],
              },
            ),
          ),
        },
        {
          ...closed,
          description: "Checks before merging.",
          examples: [{ strict: true, checks: [{ context: "ci/test" }] }],
        },
      ),
    ),
    enforce_admins: flag("Whether all this holds for administrators too."),
    required_pull_request_reviews: Type.Optional(
      Type.Object(
        {
          enabled,
          dismiss_stale_reviews: flag("Whether new commits make earlier approvals void."),
          require_code_owner_reviews: flag("Whether code owners have to approve."),
          required_approving_review_count: Type.Optional(
            Type.Integer({ minimum: 0, maximum: 6, description: "How many have to approve.", examples: [1] }),
          ),
          require_last_push_approval: flag("Whether somebody else has to approve the last push."),
          dismissal_restrictions: Type.Optional(
            Type.Object(
              { enabled, ...actors },
              { ...closed, description: "Who may dismiss reviews.", examples: [{ teams: ["core"] }] },
            ),
          ),
          bypass_pull_request_allowances: Type.Optional(
            Type.Object(actors, { ...closed, description: "Who may do without.", examples: [{ apps: ["renovate"] }] }),
          ),
        },
        { ...closed, description: "Reviews before merging.", examples: [{ required_approving_review_count: 1 }] },
      ),
    ),
    restrictions: Type.Optional(
      Type.Object(
        { enabled, ...actors },
        { ...closed, description: "Who may push; only in organisations.", examples: [{ teams: ["core"] }] },
      ),
    ),
    required_linear_history: flag("Whether merge commits are refused."),
    allow_force_pushes: flag("Whether everybody with write access may force a push."),
    allow_deletions: flag("Whether the branch may be deleted."),
    block_creations: flag("Whether restrictions hold for making matching branches too."),
    required_conversation_resolution: flag("Whether all conversations have to be resolved."),
    lock_branch: flag("Whether the branch is read-only."),
    allow_fork_syncing: flag("Whether forks may be synchronised while it is locked."),
    required_signatures: flag("Whether commits have to be signed."),
  },
  {
    ...closed,
    "x-plumbline-risk": "permission",
    description: "The protection of a branch.",
    examples: [
      { branch: "main", enforce_admins: true, required_pull_request_reviews: { required_approving_review_count: 1 } },
    ],
  },
);
type Protection = Static<typeof Protection>;

/** How long a first commit is waited for, and how often it is looked for. */
const WAIT_MS = 1000;
const TRIES = 15;

export const branchProtection = defineResource({
  schema: Protection,
  parent: "repositories",
  key: ({ branch }) => branch,
  normalize: switchedOn,
  list: (github: GitHubReader, { parents, keys }) =>
    perParent(parents, async (repository) => {
      const found: Child<Protection>[] = [];
      for (const branch of await branchesToRead(github, repository, keys)) {
        const raw = await protectionOf(github, nameOf(repository), branch);
        if (raw) found.push({ id: branch, spec: { branch, ...settingsOf(raw) }, raw });
      }
      return found;
    }),
  async create(github: GitHubWriter, { desired, parent }) {
    await protect(github, parent, desired, {}, isBeingMade(parent) ? TRIES : 1);
    return { id: desired.branch, unset: desired.required_signatures === true ? ["required_signatures"] : [] };
  },
  async update(github, { observed, desired, changes }) {
    const { required_signatures: signatures, ...rest } = changes;
    const repository = observed.parent as ObservedParent;
    if (Object.keys(rest).length > 0) await protect(github, repository, desired, observed.raw as RawProtection, 1);
    if (signatures !== undefined) await requireSignatures(github, nameOf(repository), desired.branch, signatures);
  },
  remove: (github, { parent, id }) => deleteProtection(github, nameOf(parent), id),
});

function nameOf(repository: ObservedParent | undefined): string {
  return repository?.spec.name as string;
}

/** A section that is stated is on, unless it says otherwise. */
function switchedOn(protection: Partial<Protection>): Partial<Protection> {
  const { required_status_checks: checks, required_pull_request_reviews: reviews, restrictions } = protection;
  const dismissal = reviews?.dismissal_restrictions;
  return {
    ...protection,
    ...(checks ? { required_status_checks: { enabled: true, ...checks } } : {}),
    ...(reviews
      ? {
          required_pull_request_reviews: {
            enabled: true,
            ...reviews,
            ...(dismissal ? { dismissal_restrictions: { enabled: true, ...dismissal } } : {}),
          },
        }
      : {}),
    ...(restrictions ? { restrictions: { enabled: true, ...restrictions } } : {}),
  };
}

async function branchesToRead(
  github: GitHubReader,
  repository: ObservedParent,
  keys: ListRequest["keys"],
): Promise<readonly string[]> {
  if (keys === "all") return protectedBranches(github, nameOf(repository));
  const name = repository.key[0]?.toLowerCase();
  return keys.filter(([parent]) => parent?.toLowerCase() === name).map((key) => key[1] as string);
}

/** Whether a repository was made in this run with a first commit: one that was read does not tell how it was made. */
function isBeingMade({ spec }: ObservedParent): boolean {
  return spec.auto_init === true || spec.gitignore_template !== undefined || spec.license_template !== undefined;
}

async function protect(
  github: GitHubWriter,
  repository: ObservedParent,
  desired: Protection,
  live: RawProtection,
  tries: number,
): Promise<void> {
  const body = requestOf(settingsOf(live), switchedOn(desired) as Spec);
  const name = nameOf(repository);
  for (let left = tries; !(await putProtection(github, name, desired.branch, body)); left -= 1) {
    if (left <= 1) throw noBranch(`${github.account.login}/${name}`, desired.branch);
    await github.wait(WAIT_MS);
  }
}

/** A push makes the branch, without a change of the manifest: so it is tried again. */
function noBranch(repository: string, branch: string): ConnectorError {
  const message = `${repository} has no branch "${branch}" that could be protected. Push it, or state another branch.`;
  return new ConnectorError("NOT_FOUND", message, { retryable: true, status: 404 });
}
