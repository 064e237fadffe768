/** `plumbline silence expire`. */
import { DEFAULT_NAMESPACE } from "../../api/metadata.ts";
import type { NoticeStore } from "../../store/notice-types.ts";
import { recordDeeds } from "../audit.ts";
import type { Run } from "../command.ts";
import type { SilenceExpireFlags } from "../commands/silence.ts";
import { UserError } from "../errors.ts";
import { withLastingStore } from "../lasting.ts";

const silenceExpire: Run<SilenceExpireFlags, [string]> = (invocation, flags, given) =>
  withLastingStore(invocation, flags, "change", async (store) => {
    const { surroundings, output } = invocation;
    const { namespace = DEFAULT_NAMESPACE } = flags;
    const now = surroundings.clock.now();
    const id = store ? await wholeId(store.notices, { namespace, given, now }) : given;
    if (!store || !(await store.notices.expireSilence(namespace, id, now))) {
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

/** The fewest letters that are taken for the beginning of an id. */
const LEAST_LETTERS = 4;

/** @returns the id of the silence that holds or will and begins so, where there is one such; else what was given. */
async function wholeId(
  store: Pick<NoticeStore, "silences">,
  { namespace, given, now }: { namespace: string; given: string; now: number },
): Promise<string> {
  const ids = (await store.silences({ namespace, endingAfter: now })).map(({ id }) => id);
  if (ids.includes(given) || given.length < LEAST_LETTERS) return given;
  const [one, ...more] = ids.filter((id) => id.startsWith(given));
  if (one === undefined) return given;
  if (more.length > 0) throw new UserError(`Several silences begin with ${given}: ${[one, ...more].join(", ")}.`);
  return one;
}
