/**
 * The HTTP server of the controller: one table of endpoints, and around it all that a stranger may try.
 *
 * The order of a request: trace and headers, who asks and whether they may (before a byte of the body is read),
 * the body within its limit, the schemas, the endpoint, the audit log. Everything that goes wrong on the way is a
 * problem document.
 */
import type { Socket } from "node:net";
import swagger from "@fastify/swagger";
import fastify, { type FastifyInstance } from "fastify";
import { createAuthenticator } from "./auth.ts";
import { addBodies } from "./bodies.ts";
import { createChecks } from "./checks.ts";
import { answerClientError } from "./client-errors.ts";
import { addDocsPage } from "./docs-page.ts";
import { allEndpoints } from "./endpoints.ts";
import { notThere, sendError, sendProblem } from "./error-answers.ts";
import { addHooks } from "./hooks.ts";
import { asHttpError } from "./http-error.ts";
import type { KnownRequests } from "./known.ts";
import { type ServerLimits, serverLimits } from "./limits.ts";
import { openapiFrame, PROBLEM } from "./openapi.ts";
import type { ServerParts } from "./parts.ts";
import { FailedTries } from "./peers.ts";
import { ProblemSchema } from "./schemas.ts";
import { addEndpoint } from "./serve-endpoint.ts";
import { openShortWay } from "./short-way.ts";

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

/**
 * Puts a server together; nothing listens yet.
 *
 * @param given limits that differ from {@link serverLimits}.
 */
export async function createServer(parts: ServerParts, given: Partial<ServerLimits> = {}): Promise<PlumblineServer> {
  const limits = { ...serverLimits, ...given };
  const app = createApp(limits);
  const known: KnownRequests = new WeakMap();
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
  addDocsPage(app);
  await app.ready();
  const shortWay = openShortWay(app.server, parts, limits);
  return {
    listen: (host, port) => app.listen({ host, port }),
    close() {
      shortWay.end();
      return closed(app);
    },
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
