/** The server itself: whether it lives, whether it is ready, what it counts. */
import { type Endpoint, endpoint, forbidden } from "../endpoint.ts";
import type { ServerParts } from "../parts.ts";
import { ReadySchema } from "../schemas.ts";

export function systemEndpoints({ notReady, metrics }: Pick<ServerParts, "notReady" | "metrics">): Endpoint[] {
  return [
    endpoint({
      method: "GET",
      path: "/healthz",
      operationId: "healthz",
      summary: "Says that the program runs",
      tag: "Server",
      access: "anyone",
      answers: { 200: { media: "text/plain", description: "It runs." } },
      handle: async () => ({ status: 200, body: "ok\n" }),
    }),
    endpoint({
      method: "GET",
      path: "/readyz",
      operationId: "readyz",
      summary: "Says whether it works, or why not yet",
      tag: "Server",
      access: "anyone",
      answers: { 200: ReadySchema, 503: ReadySchema },
      async handle() {
        const reasons = notReady();
        return { status: reasons.length === 0 ? 200 : 503, body: { ready: reasons.length === 0, reasons } };
      },
    }),
    endpoint({
      method: "GET",
      path: "/metrics",
      operationId: "metrics",
      summary: "Gives the numbers in Prometheus' text form",
      tag: "Server",
      access: "viewer",
      answers: { 200: { media: "text/plain", description: "Prometheus' exposition format." } },
      async handle({ principal }) {
        if (principal.namespaces) forbidden("The numbers are of all namespaces; the token is bound to some.");
        const { contentType } = metrics.registry;
        return { status: 200, headers: { "content-type": contentType }, body: await metrics.registry.metrics() };
      },
    }),
  ];
}
