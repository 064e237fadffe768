/**
 * Which teams may do what in a repository.
 *
 * Read from the organisation's side: a team's repositories come a hundred to a page, so that it costs what the
 * declared teams cost, however many repositories there are. Teams go by their name as `teams` has it, since GitHub's
 * slug cannot be told from a name with letters that are not Latin, or with "ß"; a stated slug is as good.
 */
import {
  byLink,
  defineResource,
  type ListRequest,
  type Observed,
  type ObservedParent,
  path,
  type Static,
  Type,
} from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import { Permission, permissionIn, permissionWord, type RawAccess } from "./permissions.ts";
import { someAtOnce } from "./some-at-once.ts";
import { slugOf } from "./teams.ts";
import { listTeams } from "./teams-api.ts";

const RepositoryTeam = Type.Object(
  {
    team: Type.String({
      minLength: 1,
      "x-plumbline-key-of": "teams",
      description: "The team's name or slug.",
      examples: ["platform"],
    }),
    permission: Permission,
  },
  {
    additionalProperties: false,
    "x-plumbline-risk": "permission",
    description: "A team's access to the repository.",
    examples: [{ team: "platform", permission: "push" }],
  },
);
type RepositoryTeam = Static<typeof RepositoryTeam>;

type RawTeamRepository = RawAccess & { id: number };

export const repositoryTeams = defineResource({
  schema: RepositoryTeam,
  parent: "repositories",
  dependsOn: ["teams"],
  key: ({ team }) => team,
  normalizeKey: slugOf,
  normalize: ({ team, permission }) => ({
    ...(team === undefined ? {} : { team: slugOf(team) }),
    ...(permission === undefined ? {} : { permission: permissionWord(permission) }),
  }),
  async *list(github: GitHubReader, { parents, keys }) {
    const wanted = await teamsToRead(github, keys);
    const byId = new Map(parents.map((parent) => [parent.id, parent]));
    for await (const found of someAtOnce(wanted, (team) => accessOf(github, team, byId))) yield* found;
  },
  async create(github: GitHubWriter, { desired, parent }) {
    const slug = await slugFor(github, slugOf(desired.team));
    await putAccess(github, slug, parent, desired.permission);
    return { id: slug };
  },
  update: (github, { observed, desired }) =>
    putAccess(github, observed.id, observed.parent as ObservedParent, desired.permission),
  remove: (github, { id, parent }) => deleteAccess(github, id, parent as ObservedParent),
});

/** A team by the slug of its address and by what it is called in manifests. */
interface Named {
  slug: string;
  team: string;
}

/** The declared and owned teams that there are. One that is still to be made has no repositories. */
async function teamsToRead(github: GitHubReader, keys: ListRequest["keys"]): Promise<Named[]> {
  const teams = (await Array.fromAsync(listTeams(github))).map(({ slug, name }) => ({ slug, team: slugOf(name) }));
  if (keys === "all") return teams;
  const wanted = new Set(keys.map((key) => slugOf(key.at(-1) ?? "")));
  return teams.flatMap(({ slug, team }) => {
    if (wanted.has(team)) return [{ slug, team }];
    return wanted.has(slug) ? [{ slug, team: slug }] : [];
  });
}

/** The slug of a team that is called so in manifests. Asks only where GitHub makes another slug of such a name. */
async function slugFor(github: GitHubReader, team: string): Promise<string> {
  if (/^[a-z0-9_-]*$/.test(team)) return team;
  for await (const { slug, name } of listTeams(github)) if (slugOf(name) === team) return slug;
  return team;
}

/** What a team has in those repositories that are asked about. */
async function accessOf(
  { http, account }: GitHubReader,
  { slug, team }: Named,
  byId: ReadonlyMap<string, ObservedParent>,
): Promise<Observed<RepositoryTeam>[]> {
  const found: Observed<RepositoryTeam>[] = [];
  const what = `list the repositories of the team ${slug}`;
  const options = { query: { per_page: 100 }, pageSize: 100, what };
  for await (const raw of byLink<RawTeamRepository>(http, path`/orgs/${account.login}/teams/${slug}/repos`, options)) {
    const parent = byId.get(String(raw.id));
    const permission = permissionIn(raw);
    if (parent) found.push({ id: slug, parent, spec: { team, ...(permission === undefined ? {} : { permission }) } });
  }
  return found;
}

async function putAccess(
  { http, account: { login } }: GitHubWriter,
  slug: string,
  { spec }: ObservedParent,
  permission: string,
): Promise<void> {
  const name = spec.name as string;
  await http.put(path`/orgs/${login}/teams/${slug}/repos/${login}/${name}`, {
    json: { permission: permissionWord(permission) },
    what: `give the team ${slug} the permission ${permission} in ${login}/${name}`,
  });
}

async function deleteAccess(
  { http, account: { login } }: GitHubWriter,
  slug: string,
  { spec }: ObservedParent,
): Promise<void> {
  const name = spec.name as string;
  const what = `take the team ${slug} off ${login}/${name}`;
  await http.delete(path`/orgs/${login}/teams/${slug}/repos/${login}/${name}`, { expect: [404], what });
}
