/**
 * Security groups.
 *
 * Neither `displayName` nor a security group's `mailNickname` is unique to Graph; the nickname is the key
 * here, and two groups that share it are for a person to tell apart. Reads lag behind writes by seconds:
 * a new group may be missing from the list, and its members answered with 404.
 */
import { defineResource, Type } from "../../../src/connector-kit/index.ts";
import { BATCH_MOST } from "./batch.ts";
import type { GraphReader, GraphWriter, Group, NewGroup } from "./client.ts";

const GroupSchema = Type.Object(
  {
    mailNickname: Type.String({
      pattern: "^[!-~]{1,64}$",
      description: "The nickname, unique in the tenant by convention.",
      examples: ["eng-oncall"],
    }),
    displayName: Type.Optional(
      Type.String({ minLength: 1, maxLength: 256, description: "Its name for people.", examples: ["On call"] }),
    ),
    description: Type.Optional(Type.String({ description: "What it is for.", examples: ["Pager rota"] })),
    members: Type.Optional(
      Type.Array(
        Type.String({
          minLength: 1,
          "x-plumbline-ref": "people",
          description: "A mail address or user principal name.",
          examples: ["ada@acme.example"],
        }),
        {
          "x-kubernetes-list-type": "set",
          "x-plumbline-members": true,
          description: "All people in the group; groups and devices in it are left alone.",
          examples: [["ada@acme.example"]],
        },
      ),
    ),
  },
  { additionalProperties: false, description: "A security group.", examples: [{ mailNickname: "eng-oncall" }] },
);

export const groups = defineResource({
  schema: GroupSchema,
  key: (group) => group.mailNickname,
  normalizeKey: (key) => key.toLowerCase(),
  async *list(graph: GraphReader) {
    for await (const group of graph.groups()) {
      // A group that a directory on premises owns takes no writes.
      if (group.onPremisesSyncEnabled !== true) yield { id: group.id, spec: specOf(group), raw: group };
    }
  },
  async *detail(graph, observed, fields) {
    if (!fields.has("members")) return;
    for (const group of observed) {
      const members = await graph.members(group.id);
      if (members) yield { ...group, spec: { members } };
    }
  },
  async create(graph: GraphWriter, { desired }) {
    return { ...(await graph.createGroup(newGroup(desired))), unset: unsetOf(desired) };
  },
  async update(graph, { observed, desired, changes, lists }) {
    const { members: _members, ...fields } = changes;
    const name = desired.mailNickname;
    if (Object.keys(fields).length > 0) await graph.updateGroup(observed.id, fields, `change the group "${name}"`);
    const { added = [], removed = [] } = lists.members ?? {};
    if (added.length + removed.length > 0) {
      const delta = { added: added as string[], removed: removed as string[] };
      await graph.changeMembers({ id: observed.id, name }, delta);
    }
  },
  remove: (graph, { id, spec }) => graph.deleteGroup(id, `delete the group "${spec.mailNickname}"`),
  batch: {
    size: BATCH_MOST,
    async create(graph: GraphWriter, requests) {
      const made = await graph.createGroups(requests.map(({ desired }) => newGroup(desired)));
      return made.map((one, index) => {
        const request = requests[index];
        return one instanceof Error || !request ? one : { ...one, unset: unsetOf(request.desired) };
      });
    },
  },
});

interface Stated {
  mailNickname: string;
  displayName?: string;
  description?: string;
  members?: readonly string[];
}

function newGroup({ mailNickname, displayName = mailNickname, description }: Stated): NewGroup {
  return { mailNickname, displayName, ...(description ? { description } : {}) };
}

/** Members go in when the group is there. */
function unsetOf({ members = [] }: Stated): string[] {
  return members.length > 0 ? ["members"] : [];
}

function specOf({ mailNickname, displayName, description }: Group) {
  return { mailNickname, displayName, description: description ?? "" };
}
