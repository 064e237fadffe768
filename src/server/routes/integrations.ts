/** Integrations: how they are, and what can be done with one at once. Each address also goes without its namespace. */
import type { Static, TSchema } from "typebox";
import { DEFAULT_NAMESPACE } from "../../api/metadata.ts";
import { optionalMoment } from "../../api/moments.ts";
import { Type } from "../../api/schema.ts";
import { maySee } from "../auth.ts";
import {
  type Answer,
  type Audited,
  type Call,
  type Endpoint,
  endpoint,
  notFound,
  requireNamespace,
} from "../endpoint.ts";
import { listedNamespace } from "../paging.ts";
import type { ObjectName, ServerParts } from "../parts.ts";
import {
  DefaultPath,
  ExecuteBody,
  ExecuteSchema,
  HealthSchema,
  IntegrationSchema,
  listOf,
  namespaceFilter,
  ObjectPath,
  ReconcileBody,
  ReconcileSchema,
  StatsSchema,
  TestSchema,
} from "../schemas.ts";

/** What is done with one Integration. */
interface Operation<B extends TSchema> extends Pick<Endpoint, "method" | "summary" | "access" | "answers" | "errors"> {
  id: string;
  /** After the Integration's path. */
  below: string;
  body?: B;
  audit?(call: { body: Static<B> }): Pick<Audited, "action" | "details">;
  run(name: ObjectName, call: Call<unknown, unknown, Static<B>>): Promise<Answer>;
}

export function integrationEndpoints({ integrations }: Pick<ServerParts, "integrations">): Endpoint[] {
  return [
    endpoint({
      method: "GET",
      path: "/api/integrations",
      operationId: "listIntegrations",
      summary: "Lists Integrations with their conditions",
      tag: "Integrations",
      access: "viewer",
      query: Type.Object(namespaceFilter, { additionalProperties: false }),
      answers: { 200: listOf(IntegrationSchema) },
      async handle({ principal, query }) {
        const namespace = query.namespace === undefined ? undefined : listedNamespace(principal, query.namespace);
        const all = await integrations.list();
        const items = all.filter((one) => (namespace ? one.namespace === namespace : maySee(principal, one.namespace)));
        return { status: 200, body: { items } };
      },
    }),
    ...both<TSchema>({
      id: "getIntegration",
      method: "GET",
      below: "",
      summary: "Shows one Integration",
      access: "viewer",
      answers: { 200: IntegrationSchema },
      run: async (name) => found(await integrations.get(name)),
    }),
    ...both<TSchema>({
      id: "testIntegration",
      method: "POST",
      below: "/test",
      summary: "Tests the connection now: where it breaks, whose account it is",
      access: "operator",
      answers: { 200: TestSchema },
      run: async (name, { signal }) => found(await integrations.test(name, signal)),
    }),
    ...both<typeof ExecuteBody>({
      id: "executeAction",
      method: "POST",
      below: "/execute",
      summary: "Carries out one action of the connector, once",
      access: "operator",
      body: ExecuteBody,
      answers: { 200: ExecuteSchema },
      errors: [409, 422, 502, 503, 504],
      audit: ({ body }) => ({ action: "execute", details: { action: body.action } }),
      run: async (name, { body, signal }) => {
        const { action, parameters = {} } = body;
        return found(await integrations.execute(name, { action, parameters }, signal));
      },
    }),
    ...both<typeof ReconcileBody>({
      id: "reconcileIntegration",
      method: "POST",
      below: "/reconcile",
      summary: "Compares soon, without waiting for the interval",
      access: "operator",
      body: ReconcileBody,
      answers: { 202: ReconcileSchema },
      audit: ({ body }) => ({ action: "reconcile", details: { ...body } }),
      run: async (name, { body }) => found(await integrations.reconcile(name, body), 202),
    }),
    ...both<TSchema>({
      id: "integrationHealth",
      method: "GET",
      below: "/health",
      summary: "Says how the last look at the connection came out",
      access: "viewer",
      answers: { 200: HealthSchema },
      async run(name) {
        const { checkedAt, ...health } = (await integrations.health(name)) ?? notFound("Integration");
        return { status: 200, body: { ...health, ...optionalMoment("checkedAt", checkedAt) } };
      },
    }),
    ...both<TSchema>({
      id: "integrationStats",
      method: "GET",
      below: "/stats",
      summary: "Counts calls, errors, latency and what is left of limits",
      access: "viewer",
      answers: { 200: StatsSchema },
      async run(name) {
        const { limits, lastEventAt, ...stats } = (await integrations.stats(name)) ?? notFound("Integration");
        const shown = limits.map(({ resetAt, ...limit }) => ({ ...limit, ...optionalMoment("resetAt", resetAt) }));
        return { status: 200, body: { ...stats, limits: shown, ...optionalMoment("lastEventAt", lastEventAt) } };
      },
    }),
  ];
}

/** @returns the operation under `/:namespace/:name` and, for the namespace `default`, under `/:name`. */
function both<B extends TSchema>({ id, below, run, audit, ...row }: Operation<B>): Endpoint[] {
  const at = (path: string, operationId: string, params: TSchema) =>
    endpoint<TSchema, TSchema, B>({
      ...row,
      tag: "Integrations",
      path: `/api/integrations${path}${below}`,
      operationId,
      params,
      errors: [404, ...(row.errors ?? [])],
      ...(audit
        ? { audit: (call) => ({ ...audit(call), resourceType: "integration", resourceId: idOf(nameOf(call.params)) }) }
        : {}),
      async handle(call) {
        const name = nameOf(call.params);
        requireNamespace(call.principal, name.namespace);
        return run(name, call);
      },
    });
  return [at("/:namespace/:name", id, ObjectPath), at("/:name", `${id}InDefault`, DefaultPath)];
}

function nameOf(params: unknown): ObjectName {
  const { namespace = DEFAULT_NAMESPACE, name } = params as { namespace?: string; name: string };
  return { namespace, name };
}

const idOf = ({ namespace, name }: ObjectName) => `${namespace}/${name}`;

function found(value: object | undefined, status = 200): Answer {
  return { status, body: value ?? notFound("Integration") };
}
