/**
 * `POST /api/events`: CloudEvents of other programs.
 *
 * Which namespace they are in is the matter of the token, or of the secret that the request is signed with, never the
 * event's. One that says it comes from an Integration is refused: only its own webhook may say so.
 */
import { DEFAULT_NAMESPACE } from "../../api/metadata.ts";
import { Type } from "../../api/schema.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { HttpError } from "../http-error.ts";
import { listedNamespace } from "../paging.ts";
import type { ServerParts } from "../parts.ts";
import { AcceptedSchema, namespaceFilter } from "../schemas.ts";
import { isReservedSource } from "../webhook-address.ts";

export function postedEventEndpoints({ events, webhooks, integrations }: ServerParts): Endpoint[] {
  return [
    endpoint({
      method: "POST",
      path: "/api/events",
      operationId: "postEvents",
      summary: "Takes CloudEvents 1.0 in: structured, binary or a batch; all or none",
      tag: "Events",
      access: "operator",
      orSigned: true,
      query: Type.Object(namespaceFilter, { additionalProperties: false }),
      rawBody: "CloudEvents over HTTP, in one of its three modes.",
      answers: { 202: AcceptedSchema },
      errors: [413, 415, 429, 503],
      async handle({ raw, principal: known, query }) {
        const principal = known.actor === "" ? await events.prove(raw) : known;
        const namespace = listedNamespace(principal, query.namespace) ?? DEFAULT_NAMESPACE;
        const read = await events.read(raw);
        const taken = [...webhooks.targets(), ...(await integrations.list())];
        const forged = read.findIndex(({ source }) => isReservedSource(source, taken));
        if (forged >= 0) {
          const place = read.length > 1 ? ` of event ${forged}` : "";
          throw events.forged(raw, `The source${place} is an Integration's; only its own webhooks may come from it.`);
        }
        return { status: 202, body: { events: await events.accept(read, { namespace, principal, request: raw }) } };
      },
    }),
    endpoint({
      method: "OPTIONS",
      path: "/api/events",
      operationId: "postEventsHandshake",
      summary: "Answers CloudEvents' handshake",
      tag: "Events",
      access: "signed",
      hidden: true,
      rawBody: "Nothing.",
      answers: { 200: { media: "text/plain", description: "Leave to post, in the headers." } },
      errors: [403],
      async handle({ raw }) {
        const { status, headers = {} } = await events.preflight(raw);
        if (status >= 400) throw new HttpError(403, "Forbidden", "This origin has no leave to post events.");
        return { status, headers, body: "" };
      },
    }),
  ];
}
