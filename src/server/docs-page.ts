/**
 * The interactive page at `/docs`. Its script comes from this server, and its policy lets it load nothing else: it
 * works where there is no internet, and tells nobody who looks at it.
 */
import scalar from "@scalar/fastify-api-reference";
import type { FastifyInstance } from "fastify";
import { pagePolicy } from "./headers.ts";
import { HttpError } from "./http-error.ts";

const PREFIX = "/docs";

export async function addDocsPage(app: FastifyInstance): Promise<void> {
  await app.register(async (scope) => {
    scope.addHook("onRequest", async (request) => {
      // The page's library builds an address of it.
      if (!URL.canParse(`http://${request.headers.host}`)) {
        throw new HttpError(400, "BadRequest", "The Host header is not well-formed.");
      }
    });
    scope.addHook("onSend", async (request, reply, payload) => {
      if (typeof payload !== "string") return payload;
      if (request.routeOptions.url === `${PREFIX}/`) reply.header("content-security-policy", pagePolicy(payload));
      else reply.header("cache-control", "private, max-age=3600");
      return payload;
    });
    await scope.register(scalar, {
      routePrefix: PREFIX,
      configuration: {
        url: "../openapi.json",
        pageTitle: "Plumbline",
        withDefaultFonts: false,
        telemetry: false,
        hideClientButton: true,
        agent: { disabled: true },
        mcp: { disabled: true },
      },
    });
  });
}
