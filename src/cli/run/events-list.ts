/** `plumbline events list`. */

import { shortMoment } from "../../api/moments.ts";
import { didYouMean } from "../../manifests/nearest.ts";
import { eventView } from "../../server/views.ts";
import type { EventState, StoredEvent } from "../../store/event-types.ts";
import type { Run } from "../command.ts";
import type { EventsListFlags } from "../commands/events.ts";
import { UserError } from "../errors.ts";
import { withLastingStore } from "../lasting.ts";
import { printList } from "../print-list.ts";
import { listRefused } from "../refused.ts";

const PAGE = 50;
const states: readonly EventState[] = ["pending", "dispatched", "failed"];

const eventsList: Run<EventsListFlags> = async (invocation, flags) => {
  const { output } = invocation;
  const { namespace, integration, type, trace, status, limit = PAGE } = flags;
  const through = integration === undefined ? undefined : withNamespace(integration);
  if (flags.refused) {
    await listRefused(invocation, flags, through, limit);
    return 0;
  }
  const filter = {
    limit,
    ...(namespace === undefined ? {} : { namespace }),
    ...(through === undefined ? {} : { integration: through }),
    ...(type === undefined ? {} : { type }),
    ...(trace === undefined ? {} : { trace }),
    ...(status === undefined ? {} : { state: readState(status) }),
  };
  const events = await withLastingStore(
    invocation,
    flags,
    "read",
    async (store) => (await store?.events.events(filter)) ?? [],
  );
  await printList(output, flags.output, events, {
    data: (event) => eventView(event, false),
    columns,
    none: "There are no such events.",
  });
  return 0;
};
export default eventsList;

const columns = [
  { title: "SEQ", of: ({ seq }: StoredEvent) => String(seq) },
  { title: "TIME", whole: true, of: ({ receivedAt }: StoredEvent) => shortMoment(receivedAt) },
  { title: "TYPE", whole: true, of: ({ type }: StoredEvent) => type },
  { title: "SOURCE", of: ({ source }: StoredEvent) => source },
  { title: "STATE", of: ({ state }: StoredEvent) => state },
  { title: "REPEATS", of: ({ repeats }: StoredEvent) => String(repeats) },
  { title: "ID", of: ({ id }: StoredEvent) => id },
];

function withNamespace(name: string): string {
  return name.includes("/") ? name : `default/${name}`;
}

function readState(text: string): EventState {
  const state = states.find((one) => one === text);
  if (state) return state;
  throw new UserError(`--status: there is ${states.join(", ")}.${didYouMean(text, states)}`);
}
