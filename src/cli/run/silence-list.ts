/** `plumbline silence list`. */

import { shortMoment } from "../../api/moments.ts";
import { silenceView } from "../../server/views.ts";
import type { Run } from "../command.ts";
import type { SilenceListFlags } from "../commands/silence.ts";
import { withLastingStore } from "../lasting.ts";
import { paragraph } from "../plain-text.ts";
import { printList } from "../print-list.ts";

const silenceList: Run<SilenceListFlags> = async (invocation, flags) => {
  const { surroundings, output } = invocation;
  const now = surroundings.clock.now();
  const filter = {
    ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
    ...(flags.all ? {} : { endingAfter: now }),
  };
  const silences = await withLastingStore(
    invocation,
    flags,
    "read",
    async (store) => (await store?.notices.silences(filter)) ?? [],
  );
  const items = silences.map((silence) => silenceView(silence, now));
  await printList(output, flags.output, items, { data: (item) => item, columns, none: "There are no silences." });
  return 0;
};
export default silenceList;

type Item = ReturnType<typeof silenceView>;

const columns = [
  { title: "ID", copied: true, of: ({ id }: Item) => id },
  { title: "NAMESPACE", of: ({ namespace }: Item) => namespace },
  { title: "STATE", of: ({ state }: Item) => state },
  { title: "UNTIL", whole: true, of: ({ endsAt }: Item) => shortMoment(Date.parse(endsAt)) },
  { title: "MATCHERS (BY)", of: wordsOf },
];

/** Who made it, and why, in brackets: so that a comment is not taken for one more matcher. */
function wordsOf({ matchers, createdBy, comment = "" }: Item): string {
  return paragraph(`${matchers.join(", ")} (${createdBy}${comment === "" ? "" : `: ${comment}`})`);
}
