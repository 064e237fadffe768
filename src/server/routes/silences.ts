/** Silences: listed, made and ended. A controller knows of a change at its next look, within a second. */
import { DEFAULT_NAMESPACE } from "../../api/metadata.ts";
import { Type } from "../../api/schema.ts";
import { newSilence, SilenceError, type SilenceRequest } from "../../notifications/new-silence.ts";
import { type Endpoint, endpoint, notFound, requireNamespace } from "../endpoint.ts";
import { HttpError } from "../http-error.ts";
import { SilenceSchema } from "../notice-schemas.ts";
import { listedNamespace } from "../paging.ts";
import type { ServerParts } from "../parts.ts";
import { listOf, namespaceFilter } from "../schemas.ts";
import { silenceView } from "../views.ts";

const closed = { additionalProperties: false } as const;
const optional = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 512, description }));

const Body = Type.Object(
  {
    namespace: optional("Default: `default`."),
    matchers: Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), { minItems: 1, maxItems: 100 }),
    startsAt: optional("RFC 3339; default now."),
    endsAt: optional("RFC 3339."),
    duration: optional("Such as `2h`, instead of `endsAt`."),
    comment: optional("Why."),
  },
  closed,
);

export function silenceEndpoints({ store, now, random }: Pick<ServerParts, "store" | "now" | "random">): Endpoint[] {
  return [
    endpoint({
      method: "GET",
      path: "/api/silences",
      operationId: "listSilences",
      summary: "Lists silences that hold or will",
      tag: "Notifications",
      access: "viewer",
      query: Type.Object({ ...namespaceFilter, all: Type.Optional(Type.Enum(["true", "false"])) }, closed),
      answers: { 200: listOf(SilenceSchema) },
      async handle({ principal, query }) {
        const namespace = listedNamespace(principal, query.namespace);
        const silences = await store.notices.silences({
          ...(namespace === undefined ? {} : { namespace }),
          ...(query.all === "true" ? {} : { endingAfter: now() }),
        });
        return { status: 200, body: { items: silences.map((one) => silenceView(one, now())) } };
      },
    }),
    endpoint({
      method: "POST",
      path: "/api/silences",
      operationId: "addSilence",
      summary: "Keeps events from being told for a time",
      tag: "Notifications",
      access: "operator",
      body: Body,
      errors: [422],
      answers: { 201: SilenceSchema },
      audit: ({ body: { namespace = DEFAULT_NAMESPACE, matchers } }) => ({
        ...{ action: "silence.add", resourceType: "silence", resourceId: `${namespace}/*`, details: { matchers } },
      }),
      async handle({ principal, body }) {
        const { namespace = DEFAULT_NAMESPACE } = body;
        requireNamespace(principal, namespace);
        const by = { id: random(16).toString("hex"), now: now(), createdBy: principal.actor };
        const silence = made({ ...body, namespace }, by);
        await store.notices.putSilence(silence);
        return { status: 201, body: silenceView(silence, now()) };
      },
    }),
    endpoint({
      method: "DELETE",
      path: "/api/silences/:namespace/:id",
      operationId: "expireSilence",
      summary: "Ends a silence now",
      tag: "Notifications",
      access: "operator",
      params: Type.Object({ namespace: Type.String({ minLength: 1 }), id: Type.String({ minLength: 1 }) }, closed),
      errors: [404],
      answers: { 204: null },
      audit: ({ params: { namespace, id } }) => ({
        ...{ action: "silence.expire", resourceType: "silence", resourceId: `${namespace}/${id}` },
      }),
      async handle({ principal, params: { namespace, id } }) {
        requireNamespace(principal, namespace);
        if (!(await store.notices.expireSilence(namespace, id, now()))) notFound("silence, or it is over");
        return { status: 204 };
      },
    }),
  ];
}

/** @throws HttpError 422 */
function made(request: SilenceRequest, by: Parameters<typeof newSilence>[1]) {
  try {
    return newSilence(request, by);
  } catch (cause) {
    if (cause instanceof SilenceError) throw new HttpError(422, "VALIDATION", cause.message, { cause });
    throw cause;
  }
}
