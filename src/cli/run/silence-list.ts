/** `plumbline silence list`. */

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
  { title: "ID", of: ({ id }: Item) => id },
  { title: "NAMESPACE", of: ({ namespace }: Item) => namespace },
  { title: "STATE", of: ({ state }: Item) => state },
  { title: "UNTIL", of: ({ endsAt }: Item) => endsAt.slice(0, 19) },
  { title: "BY", of: ({ createdBy }: Item) => createdBy },
  { title: "MATCHERS", of: ({ matchers, comment }: Item) => paragraph([...matchers, comment ?? ""].join(" ").trim()) },
];
