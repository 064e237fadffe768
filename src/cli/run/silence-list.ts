/** `plumbline silence list`. */
import type { Run } from "../command.ts";
import type { SilenceListFlags } from "../commands/silence.ts";
import { withLastingStore } from "../lasting.ts";
import { shortMoment } from "../moments.ts";
import { silenceData } from "../notice-views.ts";
import { paragraph } from "../plain-text.ts";
import { renderTable } from "../render-table.ts";

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
  const items = silences.map((silence) => silenceData(silence, now));
  if (flags.output !== "text") await output.data({ items }, flags.output);
  else if (items.length === 0) output.note("There are no silences.");
  else output.print(renderTable(items, columns, { width: output.width, paint: output.paint, wrapLast: true }));
  return 0;
};
export default silenceList;

type Item = ReturnType<typeof silenceData>;

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
