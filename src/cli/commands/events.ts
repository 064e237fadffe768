/** How `plumbline events …` is called: flags, help. The code is in `../run/events-….ts`. */
import { buildCommand } from "@stricli/core";
import { type CliContext, documentation, lazily } from "../command.ts";
import {
  type CommonFlags,
  commonAliases,
  commonFlags,
  type FormatFlags,
  lastingStateFlag,
  limitFlag,
  listAliases,
  listFlags,
  onOff,
  type StateFlags,
  value,
} from "../flags.ts";

interface ListingFlags extends CommonFlags, StateFlags, FormatFlags {
  namespace?: string | undefined;
  limit?: number | undefined;
}
export interface EventsListFlags extends ListingFlags {
  integration?: string | undefined;
  type?: string | undefined;
  status?: string | undefined;
  trace?: string | undefined;
  refused?: boolean | undefined;
}
export interface EventsDeadFlags extends ListingFlags {
  skipped?: boolean | undefined;
  "replay-all"?: boolean | undefined;
}
export interface EventsShowFlags extends CommonFlags, StateFlags, FormatFlags {
  data?: boolean | undefined;
}
export interface EventsReplayFlags extends CommonFlags, StateFlags {}

/** `plumbline events list`: the newest first. */
export const eventsList = buildCommand<Partial<EventsListFlags>, [], CliContext>({
  docs: documentation("Lists events, the newest first", [
    ["events list --integration gh", "what came through one"],
    ["events list --status failed", "nothing could follow"],
    ["events list --refused", "what was not taken, and why"],
  ]),
  parameters: {
    flags: {
      namespace: value("Only of this namespace"),
      integration: value("NAMESPACE/NAME that they came through"),
      type: value("The whole type, such as github.issues"),
      status: value("pending, dispatched or failed"),
      trace: value("The trace that the log shows"),
      refused: onOff("List what was not taken instead, with the reason"),
      ...limitFlag,
      ...listFlags,
    },
    aliases: listAliases,
  },
  loader: lazily(() => import("../run/events-list.ts")),
});

/** `plumbline events show`: one event, and all that followed. */
export const eventsShow = buildCommand<Partial<EventsShowFlags>, [event: string], CliContext>({
  docs: documentation("Shows one event, what followed, each attempt, and what did not match", [
    ["events show 42", "by its number"],
    ["events show 72d3162e-cc78-11e3", "by the id that the platform gave it"],
  ]),
  parameters: {
    flags: { data: onOff("With the event's data"), ...listFlags },
    aliases: listAliases,
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, placeholder: "SEQ|ID", brief: "Its number, its id, or its trace" }],
    },
  },
  loader: lazily(() => import("../run/events-show.ts")),
});

/** `plumbline events replay`: brings things back. */
export const eventsReplay = buildCommand<Partial<EventsReplayFlags>, string[], CliContext>({
  docs: documentation(
    "Brings dead or skipped deliveries back, or lets events follow anew",
    [
      ["events replay default/r/42", "one delivery, as events dead lists it"],
      ["events replay 42", "an event: all rules are asked again"],
    ],
    "What an event did is done again when it is replayed; a delivery goes on where it stopped.",
  ),
  parameters: {
    flags: { ...lastingStateFlag, ...commonFlags },
    aliases: commonAliases,
    positional: {
      kind: "array",
      minimum: 1,
      parameter: { parse: String, placeholder: "SEQ|DELIVERY", brief: "Numbers of events, ids of deliveries" },
    },
  },
  loader: lazily(() => import("../run/events-replay.ts")),
});

/** `plumbline events dead`: what was given up. */
export const eventsDead = buildCommand<Partial<EventsDeadFlags>, [], CliContext>({
  docs: documentation("Lists deliveries that were given up, with the reason", [
    ["events dead", ""],
    ["events dead --skipped", "what was skipped (suspended, rule gone)"],
    ["events dead --replay-all", "brings all of them back"],
  ]),
  parameters: {
    flags: {
      namespace: value("Only of this namespace"),
      skipped: onOff("List what was skipped instead (suspended, rule gone)"),
      ...limitFlag,
      "replay-all": onOff("Bring back all of them, not only those that fit the limit"),
      ...listFlags,
    },
    aliases: listAliases,
  },
  loader: lazily(() => import("../run/events-dead.ts")),
});
