/** What came in and what followed: events, deliveries, their attempts; and letting them follow anew. */
import { Type } from "../../api/schema.ts";
import { noticesAbout } from "../../store/event-notices.ts";
import type { Delivery, StoredEvent } from "../../store/event-types.ts";
import { includes, maySee, type Principal } from "../auth.ts";
import { type Endpoint, endpoint, forbidden, notFound } from "../endpoint.ts";
import { HttpError } from "../http-error.ts";
import { EventHistorySchema } from "../notice-schemas.ts";
import { cursorOf, listedNamespace, numberedPlaceOf, page, placeOf } from "../paging.ts";
import type { ServerParts } from "../parts.ts";
import {
  DeliverySchema,
  dataFlag,
  EventSchema,
  LARGEST_PAGE,
  namespaceFilter,
  pageOf,
  paging,
  ReplayedSchema,
} from "../schemas.ts";
import { attemptView, deliveryView, eventView, noticeView } from "../views.ts";

const closed = { additionalProperties: false } as const;
const filter = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 512, description }));
const Seq = Type.Object({
  seq: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: "The event's number." }),
});
const DeliveryPath = Type.Object({ id: Type.String({ minLength: 1, maxLength: 512 }) });

const EventQuery = Type.Object(
  {
    ...namespaceFilter,
    integration: filter("`namespace/name`."),
    type: filter("The whole type."),
    state: Type.Optional(Type.Enum(["pending", "dispatched", "failed"])),
    trace: filter("32 hex digits."),
    ...dataFlag,
    ...paging,
  },
  closed,
);
const DeliveryQuery = Type.Object(
  {
    ...namespaceFilter,
    target: filter("The Rule or route."),
    state: Type.Optional(Type.Enum(["waiting", "running", "done", "dead", "skipped"])),
    event: Type.Optional(
      Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: "An event's seq." }),
    ),
    ...dataFlag,
    ...paging,
  },
  closed,
);

export function historyEndpoints({ store, now }: Pick<ServerParts, "store" | "now">): Endpoint[] {
  const { events } = store;
  return [
    endpoint({
      method: "GET",
      path: "/api/events",
      operationId: "listEvents",
      summary: "Lists events, the newest first",
      tag: "Events",
      access: "viewer",
      query: EventQuery,
      answers: { 200: pageOf(EventSchema) },
      async handle({ principal, query: { limit, cursor, data, namespace: asked, ...rest } }) {
        const bodies = mayHaveBodies(principal, data);
        const namespace = listedNamespace(principal, asked);
        const before = numberedPlaceOf("events", cursor);
        const where = { ...rest, ...given({ namespace, before }) };
        const read = (most: number) => events.events({ ...where, limit: most });
        const next = ({ seq }: StoredEvent) => cursorOf("events", seq);
        return { status: 200, body: await page(limit, read, next, (event) => eventView(event, bodies)) };
      },
    }),
    endpoint({
      method: "GET",
      path: "/api/events/:seq",
      operationId: "getEvent",
      summary: "Shows one event, the deliveries that followed, their attempts, and what routes did with it",
      tag: "Events",
      access: "viewer",
      params: Seq,
      query: Type.Object(dataFlag, closed),
      answers: { 200: EventHistorySchema },
      errors: [404],
      async handle({ principal, params: { seq }, query }) {
        const bodies = mayHaveBodies(principal, query.data);
        const event = visible(principal, await events.event(seq)) ?? notFound("event");
        const followed = await events.deliveries({ event: seq, limit: LARGEST_PAGE });
        const deliveries = followed.map(async (delivery) => ({
          ...deliveryView(delivery, bodies),
          history: (await events.attempts(delivery.id)).map(attemptView),
        }));
        const notices = (await noticesAbout(store.notices, event)).map(noticeView);
        return {
          status: 200,
          body: { event: eventView(event, bodies), deliveries: await Promise.all(deliveries), notices },
        };
      },
    }),
    endpoint({
      method: "POST",
      path: "/api/events/:seq/replay",
      operationId: "replayEvent",
      summary: "Lets an event follow anew: all rules are asked again, and what was done is done again",
      tag: "Events",
      access: "operator",
      params: Seq,
      answers: { 202: ReplayedSchema },
      errors: [404],
      audit: ({ params }) => ({ action: "event.replay", resourceType: "event", resourceId: String(params.seq) }),
      async handle({ principal, params: { seq } }) {
        if (!visible(principal, await events.event(seq))) notFound("event");
        return (await events.replayEvent(seq)) ? { status: 202, body: { replayed: 1 } } : notFound("event");
      },
    }),
    endpoint({
      method: "GET",
      path: "/api/deliveries",
      operationId: "listDeliveries",
      summary: "Lists deliveries in the order of their events",
      tag: "Events",
      access: "viewer",
      query: DeliveryQuery,
      answers: { 200: pageOf(DeliverySchema) },
      async handle({ principal, query: { limit, cursor, data, namespace: asked, ...rest } }) {
        const bodies = mayHaveBodies(principal, data);
        const namespace = listedNamespace(principal, asked);
        const where = { ...rest, ...given({ namespace, after: placeOf("deliveries", cursor) }) };
        const read = (most: number) => events.deliveries({ ...where, limit: most });
        const next = ({ id }: Delivery) => cursorOf("deliveries", id);
        return { status: 200, body: await page(limit, read, next, (one) => deliveryView(one, bodies)) };
      },
    }),
    endpoint({
      method: "POST",
      path: "/api/deliveries/:id/replay",
      operationId: "replayDelivery",
      summary: "Brings a dead or skipped delivery back",
      tag: "Events",
      access: "operator",
      params: DeliveryPath,
      answers: { 202: ReplayedSchema },
      errors: [404, 409],
      audit: ({ params }) => ({ action: "delivery.replay", resourceType: "delivery", resourceId: params.id }),
      async handle({ principal, params: { id } }) {
        if (!visible(principal, await events.delivery(id))) notFound("delivery");
        const replayed = await events.replay([id], now());
        if (replayed > 0) return { status: 202, body: { replayed } };
        throw new HttpError(409, "Conflict", "Only a dead or skipped delivery can be brought back.");
      },
    }),
  ];
}

/** @throws HttpError 403 where bodies are asked for by whom may not see them. */
function mayHaveBodies({ role }: Principal, asked: boolean | undefined): boolean {
  if (asked && !includes(role, "operator")) forbidden("Message bodies need the role operator.");
  return asked === true;
}

/** @returns undefined for what is not there and, alike, for what is in a namespace that the token may not see. */
function visible<T extends { namespace: string }>(principal: Principal, one: T | undefined): T | undefined {
  return one && maySee(principal, one.namespace) ? one : undefined;
}

/** @returns the properties that are not undefined. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const stated = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(stated) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
