/** `plumbline token create`: the token goes to stdout, alone, so that it can be piped; all else to stderr. */
import { randomBytes } from "node:crypto";
import { parseDuration } from "../../connector-kit/http/duration.ts";
import { didYouMean } from "../../manifests/nearest.ts";
import { makeToken } from "../../server/token.ts";
import type { Role } from "../../store/event-types.ts";
import type { LastingStore } from "../../store/types.ts";
import { recordDeeds } from "../audit.ts";
import type { Run } from "../command.ts";
import type { TokenCreateFlags } from "../commands/token.ts";
import { UserError } from "../errors.ts";
import { withLastingStore } from "../lasting.ts";

const roles: readonly Role[] = ["viewer", "operator", "admin"];
/** As in manifests' `metadata.name`, so that the audit log can be searched for it. */
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

const tokenCreate: Run<TokenCreateFlags, [string]> = async (invocation, flags, name) => {
  const { surroundings, output } = invocation;
  const now = surroundings.clock.now();
  if (!NAME.test(name)) throw new UserError("NAME takes lower-case letters, digits, - and . in between.");
  const role = readRole(flags.role);
  const namespaces = flags.namespace?.length ? flags.namespace : undefined;
  const wrong = namespaces?.find((namespace) => !NAME.test(namespace));
  if (wrong !== undefined) throw new UserError("--namespace: that is no name of a namespace.");
  const lasts = flags.expires === undefined ? undefined : readDuration(flags.expires);
  const { text, record } = makeToken(
    {
      name,
      role,
      createdAt: now,
      ...(namespaces ? { namespaces } : {}),
      ...(lasts === undefined ? {} : { expiresAt: now + lasts }),
    },
    randomBytes,
  );
  return withLastingStore(invocation, flags, "write", async (opened) => {
    const store = opened as LastingStore;
    await assertUnused(store, name, now);
    await store.tokens.putToken(record);
    const details = { name, role, ...(namespaces ? { namespaces } : {}) };
    await recordDeeds(invocation, store, surroundings.cwd, [
      { action: "token.create", resourceType: "token", resourceId: record.id, outcome: "done", details },
    ]);
    output.print(text);
    output.note(`The token ${record.id} may act as ${role}. It is shown this once; kept is its hash.`);
    return 0;
  });
};
export default tokenCreate;

/** @throws UserError while another token of the name is valid: the audit log could not tell them apart. */
async function assertUnused(store: LastingStore, name: string, now: number): Promise<void> {
  const valid = (await store.tokens.tokens()).find(
    (token) => token.name === name && token.revokedAt === undefined && (token.expiresAt ?? Infinity) > now,
  );
  if (valid) {
    throw new UserError(
      `There is a token "${name}" already. Choose another name, or end it first: plumbline token revoke ${valid.id}.`,
    );
  }
}

function readRole(text: string | undefined): Role {
  const role = roles.find((one) => one === text);
  if (role) return role;
  if (text === undefined) throw new UserError(`Say what the token may do: --role ${roles.join(", ")}.`);
  throw new UserError(`--role: there is ${roles.join(", ")}.${didYouMean(text, roles)}`);
}

function readDuration(text: string): number {
  try {
    const lasts = parseDuration(text);
    if (lasts > 0) return lasts;
  } catch (cause) {
    throw new UserError(`--expires: ${(cause as Error).message}`, { cause });
  }
  throw new UserError("--expires: a token that ends at once helps nobody.");
}
