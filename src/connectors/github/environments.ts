/**
 * Environments of a repository: what deployments have to wait for, and who lets them pass.
 *
 * A PUT resets what it does not name, so all that is live and not the default is sent along with what changes.
 * Reviewers are stated by login or team slug, which GitHub shows; an id is looked up only for somebody who is new.
 * `prevent_self_review` belongs to the reviewers: without any GitHub refuses it, and shows none. Names of branches
 * have an address of their own, and mean something with `custom_branch_policies` only.
 */
import { defineResource, type Observed, perParent, type Static, Type } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import { BranchPatterns, listPatterns, setPatterns, takesPatterns, withType } from "./environment-branches.ts";
import {
  deleteEnvironment,
  type EnvironmentPlace,
  type EnvironmentSettings,
  listEnvironments,
  putEnvironment,
  type RawEnvironment,
  reviewerId,
} from "./environments-api.ts";
import { someAtOnce } from "./some-at-once.ts";

const Reviewer = Type.Object(
  {
    type: Type.Enum(["User", "Team"], { description: "A person or a team.", examples: ["Team"] }),
    reviewer: Type.String({
      minLength: 1,
      description: "The person's login or the team's slug. Upper and lower case are one.",
      examples: ["release-managers"],
    }),
  },
  {
    additionalProperties: false,
    description: "Somebody who may let a deployment pass; needs access to the repository.",
    examples: [{ type: "Team", reviewer: "release-managers" }],
  },
);

const Environment = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 255,
      "x-plumbline-compare": "caseInsensitive",
      description: "The environment's name, of any characters; upper and lower case are one.",
      examples: ["production"],
    }),
    wait_timer: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 43_200,
        description: "Minutes that a deployment waits, at most 30 days.",
        examples: [30],
      }),
    ),
    prevent_self_review: Type.Optional(
      Type.Boolean({
        description: "Whether who started a deployment may not let it pass; needs reviewers.",
        examples: [true],
      }),
    ),
    reviewers: Type.Optional(
      Type.Array(Reviewer, {
        maxItems: 6,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["type", "reviewer"],
        "x-plumbline-risk": "permission",
        description: "All who may let a deployment pass; one of them is enough.",
        examples: [[{ type: "Team", reviewer: "release-managers" }]],
      }),
    ),
    deployment_branch_policy: Type.Optional(
      Type.Union(
        [
          Type.Object(
            {
              protected_branches: Type.Boolean({ description: "Only protected branches.", examples: [true] }),
              custom_branch_policies: Type.Boolean({
                description: "Only branches and tags of certain names; see deployment_branch_patterns.",
                examples: [false],
              }),
            },
            {
              additionalProperties: false,
              description: "One of the two.",
              examples: [{ protected_branches: true, custom_branch_policies: false }],
            },
          ),
          Type.Null({ description: "All branches.", examples: [null] }),
        ],
        {
          description: "Which branches may deploy; null: all.",
          examples: [{ protected_branches: true, custom_branch_policies: false }],
        },
      ),
    ),
    deployment_branch_patterns: BranchPatterns,
  },
  {
    additionalProperties: false,
    description: "An environment.",
    examples: [{ name: "production", wait_timer: 30, reviewers: [{ type: "Team", reviewer: "release-managers" }] }],
  },
);

type Environment = Static<typeof Environment>;
type Reviewer = Static<typeof Reviewer>;

export const environments = defineResource({
  schema: Environment,
  parent: "repositories",
  dependsOn: ["teams", "repositories.teams"], // a reviewer has to exist and to have access
  key: (environment) => environment.name,
  normalizeKey: (name) => name.toLowerCase(),
  normalize: ({ reviewers, deployment_branch_patterns: patterns, ...rest }) => ({
    ...rest,
    ...(reviewers === undefined ? {} : { reviewers: reviewers.map(inLowerCase) }),
    ...(patterns === undefined ? {} : { deployment_branch_patterns: patterns.map(withType) }),
  }),
  list: (github: GitHubReader, { parents }) =>
    perParent(parents, async function* (repository) {
      for await (const raw of listEnvironments(github, repository.spec.name as string)) {
        yield { id: String(raw.id), spec: specOf(raw), raw };
      }
    }),
  async *detail(github, observed, fields) {
    if (!fields.has("deployment_branch_patterns")) return;
    yield* someAtOnce(observed, async (environment) => {
      const isCustom = environment.spec.deployment_branch_policy?.custom_branch_policies === true;
      const patterns = isCustom ? await listPatterns(github, placeOf(environment)) : [];
      return { ...environment, spec: { deployment_branch_patterns: patterns } };
    });
  },
  async create(github: GitHubWriter, { desired, parent }) {
    const { deployment_branch_patterns: patterns, ...rest } = desired;
    takesPatterns(desired, undefined);
    const settings = await settingsOf(github, rest, undefined);
    const { id } = await putEnvironment(github, parent.spec.name as string, desired.name, settings);
    return { id: String(id), unset: patterns?.length ? ["deployment_branch_patterns"] : [] };
  },
  async update(github, { observed, desired, changes }) {
    const { deployment_branch_patterns: patterns, ...settings } = changes;
    const takes = takesPatterns(desired, observed.spec.deployment_branch_policy);
    if (Object.keys(settings).length > 0) await putSettings(github, observed, desired, settings);
    if (patterns && takes) await setPatterns(github, placeOf(observed), patterns);
  },
  remove: (github, { parent, spec }) => deleteEnvironment(github, parent?.spec.name as string, spec.name as string),
});

/** Gives an environment all that is live, with what changes. */
async function putSettings(
  github: GitHubWriter,
  observed: Observed<Environment>,
  desired: Environment,
  changes: Partial<Environment>,
): Promise<void> {
  const { prevent_self_review: live, deployment_branch_patterns: _, ...rest } = observed.spec;
  const reviewers = changes.reviewers ?? rest.reviewers;
  // What is live of it goes with the last reviewer; what is stated is sent, and GitHub says what is missing.
  const prevented = desired.prevent_self_review ?? (reviewers?.length ? live : undefined);
  const whole = {
    ...withoutDefaults(rest),
    ...changes,
    ...(prevented === undefined ? {} : { prevent_self_review: prevented }),
  };
  const settings = await settingsOf(github, whole, observed.raw as RawEnvironment | undefined);
  const { repository, environment } = placeOf(observed);
  await putEnvironment(github, repository, environment, settings);
}

function placeOf({ parent, spec }: Observed<Environment>): EnvironmentPlace {
  return { repository: parent?.spec.name as string, environment: spec.name as string };
}

/** Leaving these out sets them so, too; plans without protection rules refuse a PUT that names them, even empty. */
function withoutDefaults({ wait_timer: wait, reviewers, ...rest }: Partial<Environment>): Partial<Environment> {
  return { ...rest, ...(wait ? { wait_timer: wait } : {}), ...(reviewers?.length ? { reviewers } : {}) };
}

/** What GitHub shows, flattened; a rule that is not there stands for its absence, a list that is not for nothing known. */
function specOf({
  name,
  protection_rules: rules,
  deployment_branch_policy: policy,
}: RawEnvironment): Partial<Environment> {
  return {
    name,
    ...(rules ? protectionOf(rules) : {}),
    ...(policy === undefined ? {} : { deployment_branch_policy: policy }),
  };
}

function protectionOf(rules: NonNullable<RawEnvironment["protection_rules"]>): Partial<Environment> {
  const wait = rules.find(({ type }) => type === "wait_timer");
  const review = rules.find(({ type }) => type === "required_reviewers");
  const prevented = review ? review.prevent_self_review : false;
  return {
    wait_timer: wait?.wait_timer ?? 0,
    ...(prevented === undefined ? {} : { prevent_self_review: prevented }),
    reviewers: (review?.reviewers ?? []).map(({ type, reviewer }) => ({
      type,
      reviewer: reviewer.login ?? reviewer.slug ?? String(reviewer.id),
    })),
  };
}

/** The whole body of a PUT. @param live what GitHub showed, if anything: whose ids are known from there. */
async function settingsOf(
  github: GitHubReader,
  { name: _, reviewers, ...rest }: Partial<Environment>,
  live: RawEnvironment | undefined,
): Promise<EnvironmentSettings> {
  const { prevent_self_review: prevented, ...others } = rest;
  const known = knownIds(live);
  const idOf = async (one: Reviewer) => ({
    type: one.type,
    id: known.get(textOf(one)) ?? (await reviewerId(github, { type: one.type, name: one.reviewer })),
  });
  return {
    ...others,
    ...(reviewers === undefined ? {} : { reviewers: await Promise.all(reviewers.map(idOf)) }),
    ...(prevented === undefined || (!prevented && !reviewers?.length) ? {} : { prevent_self_review: prevented }),
  };
}

function knownIds(live: RawEnvironment | undefined): ReadonlyMap<string, number> {
  const rules = live?.protection_rules ?? [];
  const all = rules.flatMap(({ reviewers = [] }) => reviewers);
  return new Map(
    all.map(({ type, reviewer }) => {
      const name = reviewer.login ?? reviewer.slug ?? String(reviewer.id);
      return [textOf({ type, reviewer: name }), reviewer.id];
    }),
  );
}

function textOf({ type, reviewer }: Reviewer): string {
  return `${type} ${reviewer.toLowerCase()}`;
}

function inLowerCase({ type, reviewer }: Reviewer): Reviewer {
  return { type, reviewer: reviewer.toLowerCase() };
}
