/** `plumbline notifications list`. */

import { shortMoment } from "../../api/moments.ts";
import { noticeView } from "../../server/views.ts";
import type { Notice } from "../../store/notice-types.ts";
import type { Run } from "../command.ts";
import type { NotificationsListFlags } from "../commands/notifications.ts";
import { withLastingStore } from "../lasting.ts";
import { count, paragraph } from "../plain-text.ts";
import { printList } from "../print-list.ts";

const PAGE = 50;

const notificationsList: Run<NotificationsListFlags> = async (invocation, flags) => {
  const { output } = invocation;
  const { namespace, route, receiver, limit = PAGE } = flags;
  const filter = {
    limit,
    ...(namespace === undefined ? {} : { namespace }),
    ...(route === undefined ? {} : { route }),
    ...(receiver === undefined ? {} : { receiver }),
  };
  const notices = await withLastingStore(
    invocation,
    flags,
    "read",
    async (store) => (await store?.notices.notices(filter)) ?? [],
  );
  await printList(output, flags.output, notices, {
    data: noticeView,
    columns,
    none: "There are no such notifications.",
  });
  return 0;
};
export default notificationsList;

const columns = [
  { title: "AT", whole: true, of: ({ at }: Notice) => shortMoment(at) },
  { title: "ROUTE", of: ({ namespace, route, path }: Notice) => [`${namespace}/${route}`, ...path].join(".") },
  { title: "WHAT", of: whatOf },
  { title: "TO", of: ({ receiver = "", told }: Notice) => (told && told.via !== receiver ? told.via : receiver) },
  { title: "EVENTS", of: ({ eventCount }: Notice) => String(eventCount) },
  { title: "ABOUT", of: (notice: Notice) => paragraph(aboutOf(notice)) },
];

/** One that may have been sent more than once is marked. */
function whatOf({ reason, state, resent }: Notice): string {
  return [reason, ...(state === undefined ? [] : [state]), ...(resent === undefined ? [] : ["(sent again)"])].join(" ");
}

function aboutOf({ told, code, message, by, groupKey, heldBack }: Notice): string {
  const held = heldBack > 0 ? ` (${count(heldBack, "event")} held back before)` : "";
  if (told) return `${told.title}${held}${told.fault === undefined ? "" : ` [${told.fault}]`}`;
  if (code !== undefined) return `${code} ${message ?? ""}`;
  return by === undefined ? groupKey : `by ${by}`;
}
