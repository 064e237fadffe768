/**
 * User groups, which the emulator has none of (docs.slack.dev/reference/methods/usergroups.list and its
 * neighbours): they are disabled instead of deleted, a disabled one keeps its handle and name, a handle
 * may be no user's and no channel's name, and the list of members may not be empty nor hold bots.
 */
import { channelNames } from "./conversations.ts";
import { type Body, type Call, failure, type Group, isTrue, listOf, type SlackState, success } from "./state.ts";

type Method = (state: SlackState, call: Call) => Promise<Body> | Body;

const methods: Readonly<Record<string, Method>> = {
  "usergroups.list": (state, { parameters }) => {
    const groups = state.groups.filter((group) => group.disabledAt === 0 || isTrue(parameters.include_disabled));
    return success({ usergroups: groups.map((group) => shownGroup(state, group, isTrue(parameters.include_users))) });
  },
  "usergroups.create": create,
  "usergroups.update": update,
  "usergroups.disable": (state, call) => enable(state, call, Math.ceil(Date.now() / 1000)),
  "usergroups.enable": (state, call) => enable(state, call, 0),
  "usergroups.users.list": (state, call) => {
    const group = find(state, call);
    return group ? success({ users: group.users }) : failure("no_such_subteam");
  },
  "usergroups.users.update": setUsers,
};

/** Answers the methods of user groups. */
export async function usergroups(state: SlackState, call: Call): Promise<Body | undefined> {
  const scope = call.method.endsWith("list") ? "usergroups:read" : "usergroups:write";
  const method = methods[call.method];
  if (!method) return undefined;
  if (!state.scopes.includes(scope)) {
    return failure("missing_scope", { needed: scope, provided: state.scopes.join(",") });
  }
  return method(state, call);
}

async function create(state: SlackState, call: Call): Promise<Body> {
  const { name = "", handle = "", description = "", channels } = call.parameters;
  if (name === "") return failure("invalid_arguments");
  const taken = await takenBy(state, call, undefined);
  if (taken !== undefined) return failure(taken);
  const id = `S${String(state.groups.length + 1).padStart(8, "0")}`;
  const group: Group = { id, name, handle, description, channels: listOf(channels), users: [], disabledAt: 0 };
  state.groups.push(group);
  return success({ usergroup: shownGroup(state, group, false) });
}

async function update(state: SlackState, call: Call): Promise<Body> {
  const group = find(state, call);
  if (!group) return failure("no_such_subteam");
  const taken = await takenBy(state, call, group);
  if (taken !== undefined) return failure(taken);
  const { name, handle, description, channels } = call.parameters;
  if (name !== undefined) group.name = name;
  if (handle !== undefined) group.handle = handle;
  if (description !== undefined) group.description = description;
  if (channels !== undefined) group.channels = listOf(channels);
  return success({ usergroup: shownGroup(state, group, false) });
}

function enable(state: SlackState, call: Call, disabledAt: number): Body {
  const group = find(state, call);
  if (!group) return failure("no_such_subteam");
  group.disabledAt = disabledAt;
  return success({ usergroup: shownGroup(state, group, false) });
}

async function setUsers(state: SlackState, call: Call): Promise<Body> {
  const group = find(state, call);
  if (!group) return failure("no_such_subteam");
  const users = listOf(call.parameters.users);
  if (users.length === 0) return failure("no_users_provided");
  for (const id of users) {
    const { ok, user } = await state.ask("users.info", { user: id }, "user");
    if (ok !== true || (user as { is_bot: boolean }).is_bot) return failure("invalid_users");
  }
  group.users = [...new Set(users)];
  return success({ usergroup: shownGroup(state, group, true) });
}

/** What of a call's name and handle somebody else has. */
async function takenBy(state: SlackState, call: Call, self: Group | undefined): Promise<string | undefined> {
  const { name, handle } = call.parameters;
  const others = state.groups.filter((group) => group !== self);
  if (name !== undefined && others.some((group) => group.name === name)) return "name_already_exists";
  if (handle === undefined || handle === "" || handle === self?.handle) return undefined;
  const { members } = await state.ask("users.list", { limit: "1000" }, "user");
  const people = (members as { name: string }[]).map((member) => member.name);
  const channels = new Set([...(await channelNames(state, "user")), ...(await channelNames(state, "bot"))]);
  const taken = others.some((group) => group.handle === handle) || people.includes(handle) || channels.has(handle);
  return taken ? "handle_already_exists" : undefined;
}

function find(state: SlackState, { parameters }: Call): Group | undefined {
  return state.groups.find(({ id }) => id === parameters.usergroup);
}

function shownGroup(state: SlackState, group: Group, withUsers: boolean): Body {
  return {
    id: group.id,
    team_id: state.teamId,
    is_usergroup: true,
    is_external: false,
    name: group.name,
    handle: group.handle,
    description: group.description,
    date_delete: group.disabledAt,
    auto_type: null,
    prefs: { channels: [...group.channels], groups: [] },
    user_count: group.users.length,
    ...(withUsers ? { users: [...group.users] } : {}),
  };
}
