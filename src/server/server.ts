/**
 * The HTTP server of the controller: one table of endpoints, and around it all that a stranger may try.
 *
 * The order of a request: trace and headers, who asks and whether they may (before a byte of the body is read),
 * the body within its limit, the schemas, the endpoint, the audit log. Everything that goes wrong on the way is a
 * problem document.
 */
import type { Socket } from "node:net";
import swagger from "@fastify/swagger";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { isStandardWebhook } from "../connector-kit/standard-webhooks.ts";
import { type Authenticator, createAuthenticator, includes, type Principal } from "./auth.ts";
import { assertShallow, createChecks } from "./checks.ts";
import { answerClientError } from "./client-errors.ts";
import { addDocsPage } from "./docs-page.ts";
import type { Access, Answer, Call, Endpoint } from "./endpoint.ts";
import { allEndpoints } from "./endpoints.ts";
import { securityHeaders } from "./headers.ts";
import { asHttpError, HttpError, problemOf } from "./http-error.ts";
import { type ServerLimits, serverLimits } from "./limits.ts";
import { openapiFrame, PROBLEM, schemaOf } from "./openapi.ts";
import type { ServerParts } from "./parts.ts";
import { FailedTries } from "./peers.ts";
import { rawRequestOf } from "./raw-request.ts";
import { recordTooLarge } from "./routes/webhooks.ts";
import { ProblemSchema } from "./schemas.ts";
import { traceOf, traceparent } from "./trace.ts";

export interface PlumblineServer {
  /** @param port 0 takes a free one. @returns where it listens, as `http://host:port`. */
  listen(host: string, port: number): Promise<string>;
  /** Takes no more requests, and ends when those under way are answered. */
  close(): Promise<void>;
  /** The OpenAPI document. */
  openapi(): object;
}

/** Milliseconds between two looks for connections that have fallen idle, while the server closes. */
const CLOSE_IDLE_EVERY = 50;

/** What is known of a request before its endpoint runs. */
interface Known {
  trace: string;
  principal: Principal;
  /** Its media type as it came, where the framework was shown another. */
  contentType?: string;
}

declare module "fastify" {
  interface FastifyContextConfig {
    access?: Access;
    orSigned?: boolean;
  }
}

/** For endpoints that ask nobody who they are. */
const stranger: Principal = { actor: "", role: "viewer", namespaces: [] };

/**
 * Puts a server together; nothing listens yet.
 *
 * @param given limits that differ from {@link serverLimits}.
 */
export async function createServer(parts: ServerParts, given: Partial<ServerLimits> = {}): Promise<PlumblineServer> {
  const limits = { ...serverLimits, ...given };
  const app = createApp(limits);
  const known = new WeakMap<FastifyRequest, Known>();
  const tries = new FailedTries(limits.failedTries, limits.failedWindow);
  const authenticator = createAuthenticator({ tokens: parts.store.tokens, now: parts.now, tries });
  const endpoints = allEndpoints(parts);

  addHooks(app, parts, known, authenticator);
  addBodies(app, limits);
  app.setValidatorCompiler(createChecks());
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.setErrorHandler((error, request, reply) => sendError(parts, known, error, request, reply));
  app.setNotFoundHandler((request) => {
    throw notThere(endpoints, request);
  });
  app.addSchema({ ...ProblemSchema, $id: PROBLEM });
  await app.register(swagger, {
    openapi: openapiFrame as object,
    refResolver: { buildLocalReference: ({ $id }) => String($id) },
  });
  await app.register(async (scope) => {
    for (const endpoint of endpoints) addEndpoint(scope, endpoint, parts, known);
  });
  app.get("/openapi.json", { schema: { hide: true }, config: { access: "admitted" } }, async () => app.swagger());
  await addDocsPage(app);
  await app.ready();
  return {
    listen: (host, port) => app.listen({ host, port }),
    close: () => closed(app),
    openapi: () => app.swagger(),
  };
}

/** A connection that answers while the server closes falls idle after that; it is not kept for its client's next request. */
async function closed(app: FastifyInstance): Promise<void> {
  const looking = setInterval(() => app.server.closeIdleConnections(), CLOSE_IDLE_EVERY);
  try {
    await app.close();
  } finally {
    clearInterval(looking);
  }
}

function createApp(limits: ServerLimits): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: limits.body,
    requestTimeout: limits.requestTimeout,
    connectionTimeout: limits.silence,
    keepAliveTimeout: limits.keepAlive,
    maxRequestsPerSocket: limits.requestsPerConnection,
    forceCloseConnections: "idle",
    requestIdHeader: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 1024 },
    http: {
      maxHeaderSize: limits.headers,
      headersTimeout: limits.headersTimeout,
      connectionsCheckingInterval: limits.checkInterval,
    },
    clientErrorHandler: (error, socket) => answerClientError(error, socket as Socket),
    frameworkErrors: (error, _, reply) => sendProblem(reply, asHttpError(error), undefined),
  });
  app.server.maxConnections = limits.connections;
  return app as unknown as FastifyInstance;
}

function addHooks(
  app: FastifyInstance,
  { log, metrics, random, now }: ServerParts,
  known: WeakMap<FastifyRequest, Known>,
  authenticator: Authenticator,
): void {
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
    const route = request.routeOptions.url ?? "unmatched";
    const status = reply.statusCode;
    const seconds = reply.elapsedTime / 1000;
    metrics.requests.inc({ method, route, status: String(status) });
    metrics.duration.observe({ method, route }, seconds);
    if (status === 401 || status === 403 || status === 429) metrics.refusals.inc({ status: String(status) });
    const { trace, principal } = known.get(request) ?? { trace: "", principal: stranger };
    const facts = {
      trace,
      method,
      route,
      status,
      took: Math.round(seconds * 1000),
      peer: request.socket.remoteAddress,
    };
    // A webhook that was taken is in the inbox; one that was refused is told of by who refused it.
    const isUsual = method === "GET" || method === "HEAD" || request.routeOptions.config.access === "signed";
    const say = isUsual ? log.debug : log.info;
    say({ ...facts, ...(principal.actor ? { actor: principal.actor } : {}) }, "answered");
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

/** Bodies are JSON; endpoints that want the bytes take them in a scope of their own. */
function addBodies(app: FastifyInstance, { depth }: ServerLimits): void {
  app.removeAllContentTypeParsers();
  const json = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, text, done) => {
    const encoding = request.headers["content-encoding"];
    if (encoding !== undefined && encoding !== "identity") {
      done(new HttpError(415, "UnsupportedMediaType", "The body has to come without Content-Encoding."));
      return;
    }
    json(request, text as string, (error, value) => {
      if (error) done(new HttpError(400, "BadRequest", "The body is no JSON, or names a prototype.", { cause: error }));
      else done(null, value);
    });
  });
  app.addHook("preValidation", async (request) => {
    if (!Buffer.isBuffer(request.body)) assertShallow(request.body, depth);
  });
}

function addEndpoint(
  app: FastifyInstance,
  endpoint: Endpoint,
  parts: ServerParts,
  known: WeakMap<FastifyRequest, Known>,
): void {
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

/** Hands bodies on as they came. The framework would refuse a media type that is not well-formed; it is not asked. */
function takeBytes(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", { parseAs: "buffer" }, (_, body, done) => done(null, body));
  scope.addHook("onRequest", async ({ raw: { headers } }) => {
    if (headers["content-type"] !== undefined) headers["content-type"] = "application/octet-stream";
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

/** @returns 405 where only the method is wrong, else 404. */
function notThere(endpoints: readonly Endpoint[], request: FastifyRequest): HttpError {
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

function sendError(
  parts: ServerParts,
  known: WeakMap<FastifyRequest, Known>,
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const error = asHttpError(thrown);
  const trace = known.get(request)?.trace;
  if (error.code === "TooLarge" && request.routeOptions.config.access === "signed") {
    recordTooLarge(
      parts,
      request.params as { namespace?: string; name?: string },
      rawRequestOf(request, trace ?? "", undefined),
    );
  }
  if (error.status >= 500) {
    parts.log.error(
      { trace, method: request.method, route: request.routeOptions.url, error: error.cause ?? error },
      error.message,
    );
  }
  return sendProblem(reply, error, trace);
}

function sendProblem(reply: FastifyReply, error: HttpError, trace: string | undefined): FastifyReply {
  reply.code(error.status).headers({ ...error.headers, "content-type": "application/problem+json" });
  return reply.send(JSON.stringify(problemOf(error, trace)));
}
