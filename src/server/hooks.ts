/** Around every request: its trace, who asks and whether they may, and what the log and the metrics keep of the answer. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { isStandardWebhook } from "../connector-kit/standard-webhooks.ts";
import { keepAnswered } from "./answered.ts";
import { type Authenticator, includes, type Principal } from "./auth.ts";
import { securityHeaders } from "./headers.ts";
import { HttpError } from "./http-error.ts";
import { type KnownRequests, stranger } from "./known.ts";
import type { ServerParts } from "./parts.ts";
import { traceOf, traceparent } from "./trace.ts";

/** @param known filled here. */
export function addHooks(
  app: FastifyInstance,
  parts: ServerParts,
  known: KnownRequests,
  authenticator: Authenticator,
): void {
  const { random, now } = parts;
  app.addHook("onRequest", async (request, reply) => {
    const { traceparent: header, "content-type": contentType } = request.headers;
    const trace = traceOf(typeof header === "string" ? header : undefined, random, now());
    known.set(request, { trace, principal: stranger });
    reply.headers({ ...securityHeaders, traceparent: traceparent(trace, random), "x-trace-id": trace });
    const principal = await admit(authenticator, request);
    known.set(request, { trace, principal, ...(contentType === undefined ? {} : { contentType }) });
  });
  app.addHook("onResponse", async (request, reply) => {
    const { method } = request;
    const { trace, principal } = known.get(request) ?? { trace: "", principal: stranger };
    keepAnswered(parts, {
      trace,
      method,
      route: request.routeOptions.url ?? "unmatched",
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
      peer: request.socket.remoteAddress,
      actor: principal.actor,
      // A webhook that was taken is in the inbox; one that was refused is told of by who refused it.
      usual: method === "GET" || method === "HEAD" || request.routeOptions.config.access === "signed",
    });
  });
}

/** @throws HttpError 401, 403 or 429, before anything of the body is read. */
async function admit(authenticator: Authenticator, request: FastifyRequest): Promise<Principal> {
  if (request.is404) return stranger;
  const { access = "admitted", orSigned } = request.routeOptions.config;
  if (
    orSigned &&
    request.headers.authorization === undefined &&
    isStandardWebhook({ headers: request.headers as Record<string, string> })
  )
    return stranger;
  const peer = { address: request.socket.remoteAddress ?? "", headers: request.headers };
  if (access === "anyone" || access === "signed") return stranger;
  if (access === "admitted") {
    await authenticator.admit(peer);
    return stranger;
  }
  const principal = await authenticator.authenticate(peer);
  if (includes(principal.role, access)) return principal;
  throw new HttpError(403, "Forbidden", `This needs the role ${access}; the token has ${principal.role}.`);
}
