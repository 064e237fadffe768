/** All commands, in the order in which help lists them. Their code is loaded when they run. */
import { buildRouteMap } from "@stricli/core";
import { documentation } from "./command.ts";
import { apply } from "./commands/apply.ts";
import { auditList, auditVerify } from "./commands/audit.ts";
import { completion } from "./commands/completion.ts";
import { connectors } from "./commands/connectors.ts";
import { controller } from "./commands/controller.ts";
import { doctor } from "./commands/doctor.ts";
import { drift } from "./commands/drift.ts";
import { eventsDead, eventsList, eventsReplay, eventsShow } from "./commands/events.ts";
import { execute } from "./commands/execute.ts";
import { explain } from "./commands/explain.ts";
import { fmt } from "./commands/fmt.ts";
import { forget } from "./commands/forget.ts";
import { get } from "./commands/get.ts";
import { graph } from "./commands/graph.ts";
import { importLive } from "./commands/import.ts";
import { init } from "./commands/init.ts";
import { notificationsList, notificationsStats } from "./commands/notifications.ts";
import { plan } from "./commands/plan.ts";
import { schema } from "./commands/schema.ts";
import { show } from "./commands/show.ts";
import { silenceAdd, silenceExpire, silenceList } from "./commands/silence.ts";
import { simulate } from "./commands/simulate.ts";
import { test } from "./commands/test.ts";
import { tokenCreate, tokenList, tokenRevoke } from "./commands/token.ts";
import { validate } from "./commands/validate.ts";

export const commands = {
  init,
  validate,
  plan,
  show,
  apply,
  drift,
  get,
  forget,
  test,
  execute,
  simulate,
  controller,
  import: importLive,
  fmt,
  connectors,
  schema,
  explain,
  graph,
  completion,
  doctor,
};

/** Commands of two words. */
export const groups = {
  events: {
    brief: "What came in, and what followed from it",
    commands: { list: eventsList, show: eventsShow, replay: eventsReplay, dead: eventsDead },
  },
  notifications: {
    brief: "What routes told, held back or withheld",
    commands: { list: notificationsList, stats: notificationsStats },
  },
  silence: {
    brief: "Keeps events from being told for a time",
    commands: { add: silenceAdd, list: silenceList, expire: silenceExpire },
  },
  audit: { brief: "Who did what", commands: { list: auditList, verify: auditVerify } },
  token: {
    brief: "Who may ask the controller's HTTP API",
    commands: { create: tokenCreate, list: tokenList, revoke: tokenRevoke },
  },
} as const;

/** Every command by what is typed for it: `plan`, `token create`. */
export const allCommands: ReadonlyMap<string, { parameters: { flags?: object } }> = new Map([
  ...Object.entries(commands),
  ...Object.entries(groups).flatMap(([group, { commands: inGroup }]) =>
    Object.entries(inGroup).map(([name, command]) => [`${group} ${name}`, command] as const),
  ),
]);

export const routes = buildRouteMap({
  routes: {
    ...commands,
    events: buildRouteMap({ routes: groups.events.commands, docs: { brief: groups.events.brief } }),
    notifications: buildRouteMap({
      routes: groups.notifications.commands,
      docs: { brief: groups.notifications.brief },
    }),
    silence: buildRouteMap({ routes: groups.silence.commands, docs: { brief: groups.silence.brief } }),
    audit: buildRouteMap({ routes: groups.audit.commands, docs: { brief: groups.audit.brief } }),
    token: buildRouteMap({ routes: groups.token.commands, docs: { brief: groups.token.brief } }),
  },
  docs: documentation("Holds external systems in the state that is written down in Git", [
    ["init", "makes a starter folder"],
    ["validate", "checks the manifests, offline"],
    ["plan", "shows what would be done"],
    ["apply", "does it"],
    ["plan --help", "all about one command"],
  ]),
});
