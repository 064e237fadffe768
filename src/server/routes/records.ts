/** Who did what, and what was not let in. */
import { Type } from "../../api/schema.ts";
import type { AuditEntry, StoredRefusal } from "../../store/event-types.ts";
import { maySee } from "../auth.ts";
import { type Endpoint, endpoint, forbidden } from "../endpoint.ts";
import { cursorOf, numberedPlaceOf, page } from "../paging.ts";
import type { ServerParts } from "../parts.ts";
import { AuditSchema, pageOf, paging, RefusalSchema } from "../schemas.ts";
import { auditView, refusalView } from "../views.ts";

/** More than are kept. */
const KEPT = 1000;
const closed = { additionalProperties: false } as const;
const filter = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 512, description }));

export function recordEndpoints({ store }: Pick<ServerParts, "store">): Endpoint[] {
  return [
    endpoint({
      method: "GET",
      path: "/api/refusals",
      operationId: "listRefusals",
      summary: "Lists webhooks and posted events that were not taken, with the reason, the newest first",
      tag: "Records",
      access: "viewer",
      query: Type.Object({ integration: filter("`namespace/name`."), ...paging }, closed),
      answers: { 200: pageOf(RefusalSchema) },
      async handle({ principal, query: { integration, limit, cursor } }) {
        const before = numberedPlaceOf("refusals", cursor);
        const where = { ...(integration ? { integration } : {}), ...(before === undefined ? {} : { before }) };
        const isVisible = (one: StoredRefusal) =>
          one.integration !== undefined && maySee(principal, namespaceOf(one.integration));
        const read = async (most: number) => {
          if (!principal.namespaces) return store.events.refusals({ ...where, limit: most });
          const all = await store.events.refusals({ ...where, limit: KEPT });
          return all.filter(isVisible).slice(0, most);
        };
        const next = ({ seq }: StoredRefusal) => cursorOf("refusals", seq);
        return { status: 200, body: await page(limit, read, next, refusalView) };
      },
    }),
    endpoint({
      method: "GET",
      path: "/api/audit/logs",
      operationId: "listAudit",
      summary: "Lists who did what, the newest first",
      tag: "Records",
      access: "operator",
      query: Type.Object(
        {
          resource_type: filter("`integration`, `rule`, `token`, …"),
          resource_id: filter("`namespace/name`. A token that is bound to namespaces has to give it."),
          actor: filter("`token:NAME`, `cli:user@host`, `controller`."),
          ...paging,
        },
        closed,
      ),
      answers: { 200: pageOf(AuditSchema) },
      async handle({ principal, query }) {
        const { resource_type: resourceType, resource_id: resourceId, actor, limit, cursor } = query;
        if (principal.namespaces && !(resourceId?.includes("/") && maySee(principal, namespaceOf(resourceId)))) {
          forbidden("The token is bound to namespaces: name one of their objects with ?resource_id=NAMESPACE/NAME.");
        }
        const after = numberedPlaceOf("audit", cursor);
        const where = {
          ...(resourceType === undefined ? {} : { resourceType }),
          ...(resourceId === undefined ? {} : { resourceId }),
          ...(actor === undefined ? {} : { actor }),
          ...(after === undefined ? {} : { after }),
        };
        const read = (most: number) => store.audit.audit({ ...where, limit: most });
        const next = ({ seq }: AuditEntry) => cursorOf("audit", seq);
        return { status: 200, body: await page(limit, read, next, auditView) };
      },
    }),
  ];
}

const namespaceOf = (id: string) => id.slice(0, Math.max(0, id.indexOf("/")));
