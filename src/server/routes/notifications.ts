/** Routes, and what they told, held back or withheld. */
import { Type } from "../../api/schema.ts";
import { statsOf } from "../../notifications/notice-stats.ts";
import { maySee } from "../auth.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { HttpError } from "../http-error.ts";
import { NoticeSchema, NoticeStatsSchema, RouteSchema } from "../notice-schemas.ts";
import { cursorOf, listedNamespace, numberedPlaceOf, page } from "../paging.ts";
import type { ServerParts } from "../parts.ts";
import { listOf, namespaceFilter, pageOf, paging } from "../schemas.ts";
import { followerView, noticeView } from "../views.ts";

const closed = { additionalProperties: false } as const;
const filter = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 512, description }));

export function notificationEndpoints({ store, routes }: Pick<ServerParts, "store" | "routes">): Endpoint[] {
  return [
    endpoint({
      method: "GET",
      path: "/api/routes",
      operationId: "listRoutes",
      summary: "Lists NotificationRoutes with their conditions, what they followed last and what went wrong last",
      tag: "Notifications",
      access: "viewer",
      query: Type.Object(namespaceFilter, closed),
      answers: { 200: listOf(RouteSchema) },
      async handle({ principal, query }) {
        const namespace = query.namespace === undefined ? undefined : listedNamespace(principal, query.namespace);
        const all = await routes.list();
        const items = all.filter((one) => (namespace ? one.namespace === namespace : maySee(principal, one.namespace)));
        return { status: 200, body: { items: items.map(followerView) } };
      },
    }),
    endpoint({
      method: "GET",
      path: "/api/notifications",
      operationId: "listNotifications",
      summary: "Lists what routes told, held back or withheld, the newest first",
      tag: "Notifications",
      access: "viewer",
      query: Type.Object(
        { ...namespaceFilter, route: filter("A NotificationRoute."), receiver: filter("An Integration."), ...paging },
        closed,
      ),
      answers: { 200: pageOf(NoticeSchema) },
      async handle({ principal, query }) {
        const { route, receiver, limit, cursor } = query;
        const namespace = listedNamespace(principal, query.namespace);
        const before = numberedPlaceOf("notifications", cursor);
        const where = {
          ...(namespace === undefined ? {} : { namespace }),
          ...(route === undefined ? {} : { route }),
          ...(receiver === undefined ? {} : { receiver }),
          ...(before === undefined ? {} : { before }),
        };
        const read = (most: number) => store.notices.notices({ ...where, limit: most });
        const next = ({ seq }: { seq: number }) => cursorOf("notifications", seq);
        return { status: 200, body: await page(limit, read, next, noticeView) };
      },
    }),
    endpoint({
      method: "GET",
      path: "/api/notifications/stats",
      operationId: "notificationStats",
      summary: "Counts notifications, and events that were held back or withheld",
      tag: "Notifications",
      access: "viewer",
      query: Type.Object({ ...namespaceFilter, since: filter("RFC 3339; left out: all that is kept.") }, closed),
      answers: { 200: NoticeStatsSchema },
      async handle({ principal, query }) {
        const namespace = listedNamespace(principal, query.namespace);
        const since = query.since === undefined ? undefined : Date.parse(query.since);
        if (Number.isNaN(since)) throw new HttpError(400, "BadRequest", "since: no time such as 2026-11-25T12:00:00Z.");
        const within = {
          ...(namespace === undefined ? {} : { namespace }),
          ...(since === undefined ? {} : { since }),
        };
        return { status: 200, body: statsOf(await store.notices.counts(within)) };
      },
    }),
  ];
}
