/**
 * People with access of their own to a repository.
 *
 * Who is not in the organisation is invited, and an invitation that was not answered counts as access: it is
 * changed and taken back like one. One that has run out, after seven days, is none. Invitations are read
 * only where somebody is looked for who is not among the collaborators.
 */
import {
  type Child,
  defineResource,
  type ListRequest,
  type Observed,
  type ObservedParent,
  perParent,
  type Static,
  Type,
} from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import {
  accountId,
  collaboratorsOf,
  deleteCollaborator,
  deleteInvitation,
  invitationsTo,
  putCollaborator,
  type RawRepositoryInvitation,
  updateInvitation,
} from "./collaborators-api.ts";
import { Permission, permissionIn, permissionWord } from "./permissions.ts";

const Collaborator = Type.Object(
  {
    username: Type.String({
      minLength: 1,
      "x-plumbline-compare": "caseInsensitive",
      description: "The person's login.",
      examples: ["octocat"],
    }),
    permission: Permission,
  },
  {
    additionalProperties: false,
    "x-plumbline-risk": "permission",
    description: "Somebody with access of their own.",
    examples: [{ username: "octocat", permission: "push" }],
  },
);
type Collaborator = Static<typeof Collaborator>;

/** The words of an invitation; an organisation's own roles have none. */
const invitationWords: ReadonlyMap<string, string> = new Map([
  ["pull", "read"],
  ["triage", "triage"],
  ["push", "write"],
  ["maintain", "maintain"],
  ["admin", "admin"],
]);

export const collaborators = defineResource({
  schema: Collaborator,
  parent: "repositories",
  key: ({ username }) => username,
  normalizeKey: (username) => username.toLowerCase(),
  normalize: (collaborator) =>
    collaborator.permission === undefined
      ? collaborator
      : { ...collaborator, permission: permissionWord(collaborator.permission) },
  list: (github: GitHubReader, { parents, keys }) =>
    perParent(parents, (repository) => peopleOf(github, repository, wantedIn(repository, keys))),
  async create(github: GitHubWriter, { desired, parent }) {
    const { username, permission } = desired;
    const invitation = await putCollaborator(github, nameOf(parent), username, permissionWord(permission));
    return { id: invitation?.invitee ? String(invitation.invitee.id) : await accountId(github, username) };
  },
  async update(github, { observed, desired }) {
    const permission = permissionWord(desired.permission);
    const { parent, raw } = observed;
    const invitation = raw as RawRepositoryInvitation | undefined;
    const words = invitationWords.get(permission);
    if (invitation && words !== undefined) return updateInvitation(github, nameOf(parent), invitation.id, words);
    if (invitation) await deleteInvitation(github, nameOf(parent), invitation.id);
    await putCollaborator(github, nameOf(parent), observed.spec.username as string, permission);
  },
  remove: (github, { parent, spec, raw }) =>
    raw
      ? deleteInvitation(github, nameOf(parent), (raw as RawRepositoryInvitation).id)
      : deleteCollaborator(github, nameOf(parent), spec.username as string),
});

function nameOf(repository: ObservedParent | undefined): string {
  return repository?.spec.name as string;
}

/** The logins in lower case that somebody declares or owns in a repository. */
function wantedIn({ key }: ObservedParent, keys: ListRequest["keys"]): "all" | string[] {
  if (keys === "all") return "all";
  const repository = key[0]?.toLowerCase();
  return keys.filter(([name]) => name?.toLowerCase() === repository).map((each) => (each[1] ?? "").toLowerCase());
}

async function peopleOf(
  github: GitHubReader,
  repository: ObservedParent,
  wanted: "all" | readonly string[],
): Promise<Child<Collaborator>[]> {
  const { type, login: owner } = github.account;
  const found: Child<Collaborator>[] = [];
  for await (const { id, login, ...access } of collaboratorsOf(github, nameOf(repository))) {
    if (type === "owner" && login.toLowerCase() === owner.toLowerCase()) continue; // is listed, and cannot be otherwise
    const permission = permissionIn(access);
    found.push({ id: String(id), spec: { username: login, ...(permission === undefined ? {} : { permission }) } });
  }
  const known = new Set(found.map(({ spec }) => spec.username?.toLowerCase()));
  if (wanted !== "all" && wanted.every((login) => known.has(login))) return found;
  for await (const raw of invitationsTo(github, nameOf(repository))) {
    const invited = invitedPerson(raw);
    if (invited && !known.has(invited.spec.username?.toLowerCase())) found.push(invited);
  }
  return found;
}

/** @returns undefined for an invitation to an address, or one that has run out. */
function invitedPerson(raw: RawRepositoryInvitation): Omit<Observed<Collaborator>, "parent"> | undefined {
  const { invitee, permissions, expired } = raw;
  if (!invitee || expired === true) return undefined;
  return {
    id: String(invitee.id),
    spec: { username: invitee.login, permission: permissionWord(permissions) },
    raw,
  };
}
