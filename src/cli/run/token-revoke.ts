/** `plumbline token revoke`: a running controller reads tokens anew for each request, so it needs no signal. */
import { didYouMean } from "../../manifests/nearest.ts";
import { recordDeeds } from "../audit.ts";
import type { Run } from "../command.ts";
import type { TokenRevokeFlags } from "../commands/token.ts";
import { UserError } from "../errors.ts";
import { withLastingStore } from "../lasting.ts";
import { visible } from "../plain-text.ts";

const tokenRevoke: Run<TokenRevokeFlags, [string]> = (invocation, flags, id) =>
  withLastingStore(invocation, flags, "change", async (store) => {
    const { surroundings, output } = invocation;
    const known = (await store?.tokens.tokens()) ?? [];
    const token = known.find((one) => one.id === id);
    if (!store || !token) {
      // What was typed may be a whole token by mistake, so it is not repeated.
      const near = /^[0-9a-f]{1,16}$/.test(id)
        ? didYouMean(
            id,
            known.map((one) => one.id),
          )
        : "";
      throw new UserError(`There is no token with this id.${near} \`plumbline token list\` shows them.`);
    }
    if (!(await store.tokens.revokeToken(id, surroundings.clock.now()))) {
      output.note(`The token ${id} was revoked before.`);
      return 0;
    }
    await recordDeeds(invocation, store, surroundings.cwd, [
      { action: "token.revoke", resourceType: "token", resourceId: id, outcome: "done", details: { name: token.name } },
    ]);
    output.print(`Revoked ${id} (${visible(token.name)}). The next request with it is refused.`);
    return 0;
  });
export default tokenRevoke;
