/** `plumbline silence add`: the id goes to stdout, alone, so that a script can expire it. */
import { randomUUID } from "node:crypto";
import { DEFAULT_NAMESPACE } from "../../api/metadata.ts";
import { moment } from "../../api/moments.ts";
import { newSilence, SilenceError } from "../../notifications/new-silence.ts";
import type { LastingStore } from "../../store/types.ts";
import { actorOf, recordDeeds } from "../audit.ts";
import type { Run } from "../command.ts";
import type { SilenceAddFlags } from "../commands/silence.ts";
import { UserError } from "../errors.ts";
import { withLastingStore } from "../lasting.ts";

const silenceAdd: Run<SilenceAddFlags, string[]> = async (invocation, flags, ...matchers) => {
  const { surroundings, output } = invocation;
  const { namespace = DEFAULT_NAMESPACE, duration, starts, ends, comment } = flags;
  const by = { id: randomUUID(), now: surroundings.clock.now(), createdBy: actorOf(surroundings) };
  const silence = explained(() =>
    newSilence({ namespace, matchers, startsAt: starts, endsAt: ends, comment, duration }, by),
  );
  return withLastingStore(invocation, flags, "write", async (opened) => {
    const store = opened as LastingStore;
    await store.notices.putSilence(silence);
    const { id, endsAt } = silence;
    await recordDeeds(invocation, store, surroundings.cwd, [
      {
        ...{ action: "silence.add", resourceType: "silence", resourceId: `${namespace}/${id}`, outcome: "done" },
        details: { matchers, endsAt: moment(endsAt) },
      },
    ]);
    output.print(id);
    output.note(`It ends at ${moment(endsAt)}; before that: plumbline silence expire ${id}.`);
    return 0;
  });
};
export default silenceAdd;

/** @throws UserError */
function explained<T>(make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof SilenceError) throw new UserError(cause.message, { cause });
    throw cause;
  }
}
