/** A route's part of `plumbline simulate`, for people. */
import type { SimulatedReceiver, SimulatedRoute } from "../notifications/simulate.ts";
import type { Output } from "./output.ts";
import { inline, paragraph, visible } from "./plain-text.ts";

export function renderRoute(route: SimulatedRoute, { paint }: Output): string[] {
  const { name, matched, reason, path, receivers, groupKey } = route;
  if (!matched) return [`${paint("dim", "-")} ${name} does not take it: ${paragraph(reason)}`];
  const place = path.length === 0 ? name : `${name} routes[${path.join("].routes[")}]`;
  const held = heldBy(route);
  const to = receivers.length === 0 ? "names no receiver: nothing is sent" : `tells ${receivers.join(", ")}`;
  return [
    `${paint(held === undefined ? "green" : "yellow", "✓")} ${place} ${held === undefined ? to : `${to}, but ${held}`}`,
    `     group: ${visible(groupKey ?? "")}`,
    ...route.notifications.flatMap((one) => renderNotice(one, paint)),
  ];
}

function heldBy({ mutedBy, silencedBy }: SimulatedRoute): string | undefined {
  if (silencedBy !== undefined) return `the silence ${silencedBy} keeps it back`;
  if (mutedBy === "MuteTime") return "it is in a time of muteTimes";
  return mutedBy === "NotActive" ? "it is in no time of activeTimes" : undefined;
}

function renderNotice({ integration, notification, fault }: SimulatedReceiver, paint: Output["paint"]): string[] {
  const { title, text, facts } = notification;
  return [
    `  ${integration}: ${inline(title)}`,
    ...(text === "" ? [] : [`     ${paragraph(text)}`]),
    ...facts.map(({ name, value }) => `     ${visible(name)}: ${inline(value)}`),
    ...(fault ? [`     ${paint("red", faultText(fault))}`] : []),
  ];
}

/** What stands above is then the generic form. */
function faultText({ template, part, message }: NonNullable<SimulatedReceiver["fault"]>): string {
  const which = template === "inline" ? "the template of this receiver" : `the template ${visible(template)}`;
  return `in the plain form, since ${which} cannot be used (${part}): ${paragraph(message)}`;
}
