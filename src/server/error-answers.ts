/** What goes wrong in a request, as the problem document that answers it. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Endpoint } from "./endpoint.ts";
import { asHttpError, HttpError, PROBLEM_TYPE, problemOf } from "./http-error.ts";
import type { KnownRequests } from "./known.ts";
import type { ServerParts } from "./parts.ts";
import { rawRequestOf } from "./raw-request.ts";
import { recordTooLarge } from "./routes/webhooks.ts";

/** @returns 405 where only the method is wrong, else 404. */
export function notThere(endpoints: readonly Endpoint[], request: FastifyRequest): HttpError {
  const [path = ""] = request.url.split("?");
  const there = endpoints.filter((one) => matches(one.path, path)).map(({ method }) => method);
  if (there.length === 0) return new HttpError(404, "NotFound", "There is nothing at this address.");
  const allow = [...new Set(there.includes("GET") ? ["HEAD", ...there] : there)].sort().join(", ");
  return new HttpError(405, "MethodNotAllowed", `This address takes ${allow}.`, { headers: { allow } });
}

function matches(pattern: string, path: string): boolean {
  const [want, have] = [pattern.split("/"), path.split("/")];
  return (
    want.length === have.length &&
    want.every((part, at) => (part.startsWith(":") ? have[at] !== "" : part === have[at]))
  );
}

/** What nobody foresaw is logged. */
export function sendError(
  parts: ServerParts,
  known: KnownRequests,
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const error = asHttpError(thrown);
  const trace = known.get(request)?.trace;
  if (error.code === "TooLarge" && !(thrown instanceof HttpError)) keepTooLarge(parts, request, trace);
  if (error.status >= 500) {
    parts.log.error(
      { trace, method: request.method, route: request.routeOptions.url, error: error.cause ?? error },
      error.message,
    );
  }
  return sendProblem(reply, error, trace);
}

/** What was larger than is read, the framework refuses before an endpoint is asked: who would have taken it is told. */
function keepTooLarge(parts: ServerParts, request: FastifyRequest, trace = ""): void {
  const { access, orSigned } = request.routeOptions.config;
  const raw = () => rawRequestOf(request, trace, undefined);
  if (access === "signed") recordTooLarge(parts, request.params as { namespace?: string; name?: string }, raw());
  else if (orSigned) parts.events.tooLarge(raw());
}

/** @param trace undefined before one is known. */
export function sendProblem(reply: FastifyReply, error: HttpError, trace: string | undefined): FastifyReply {
  reply.code(error.status).headers({ ...error.headers, "content-type": PROBLEM_TYPE });
  return reply.send(JSON.stringify(problemOf(error, trace)));
}
