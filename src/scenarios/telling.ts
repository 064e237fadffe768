/** From what the groups decide to what a Scenario says of it: notifications are rendered as a delivery would. */
import { labelsOf } from "../events/envelope.ts";
import type { OpenEvent } from "../events/types.ts";
import type { Notify } from "../notifications/decisions.ts";
import type { NoticeInput } from "../notifications/delivery/outputs.ts";
import { renderNotification } from "../notifications/render/render.ts";
import type { TemplateSet } from "../notifications/render/template-set.ts";
import { type Silence, silenceMismatch } from "../notifications/silences.ts";
import type { NewDelivery } from "../store/event-types.ts";
import type { NewNotice } from "../store/notice-types.ts";
import { type EventName, type Kept, nameOf, type Told } from "./happenings.ts";

/** What is known while a Scenario is played. */
export interface Playing {
  /** In milliseconds since 1970. */
  start: number;
  stage: { templates: TemplateSet };
  event(seq: number): { event: OpenEvent; name: EventName };
  /** How an alert is called. */
  alert(id: string): string;
  /** Those of the Scenario. */
  silences: readonly Silence[];
}

/** @param delivery one receiver's, of the decision. */
export function toldOf(playing: Playing, decision: Notify, delivery: Pick<NewDelivery, "input">): Told {
  const { at, route, groupLabels, urgency, events, heldBack, receiver } = JSON.parse(delivery.input) as NoticeInput;
  const { notification, fault } = renderNotification(playing.stage.templates, {
    ...{ route, groupLabels, heldBack, receiver, now: at },
    ...(urgency === undefined ? {} : { urgency }),
    events: events.map(({ seq, firing }) => {
      const { event } = playing.event(seq);
      return { event, labels: labelsOf(event), ...(firing === undefined ? {} : { firing }) };
    }),
  });
  const { title, text, facts, status, code } = notification;
  return {
    ...{ kind: "notification", at: at - playing.start, receiver: receiver.integration, target: receiver.target ?? {} },
    events: events.map(({ seq }) => playing.event(seq).name),
    ...(status === undefined ? {} : { status }),
    ...(urgency === undefined ? {} : { urgency }),
    title,
    lines: [
      ...[text, code?.text ?? ""].flatMap((part) => part.split("\n")).filter((line) => line !== ""),
      ...facts.map(({ name, value }) => `${name}: ${value}`),
      ...notification.events.map(({ summary }) => summary),
    ],
    ...{ route: routeText(route.slice(route.indexOf("/") + 1), decision.path), reason: decision.reason },
    unsilenced: unsilencedOf(playing, at, events),
    ...(fault ? { fault: `${fault.template}, ${fault.part}: ${fault.message}` } : {}),
  };
}

/** The first of the events stands for all: each of them escaped each silence. */
function unsilencedOf(playing: Playing, at: number, [first]: NoticeInput["events"]): string[] {
  if (!first) return [];
  const { event, name } = playing.event(first.seq);
  const holding = playing.silences.filter(({ startsAt, endsAt }) => startsAt <= at && at < endsAt);
  return holding.flatMap(({ id, ...silence }) => {
    const reason = silenceMismatch(silence, labelsOf(event));
    return reason === undefined ? [] : [`${id} does not match ${nameOf(name)}: ${reason}`];
  });
}

/** @param notice of events that were not told. */
export function keptOf(playing: Playing, { at, reason, by, until, events, route, path }: NewNotice): Kept {
  const end = until ?? playing.silences.find(({ id }) => id === by)?.endsAt;
  return {
    ...{ kind: "kept", at: at - playing.start, reason, route: routeText(route, path) },
    ...(by === undefined ? {} : { by: playing.alert(by) }),
    ...(end === undefined ? {} : { until: end - playing.start }),
    events: events.map((seq) => playing.event(seq).name),
  };
}

/** @returns a route as people write it: `ops routes[0]`. */
export function routeText(name: string, path: readonly number[]): string {
  return path.length === 0 ? name : `${name} routes[${path.join("].routes[")}]`;
}
