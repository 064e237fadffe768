/**
 * Rulesets of a repository and of an organisation.
 *
 * A repository's list may hold its organisation's rulesets, which are not its own: they are not asked for, and
 * left out by their source. Rules, conditions and actors are read one ruleset a request, for those that state
 * them. Some actors have no number and their order means nothing; a token that may not write sees none of
 * them, which is unknown and not empty.
 */
import {
  ConnectorError,
  defineResource,
  type Observed,
  type ObservedParent,
  path,
  perParent,
  type Spec,
  type Static,
  Type,
} from "../../connector-kit/index.ts";
import { laidOver } from "./branch-protection-settings.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import {
  createRuleset,
  deleteRuleset,
  listRulesets,
  type RawActor,
  type RawRule,
  type RawRuleset,
  type RulesetScope,
  rulesetById,
  updateRuleset,
} from "./rulesets-api.ts";
import { someAtOnce } from "./some-at-once.ts";

const closed = { additionalProperties: false } as const;

const patterns = (description: string) =>
  Type.Optional(
    Type.Array(Type.String({ minLength: 1, description: "A name or pattern.", examples: ["refs/heads/release/*"] }), {
      "x-kubernetes-list-type": "set",
      description,
      examples: [["~DEFAULT_BRANCH"]],
    }),
  );

const Names = (description: string) =>
  Type.Optional(
    Type.Object(
      { include: patterns("What it holds for; ~ALL is everything."), exclude: patterns("What it does not hold for.") },
      { ...closed, description, examples: [{ include: ["~DEFAULT_BRANCH"], exclude: [] }] },
    ),
  );

const Actor = Type.Object(
  {
    actor_type: Type.Enum(["Integration", "OrganizationAdmin", "RepositoryRole", "Team", "DeployKey", "User"], {
      description: "What the actor is.",
      examples: ["Team"],
    }),
    actor_id: Type.Optional(
      Type.Integer({
        description: "Its number; DeployKey and OrganizationAdmin have none.",
        examples: [5],
      }),
    ),
    bypass_mode: Type.Optional(
      Type.Enum(["always", "pull_request", "exempt"], { description: "When it may do without.", examples: ["always"] }),
    ),
  },
  {
    ...closed,
    description: "Who may do without the rules.",
    examples: [{ actor_type: "DeployKey", bypass_mode: "always" }],
  },
);

const Rule = Type.Object(
  {
    type: Type.String({ minLength: 1, description: "The rule's type, as GitHub names it.", examples: ["deletion"] }),
    parameters: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: "The rule's parameters, as GitHub names them.",
        examples: [{ required_approving_review_count: 1 }],
      }),
    ),
  },
  { ...closed, description: "A rule.", examples: [{ type: "deletion" }] },
);

const Ruleset = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      description: "The ruleset's name, unique where it stands.",
      examples: ["protect"],
    }),
    target: Type.Optional(
      Type.Enum(["branch", "tag", "push", "repository"], {
        description: "What it is about; left out, branches. repository exists in organisations only.",
        examples: ["branch"],
      }),
    ),
    enforcement: Type.Enum(["active", "disabled", "evaluate"], {
      description: "Whether it holds; evaluate exists on GitHub Enterprise.",
      examples: ["active"],
    }),
    bypass_actors: Type.Optional(
      Type.Array(Actor, {
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["actor_type", "actor_id"],
        description: "All who may do without the rules, in any order.",
        examples: [[{ actor_type: "RepositoryRole", actor_id: 5, bypass_mode: "always" }]],
      }),
    ),
    conditions: Type.Optional(
      Type.Object(
        {
          ref_name: Names("Branches or tags."),
          repository_name: Names("Repositories by name; in organisations only."),
        },
        {
          ...closed,
          description: "What it holds for.",
          examples: [{ ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } }],
        },
      ),
    ),
    rules: Type.Optional(
      Type.Array(Rule, {
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["type"],
        description: "All rules, one of a type.",
        examples: [[{ type: "deletion" }, { type: "non_fast_forward" }]],
      }),
    ),
  },
  {
    ...closed,
    "x-plumbline-risk": "permission",
    description: "A ruleset.",
    examples: [{ name: "protect", enforcement: "active", rules: [{ type: "deletion" }] }],
  },
);
type Ruleset = Static<typeof Ruleset>;

/** Where a ruleset stands, by the parent that it was listed under. */
type ScopeOf = (github: GitHubReader, parent: ObservedParent | undefined) => RulesetScope;

const inRepository: ScopeOf = ({ account: { login } }, parent) => {
  const name = parent?.spec.name as string;
  return { address: path`/repos/${login}/${name}`, title: `${login}/${name}`, source: "Repository" };
};

const inOrganization: ScopeOf = ({ account: { login } }) => ({
  address: path`/orgs/${login}`,
  title: login,
  source: "Organization",
});

/** What both kinds have in common. */
const shared = (scopeOf: ScopeOf) => ({
  schema: Ruleset,
  key: ({ name }: Ruleset) => name,
  normalize: withActorsAsSet,
  rename: true,
  detail: (github: GitHubReader, observed: readonly Observed<Ruleset>[]) => readWhole(github, observed, scopeOf),
  async create(github: GitHubWriter, { desired, parent }: { desired: Ruleset; parent: ObservedParent }) {
    const { id } = await createRuleset(github, scopeOf(github, parent), {
      ...requestOf(desired, {}),
      name: desired.name,
    });
    return { id: String(id) };
  },
  update: (github: GitHubWriter, { observed, changes }: { observed: Observed<Ruleset>; changes: Partial<Ruleset> }) =>
    updateRuleset(
      github,
      scopeOf(github, observed.parent),
      observed.id,
      requestOf(changes, (observed.raw ?? {}) as Partial<RawRuleset>),
    ),
  remove: (github: GitHubWriter, { id, parent }: Observed<Ruleset>) =>
    deleteRuleset(github, scopeOf(github, parent), id),
});

export const repositoryRulesets = defineResource({
  ...shared(inRepository),
  parent: "repositories",
  list: (github: GitHubReader, { parents }) =>
    perParent(parents, async function* (repository) {
      for await (const raw of listRulesets(github, inRepository(github, repository))) yield observedOf(raw);
    }),
});

export const organizationRulesets = defineResource({
  ...shared(inOrganization),
  async *list(github: GitHubReader) {
    for await (const raw of listRulesets(github, inOrganization(github, undefined))) yield observedOf(raw);
  },
});

async function* readWhole(
  github: GitHubReader,
  observed: readonly Observed<Ruleset>[],
  scopeOf: ScopeOf,
): AsyncGenerator<Observed<Ruleset>, void, undefined> {
  const read = async (one: Observed<Ruleset>): Promise<Observed<Ruleset> | undefined> => {
    try {
      return { ...one, ...observedOf(await rulesetById(github, scopeOf(github, one.parent), one.id)) };
    } catch (error) {
      if (error instanceof ConnectorError && error.code === "NOT_FOUND") return undefined; // went meanwhile
      throw error;
    }
  };
  for await (const whole of someAtOnce(observed, read)) if (whole) yield whole;
}

function observedOf(raw: RawRuleset): Omit<Observed<Ruleset>, "parent"> {
  const { id, name, target, enforcement, bypass_actors: actors, conditions, rules } = raw;
  const spec: Spec = { name, enforcement };
  if (target !== undefined) spec.target = target;
  if (actors !== undefined) spec.bypass_actors = actors.map(withoutEmptyNumber);
  if (conditions) spec.conditions = conditions;
  if (rules !== undefined)
    spec.rules = rules.map(({ type, parameters }) => (parameters ? { type, parameters } : { type }));
  return { id: String(id), spec: spec as Partial<Ruleset>, raw };
}

function withoutEmptyNumber({ actor_id: id, ...actor }: RawActor): RawActor {
  return typeof id === "number" ? { ...actor, actor_id: id } : actor;
}

/** Those who are there once have no number that means anything. */
function withActorsAsSet(ruleset: Partial<Ruleset>): Partial<Ruleset> {
  if (!ruleset.bypass_actors) return ruleset;
  const actors = ruleset.bypass_actors.map(({ actor_id: id, ...actor }) =>
    id === undefined || isThereOnce(actor.actor_type) ? actor : { ...actor, actor_id: id },
  );
  return { ...ruleset, bypass_actors: actors };
}

function isThereOnce(type: string): boolean {
  return type === "OrganizationAdmin" || type === "DeployKey";
}

/** What is sent: parameters and conditions that are not stated stay as they are. */
function requestOf(stated: Partial<Ruleset>, live: Partial<RawRuleset>): Spec {
  const { bypass_actors: actors, conditions, rules, ...rest } = stated;
  return {
    ...rest,
    ...(actors ? { bypass_actors: actors.map(actorRequest) } : {}),
    ...(conditions ? { conditions: completed(laidOver(live.conditions ?? {}, conditions) as Spec) } : {}),
    ...(rules ? { rules: rules.map((rule) => ruleRequest(rule, live.rules ?? [])) } : {}),
  };
}

/** An organisation's owners are written as 1, deploy keys as null ("Create a repository ruleset"). */
function actorRequest(actor: RawActor): RawActor {
  if (actor.actor_type === "OrganizationAdmin") return { bypass_mode: "always", ...actor, actor_id: 1 };
  if (actor.actor_type === "DeployKey") return { bypass_mode: "always", ...actor, actor_id: null };
  return { bypass_mode: "always", ...actor };
}

/** GitHub takes what is included only along with what is excluded. */
function completed(conditions: Spec): Spec {
  const lists = ["ref_name", "repository_name"].filter((name) => conditions[name] !== undefined);
  const whole = lists.map((name) => [name, { include: [], exclude: [], ...(conditions[name] as Spec) }]);
  return { ...conditions, ...Object.fromEntries(whole) };
}

function ruleRequest({ type, parameters }: RawRule, live: readonly RawRule[]): RawRule {
  const before = live.find((rule) => rule.type === type)?.parameters;
  const wanted = parameters === undefined ? before : laidOver(before ?? {}, parameters);
  return wanted === undefined ? { type } : { type, parameters: wanted as Spec };
}
