/** From an endpoint of the table to a route of the framework: its call, its answer, its line in the audit log. */
import type { FastifyInstance, FastifyReply } from "fastify";
import { takeBytes } from "./bodies.ts";
import type { Answer, Call, Endpoint } from "./endpoint.ts";
import { asHttpError } from "./http-error.ts";
import type { Known, KnownRequests } from "./known.ts";
import { schemaOf } from "./openapi.ts";
import type { ServerParts } from "./parts.ts";
import { rawRequestOf } from "./raw-request.ts";

/** @param known what the hooks found out of each request. */
export function addEndpoint(app: FastifyInstance, endpoint: Endpoint, parts: ServerParts, known: KnownRequests): void {
  app.register(async (scope) => {
    if (endpoint.rawBody) takeBytes(scope);
    scope.route({
      method: endpoint.method,
      url: endpoint.path,
      exposeHeadRoute: endpoint.method === "GET" && !endpoint.rawBody,
      schema: schemaOf(endpoint),
      config: { access: endpoint.access, ...(endpoint.orSigned ? { orSigned: true } : {}) },
      async handler(request, reply) {
        const { trace, principal, contentType } = known.get(request) as Known;
        const { params, query } = request;
        const raw = rawRequestOf(request, trace, contentType);
        let signal: AbortSignal | undefined;
        const call = {
          ...{ principal, params, query, body: request.body ?? {}, trace, raw },
          get signal() {
            signal ??= whileListening(reply);
            return signal;
          },
        };
        return send(reply, await audited(endpoint, call, parts));
      },
    });
  });
}

function whileListening(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

function send(reply: FastifyReply, { status, headers = {}, body }: Answer): FastifyReply {
  const type = typeof body === "string" ? "text/plain; charset=utf-8" : "application/json; charset=utf-8";
  reply.code(status).headers({ "content-type": type, ...headers });
  return reply.send(typeof body === "string" || body === undefined ? body : JSON.stringify(body));
}

/** Runs an endpoint; what changes something is written down, also when it failed half-way. */
async function audited(
  endpoint: Endpoint,
  call: Call<unknown, unknown, unknown>,
  { store, now, log }: ServerParts,
): Promise<Answer> {
  const write = async (outcome: "done" | "failed", code?: string) => {
    if (!endpoint.audit) return;
    const { details, ...what } = endpoint.audit(call);
    const more = { ...details, ...(code === undefined ? {} : { code }) };
    const { principal, trace } = call;
    try {
      await store.audit.append([{ at: now(), actor: principal.actor, outcome, trace, ...what, details: more }]);
    } catch (error) {
      log.error({ trace, error, ...what }, "done, but not written to the audit log");
    }
  };
  try {
    const answer = await endpoint.handle(call);
    await write("done");
    return answer;
  } catch (error) {
    const { status, code } = asHttpError(error);
    // What was refused before it began changed nothing.
    if (status !== 400 && status !== 403 && status !== 404) await write("failed", code);
    throw error;
  }
}
