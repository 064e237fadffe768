/** What was not taken of webhooks and posted events: `plumbline events list --refused`. */
import { DEFAULT_NAMESPACE } from "../api/metadata.ts";
import { moment, shortMoment } from "../api/moments.ts";
import type { StoredRefusal } from "../store/event-types.ts";
import type { Invocation } from "./command.ts";
import type { EventsListFlags } from "./commands/events.ts";
import { UserError } from "./errors.ts";
import { withLastingStore } from "./lasting.ts";
import { printList } from "./print-list.ts";

/** More than are kept. */
const KEPT = 1000;

/** @param integration as `namespace/name`. @throws UserError for flags that say something of taken events only. */
export async function listRefused(
  invocation: Invocation,
  flags: EventsListFlags,
  integration: string | undefined,
  limit: number,
): Promise<void> {
  const { output } = invocation;
  const { namespace, type, status, trace } = flags;
  if (type !== undefined || status !== undefined)
    throw new UserError("--refused lists what never became an event: --type and --status do not go with it.");
  const all = await withLastingStore(invocation, flags, "read", async (store) =>
    store ? store.events.refusals({ limit: KEPT, ...(integration === undefined ? {} : { integration }) }) : [],
  );
  const isMeant = (one: StoredRefusal) =>
    (namespace === undefined || namespaceOf(one) === namespace) && (trace === undefined || one.trace === trace);
  const refusals = all.filter(isMeant).slice(0, limit);
  await printList(output, flags.output, refusals, {
    data: ({ seq: _, at, ...rest }) => ({ at: moment(at), ...rest }),
    columns,
    none: "Nothing was refused.",
    lastBelow: true,
  });
}

/** What came to no Integration has no namespace. */
function namespaceOf({ integration }: StoredRefusal): string | undefined {
  return integration?.slice(0, integration.indexOf("/"));
}

const columns = [
  { title: "TIME", whole: true, of: ({ at }: StoredRefusal) => shortMoment(at) },
  { title: "INTEGRATION", of: ({ integration }: StoredRefusal) => shown(integration) },
  { title: "STATUS", of: ({ status }: StoredRefusal) => String(status) },
  { title: "FROM", of: ({ remoteAddress = "" }: StoredRefusal) => remoteAddress },
  { title: "REASON", of: ({ reason, message }: StoredRefusal) => `${reason}: ${message}` },
];

function shown(integration = ""): string {
  const own = `${DEFAULT_NAMESPACE}/`;
  return integration.startsWith(own) ? integration.slice(own.length) : integration;
}
