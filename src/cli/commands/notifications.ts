/** How `plumbline notifications …` is called: flags, help. The code is in `../run/notifications-….ts`. */
import { buildCommand } from "@stricli/core";
import { type CliContext, documentation, lazily } from "../command.ts";
import {
  type CommonFlags,
  type FormatFlags,
  limitFlag,
  listAliases,
  listFlags,
  type StateFlags,
  value,
} from "../flags.ts";

export interface NotificationsListFlags extends CommonFlags, StateFlags, FormatFlags {
  namespace?: string | undefined;
  route?: string | undefined;
  receiver?: string | undefined;
  limit?: number | undefined;
}
export interface NotificationsStatsFlags extends CommonFlags, StateFlags, FormatFlags {
  namespace?: string | undefined;
  since?: string | undefined;
}

/** `plumbline notifications list`: the newest first. */
export const notificationsList = buildCommand<Partial<NotificationsListFlags>, [], CliContext>({
  docs: documentation("Lists what routes told, held back or withheld, the newest first", [
    ["notifications list --receiver chat", "what one was to deliver"],
    ["notifications list --route ops -o json", "all of each"],
  ]),
  parameters: {
    flags: {
      namespace: value("Only of this namespace"),
      route: value("Only of this NotificationRoute"),
      receiver: value("Only to this Integration"),
      ...limitFlag,
      ...listFlags,
    },
    aliases: listAliases,
  },
  loader: lazily(() => import("../run/notifications-list.ts")),
});

/** `plumbline notifications stats`: how many, and what became of them. */
export const notificationsStats = buildCommand<Partial<NotificationsStatsFlags>, [], CliContext>({
  docs: documentation("Counts notifications, and events that were held back or withheld", [
    ["notifications stats --since 24h", "of the last day"],
  ]),
  parameters: {
    flags: {
      namespace: value("Only of this namespace"),
      since: value("Only of so long ago until now: 24h, 7d; default all"),
      ...listFlags,
    },
    aliases: listAliases,
  },
  loader: lazily(() => import("../run/notifications-stats.ts")),
});
