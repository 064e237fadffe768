/**
 * User groups, which paid workspaces have.
 *
 * There is no removing, only disabling, and a disabled group keeps its handle and name: that is the archived
 * state. The list of people can only be replaced whole and never be empty. Groups of other workspaces, of an
 * identity provider and of Slack itself (all admins, all owners) are left alone.
 */
import {
  ConnectorError,
  defineResource,
  type HttpWriter,
  type Observed,
  type Static,
  Type,
} from "../../connector-kit/index.ts";
import { call, explained, type Form } from "./calls.ts";
import type { SlackReader, SlackWriter } from "./client.ts";
import { withoutEscapes } from "./text.ts";

const UserGroup = Type.Object(
  {
    handle: Type.String({
      pattern: "^[^\\sA-Z@#:,<>&]+$",
      minLength: 1,
      description:
        "What people mention, in lower case and without @; no person and no channel may have it as its name.",
      examples: ["oncall"],
    }),
    name: Type.Optional(
      Type.String({
        minLength: 1,
        description: "The group's name, unique among groups. Left out, a new group is named like its handle.",
        examples: ["On call"],
      }),
    ),
    description: Type.Optional(
      Type.String({ maxLength: 140, description: "What the group is for.", examples: ["Who answers the pager"] }),
    ),
    users: Type.Optional(
      Type.Array(
        Type.String({
          minLength: 1,
          "x-plumbline-ref": "users",
          description: "An e-mail address or a user id.",
          examples: ["ada@example.com"],
        }),
        {
          minItems: 1,
          "x-kubernetes-list-type": "set",
          "x-plumbline-members": true,
          description:
            "All people in the group, no guests and no bots. Never empty: a group without people is one with archived: true.",
          examples: [["ada@example.com"]],
        },
      ),
    ),
    channels: Type.Optional(
      Type.Array(
        Type.String({
          minLength: 1,
          "x-plumbline-ref": "channels",
          description: "A channel's name or id.",
          examples: ["incidents"],
        }),
        {
          "x-kubernetes-list-type": "set",
          description: "The channels that people are asked to join who come into the group.",
          examples: [["incidents"]],
        },
      ),
    ),
    archived: Type.Optional(
      Type.Boolean({
        default: false,
        description: "Whether it is disabled. A declared group is enabled unless this says otherwise.",
        examples: [false],
      }),
    ),
  },
  {
    additionalProperties: false,
    description: "A user group.",
    examples: [{ handle: "oncall", name: "On call", users: ["ada@example.com"] }],
  },
);

/** A group as `usergroups.list` shows it. */
interface RawGroup {
  id: string;
  handle: string;
  name: string;
  description?: string;
  /** Seconds since 1970; 0 while it is enabled. */
  date_delete?: number;
  is_external?: boolean;
  is_idp_group?: boolean;
  /** `admin` or `owner` for the groups that Slack fills itself. */
  auto_type?: string | null;
  users?: readonly string[];
  prefs?: { channels?: readonly string[]; groups?: readonly string[] };
}

export const usergroups = defineResource({
  schema: UserGroup,
  key: (group) => group.handle,
  normalize: (group) => ({
    ...group,
    ...(group.name === undefined ? {} : { name: withoutEscapes(group.name) }),
    ...(group.description === undefined ? {} : { description: withoutEscapes(group.description) }),
  }),
  rename: true,
  async *list({ http }: SlackReader, { fields }) {
    const include_users = fields === "all" || fields.has("users");
    const options = { limit: "tier2", what: "list the user groups" };
    const { body } = await call(http, "usergroups.list", { include_users, include_disabled: true }, options);
    for (const group of groupsIn(body)) if (isManageable(group)) yield observedOf(group);
  },
  /** The list need not hold the people of a disabled group. */
  async *detail({ http }, observed, fields) {
    if (!fields.has("users")) return;
    for (const group of observed) {
      const options = { limit: "tier2", what: `list the people of the user group ${group.id}` };
      const form = { usergroup: group.id, include_disabled: true };
      const { body } = await call(http, "usergroups.users.list", form, options);
      yield { ...group, spec: { users: [...(body as { users: readonly string[] }).users] } };
    }
  },
  async create(slack: SlackWriter, { desired }) {
    const { handle, name = handle, users } = desired;
    if (users) refuseEmpty(handle, users);
    const form = { name, handle, ...optional(desired) };
    const options = { limit: "tier2", what: `create the user group "${handle}"` };
    const { body } = await explained(remedies, call(slack.http, "usergroups.create", form, options));
    const { id } = (body as { usergroup: RawGroup }).usergroup;
    return { id, ...(users ? { unset: ["users"] } : {}) };
  },
  async update({ http }, { observed, changes }) {
    const { users, handle, name, ...rest } = changes;
    const title = observed.spec.handle ?? observed.id;
    if (users) refuseEmpty(title, users);
    const form = {
      ...(handle === undefined ? {} : { handle }),
      ...(name === undefined ? {} : { name }),
      ...optional(rest),
    };
    if (Object.keys(form).length > 0) {
      const options = { limit: "tier2", repeatable: true, what: `change the user group "${title}"` };
      await explained(remedies, call(http, "usergroups.update", { usergroup: observed.id, ...form }, options));
    }
    if (users) {
      const options = { limit: "tier2", repeatable: true, what: `set the people of the user group "${title}"` };
      const people = { usergroup: observed.id, users: users.join(",") };
      await explained(remedies, call(http, "usergroups.users.update", people, options));
    }
  },
  archived: {
    unstated: "live",
    archive: ({ http }, observed) => toggle(http, observed, "disable"),
    unarchive: ({ http }, observed) => toggle(http, observed, "enable"),
  },
});

/** @throws ConnectorError when the answer holds no list: nobody may take that for none. */
function groupsIn(body: unknown): readonly RawGroup[] {
  const { usergroups: groups } = body as { usergroups?: readonly RawGroup[] };
  if (Array.isArray(groups)) return groups;
  throw new ConnectorError("UNAVAILABLE", "Slack's list of user groups lacks the list.");
}

function isManageable({ is_external: foreign, is_idp_group: provided, auto_type: automatic }: RawGroup): boolean {
  return !foreign && !provided && !automatic;
}

function observedOf({
  id,
  handle,
  name,
  description = "",
  users,
  prefs,
  date_delete: deleted = 0,
}: RawGroup): Observed {
  const archived = deleted > 0;
  const channels = prefs && { channels: [...(prefs.channels ?? []), ...(prefs.groups ?? [])] };
  const people = users && !archived ? { users: [...users] } : {};
  return { id, spec: { handle, name, description, archived, ...channels, ...people } };
}

/** Fields as a form has them: lists as text with commas. */
function optional({ description, channels }: Pick<Static<typeof UserGroup>, "description" | "channels">): Form {
  return {
    ...(description === undefined ? {} : { description }),
    ...(channels === undefined ? {} : { channels: channels.join(",") }),
  };
}

async function toggle(http: HttpWriter, { id, spec }: Observed<unknown>, what: "enable" | "disable"): Promise<void> {
  const { handle = id } = spec as { handle?: string };
  const options = { limit: "tier2", repeatable: true, what: `${what} the user group "${handle}"` };
  await explained(remedies, call(http, `usergroups.${what}`, { usergroup: id }, options));
}

function refuseEmpty(handle: string, users: readonly string[]): void {
  if (users.length > 0) return;
  const remedy = "State archived: true to disable the group, or leave `users` out to leave its people alone.";
  throw new ConnectorError("VALIDATION", `Slack keeps no user group without people ("${handle}"). ${remedy}`);
}

/** What refusals mean, which Slack's words alone do not tell. */
const remedies: Readonly<Record<string, string>> = {
  handle_already_exists:
    "A person, a channel, or a group that another workspace or the identity provider manages has the handle: choose another.",
  name_already_exists: "Another user group, maybe a disabled one, has the name: choose another.",
  invalid_users: "User groups hold no guests and no bots, and nobody who was deactivated.",
  single_channel_guests_cannot_be_added: "User groups hold no guests.",
  permission_denied: "The workspace lets only some people manage user groups: an owner sets that under Permissions.",
  paid_teams_only: "Only paid workspaces have user groups.",
  plan_upgrade_required: "Only paid workspaces have user groups.",
};
