/**
 * People of an organisation.
 *
 * Who was invited and has not answered is in, with the role that waits for them, but is no owner yet: the last
 * owner is one who can act. Taking somebody out takes them out of all teams too.
 */
import { defineResource, type ListRequest, type Observed, type Static, Type } from "../../connector-kit/index.ts";
import type { GitHubReader, GitHubWriter } from "./client.ts";
import { accountId } from "./collaborators-api.ts";
import {
  deleteOrganizationMember,
  organizationInvitations,
  organizationMembers,
  putOrganizationMember,
} from "./people-api.ts";

const Member = Type.Object(
  {
    username: Type.String({
      minLength: 1,
      "x-plumbline-compare": "caseInsensitive",
      description: "The person's login.",
      examples: ["ada"],
    }),
    role: Type.Optional(
      Type.Enum(["member", "admin"], {
        "x-plumbline-risk": "permission",
        description: "admin is an owner of the organisation. Left out, new people become member.",
        examples: ["member"],
      }),
    ),
    state: Type.Optional(
      Type.Enum(["active", "pending"], {
        readOnly: true,
        description: "pending: was invited and has not answered.",
        examples: ["active"],
      }),
    ),
  },
  {
    additionalProperties: false,
    description: "Somebody in the organisation.",
    examples: [{ username: "ada", role: "member" }],
  },
);
type Member = Static<typeof Member>;

const roles = ["admin", "member"] as const;

export const members = defineResource({
  schema: Member,
  key: ({ username }) => username,
  normalizeKey: (username) => username.toLowerCase(),
  owner: ({ role, state }) => role === "admin" && state !== "pending",
  async *list(github: GitHubReader, { keys }) {
    const known = new Set<string>();
    for (const role of roles) {
      for await (const { id, login } of organizationMembers(github, role)) {
        known.add(login.toLowerCase());
        yield { id: String(id), spec: { username: login, role, state: "active" } };
      }
    }
    yield* invited(github, missing(keys, known));
  },
  async create(github: GitHubWriter, { desired }) {
    await putOrganizationMember(github, desired.username, desired.role ?? "member");
    return { id: await accountId(github, desired.username) };
  },
  update: (github, { observed, desired }) =>
    putOrganizationMember(github, observed.spec.username as string, desired.role ?? "member"),
  remove: (github, { spec }) => deleteOrganizationMember(github, spec.username as string),
});

/** The logins in lower case that are looked for and not found. */
function missing(keys: ListRequest["keys"], known: ReadonlySet<string>): "all" | ReadonlySet<string> {
  if (keys === "all") return "all";
  return new Set(keys.map(([login]) => (login ?? "").toLowerCase()).filter((login) => !known.has(login)));
}

/** An invitation does not tell the account's number, so it is asked for. */
async function* invited(
  github: GitHubReader,
  wanted: "all" | ReadonlySet<string>,
): AsyncGenerator<Observed<Member>, void, undefined> {
  if (wanted !== "all" && wanted.size === 0) return;
  for await (const { login, role } of organizationInvitations(github)) {
    if (login === null || !(wanted === "all" || wanted.has(login.toLowerCase()))) continue;
    const id = await accountId(github, login);
    yield { id, spec: { username: login, role: role === "admin" ? "admin" : "member", state: "pending" } };
  }
}
