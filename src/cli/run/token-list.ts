/** `plumbline token list`: all that ever were made, so that the audit log's names can be looked up. */

import { moment, optionalMoment } from "../../api/moments.ts";
import type { TokenRecord } from "../../store/event-types.ts";
import type { Run } from "../command.ts";
import type { TokenListFlags } from "../commands/token.ts";
import { withLastingStore } from "../lasting.ts";
import { renderTable } from "../render-table.ts";

const tokenList: Run<TokenListFlags> = async (invocation, flags) => {
  const { surroundings, output } = invocation;
  const tokens = await withLastingStore(
    invocation,
    flags,
    "read",
    async (store) => (await store?.tokens.tokens()) ?? [],
  );
  const now = surroundings.clock.now();
  if (flags.output !== "text") {
    await output.data({ items: tokens.map((token) => asData(token, now)) }, flags.output);
  } else if (tokens.length === 0) {
    output.note("There are no tokens. Make one: plumbline token create NAME --role viewer.");
  } else {
    output.print(
      renderTable(
        tokens,
        [
          { title: "ID", copied: true, of: ({ id }) => id },
          { title: "NAME", of: ({ name }) => name },
          { title: "ROLE", of: ({ role }) => role },
          { title: "NAMESPACES", of: ({ namespaces }) => namespaces?.join(",") ?? "all" },
          { title: "CREATED", of: ({ createdAt }) => moment(createdAt).slice(0, 10) },
          { title: "STATE", of: (token) => stateOf(token, now) },
        ],
        { width: output.width, paint: output.paint },
      ),
    );
  }
  return 0;
};
export default tokenList;

function stateOf({ revokedAt, expiresAt }: TokenRecord, now: number): string {
  if (revokedAt !== undefined) return `revoked ${moment(revokedAt).slice(0, 10)}`;
  if (expiresAt === undefined) return "valid";
  return `${expiresAt <= now ? "expired" : "valid until"} ${moment(expiresAt).slice(0, 10)}`;
}

function asData({ id, name, role, namespaces, createdAt, expiresAt, revokedAt }: TokenRecord, now: number) {
  return {
    id,
    name,
    role,
    ...(namespaces ? { namespaces } : {}),
    createdAt: moment(createdAt),
    ...optionalMoment("expiresAt", expiresAt),
    ...optionalMoment("revokedAt", revokedAt),
    valid: revokedAt === undefined && (expiresAt === undefined || now < expiresAt),
  };
}
