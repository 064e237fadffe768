/** `plumbline silence expire`. */
import { DEFAULT_NAMESPACE } from "../../api/metadata.ts";
import { recordDeeds } from "../audit.ts";
import type { Run } from "../command.ts";
import type { SilenceExpireFlags } from "../commands/silence.ts";
import { UserError } from "../errors.ts";
import { withLastingStore } from "../lasting.ts";

const silenceExpire: Run<SilenceExpireFlags, [string]> = (invocation, flags, id) =>
  withLastingStore(invocation, flags, "change", async (store) => {
    const { surroundings, output } = invocation;
    const { namespace = DEFAULT_NAMESPACE } = flags;
    if (!store || !(await store.notices.expireSilence(namespace, id, surroundings.clock.now()))) {
      throw new UserError(
        `There is no silence with this id in the namespace ${namespace}, or it is over. \`plumbline silence list --all\` shows them.`,
      );
    }
    await recordDeeds(invocation, store, surroundings.cwd, [
      { action: "silence.expire", resourceType: "silence", resourceId: `${namespace}/${id}`, outcome: "done" },
    ]);
    output.print(`Ended ${id}.`);
    return 0;
  });
export default silenceExpire;
