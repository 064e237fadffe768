/**
 * Teams of an organisation, and who is in them.
 *
 * GitHub makes the slug out of the name, so that names with one slug are one team; a rename changes it. An owner
 * of the organisation shows as maintainer of every team whatever was asked for, so an owner's role is unknown
 * here. Who was invited and has not answered yet is in; the role that waits for them cannot be read. Who makes
 * a team becomes its maintainer, which is undone where the manifest states other members.
 */
import { defineResource, type Observed, type Static, Type } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import { organizationInvitations, organizationMembers } from "./people-api.ts";
import { someAtOnce } from "./some-at-once.ts";
import {
  createTeam,
  deleteTeam,
  deleteTeamMember,
  directTeamMembers,
  listTeams,
  putTeamMember,
  type RawTeam,
  teamInvitations,
  teamMembers,
  updateTeam,
} from "./teams-api.ts";

const Member = Type.Object(
  {
    username: Type.String({
      minLength: 1,
      "x-plumbline-compare": "caseInsensitive",
      description: "The person's login.",
      examples: ["ada"],
    }),
    role: Type.Optional(
      Type.Enum(["member", "maintainer"], {
        description: "The role in the team; left out, new ones become member. Owners are always maintainers.",
        examples: ["member"],
      }),
    ),
  },
  {
    additionalProperties: false,
    description: "Somebody in the team.",
    examples: [{ username: "ada", role: "maintainer" }],
  },
);
type Member = Static<typeof Member>;

const Team = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      description: "The team's name. Names that give the same slug are one.",
      examples: ["Platform"],
    }),
    description: Type.Optional(Type.String({ description: "A short description.", examples: ["Keeps the lights on"] })),
    privacy: Type.Optional(
      Type.Enum(["closed", "secret"], {
        "x-plumbline-risk": "visibility",
        description: "closed: the organisation sees it; secret: its members do. Teams with a parent are closed.",
        examples: ["closed"],
      }),
    ),
    notification_setting: Type.Optional(
      Type.Enum(["notifications_enabled", "notifications_disabled"], {
        description: "Whether mentioning the team notifies its members.",
        examples: ["notifications_enabled"],
      }),
    ),
    parent: Type.Optional(
      Type.String({
        minLength: 1,
        "x-plumbline-ref": "teams",
        "x-plumbline-risk": "permission",
        description: "The name or slug of the team that this one belongs to.",
        examples: ["engineering"],
      }),
    ),
    members: Type.Optional(
      Type.Array(Member, {
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["username"],
        "x-plumbline-members": true,
        description: "All people in the team itself, the invited among them.",
        examples: [[{ username: "ada", role: "maintainer" }]],
      }),
    ),
  },
  {
    additionalProperties: false,
    description: "A team.",
    examples: [{ name: "Platform", members: [{ username: "ada", role: "maintainer" }] }],
  },
);

/** A team as it was listed. */
type Listed = RawTeam & { hasChildren: boolean };

export const teams = defineResource({
  schema: Team,
  key: (team) => team.name,
  normalizeKey: slugOf,
  rename: true,
  cascades: ["teams"],
  async *list(github: GitHubReader) {
    const found = await Array.fromAsync(listTeams(github));
    const parents = new Set(found.map(({ parent }) => parent?.id));
    for (const raw of found) yield observedOf({ ...raw, hasChildren: parents.has(raw.id) });
  },
  async *detail(github, observed, fields) {
    if (!fields.has("members")) return;
    const owners = new Set<string>();
    for await (const { login } of organizationMembers(github, "admin")) owners.add(login.toLowerCase());
    const invited = (await Array.fromAsync(organizationInvitations(github))).some((one) => one.team_count > 0);
    yield* someAtOnce(observed, async (team) => {
      const members = await membersOf(github, team.raw as Listed, owners, invited);
      return { ...team, spec: { members } };
    });
  },
  async create(github: GitHubWriter, { desired }) {
    const { parent, members, ...fields } = desired;
    const { id, slug } = await createTeam(github, { ...fields, ...parentOf(parent) });
    if (members !== undefined) await leaveOut(github, slug, members);
    return { id: String(id), unset: members?.length ? ["members"] : [] };
  },
  async update(github, { observed, changes, lists }) {
    const { parent, members: _, ...rest } = changes;
    let slug = await slugNow(github, observed);
    const fields = { ...rest, ...parentOf(parent) };
    if (Object.keys(fields).length > 0) slug = (await updateTeam(github, slug, fields)).slug;
    const { added = [], removed = [] } = lists.members ?? {};
    for (const { username, role } of added as Member[]) await putTeamMember(github, slug, username, role ?? "member");
    for (const { username } of removed as Member[]) await deleteTeamMember(github, slug, username);
  },
  remove: async (github, observed) => deleteTeam(github, await slugNow(github, observed)),
});

/**
 * The slug that GitHub makes of a name, which teams go by in addresses. Letters that are not Latin stay here as
 * they are, so that names of them alone stay apart.
 */
export function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_]+/gu, "-")
    .replaceAll(/^-+|-+$/g, "");
}

function observedOf(raw: Listed): Observed<Static<typeof Team>> {
  const { id, name, description, privacy, notification_setting: notifications, parent } = raw;
  return {
    id: String(id),
    aliases: [raw.slug],
    spec: {
      name,
      description: description ?? "",
      ...(privacy === "closed" || privacy === "secret" ? { privacy } : {}),
      ...(notifications === "notifications_enabled" || notifications === "notifications_disabled"
        ? { notification_setting: notifications }
        : {}),
      parent: parent ? String(parent.id) : "",
    },
    raw,
  };
}

/** @param owners logins in lower case. @param invited whether anybody has an open invitation to some team. */
async function membersOf(
  github: GitHubReader,
  { slug, hasChildren }: Listed,
  owners: ReadonlySet<string>,
  invited: boolean,
): Promise<Member[]> {
  const active = hasChildren ? await directTeamMembers(github, slug) : await teamMembers(github, slug);
  const members: Member[] = active.map(({ login, role }) => ({
    username: login,
    ...(owners.has(login.toLowerCase()) ? {} : { role }),
  }));
  if (!invited) return members;
  for await (const { login } of teamInvitations(github, slug)) if (login !== null) members.push({ username: login });
  return members;
}

/** A new team holds nobody but who made it. */
async function leaveOut(github: GitHubWriter, slug: string, members: readonly Member[]): Promise<void> {
  const stated = new Set(members.map(({ username }) => username.toLowerCase()));
  for (const { login } of await teamMembers(github, slug)) {
    if (!stated.has(login.toLowerCase())) await deleteTeamMember(github, slug, login);
  }
}

/** A team that was just made was not listed yet. */
async function slugNow(github: GitHubReader, { id, spec, raw }: Observed<Static<typeof Team>>): Promise<string> {
  if (raw) return (raw as Listed).slug;
  for await (const team of listTeams(github)) if (String(team.id) === id) return team.slug;
  return slugOf(spec.name as string);
}

function parentOf(parent: string | undefined): { parent_team_id?: number } {
  return parent === undefined ? {} : { parent_team_id: Number(parent) };
}
