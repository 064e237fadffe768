/** Rules, and what the last passes found to differ. */

import { optionalMoment } from "../../api/moments.ts";
import { Type } from "../../api/schema.ts";
import { maySee, type Principal } from "../auth.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { listedNamespace } from "../paging.ts";
import type { ObjectName, ServerParts } from "../parts.ts";
import { DriftSchema, listOf, namespaceFilter, RuleSchema } from "../schemas.ts";
import { followerView } from "../views.ts";

const Query = Type.Object(namespaceFilter, { additionalProperties: false });

export function ruleEndpoints({ rules, drift }: Pick<ServerParts, "rules" | "drift">): Endpoint[] {
  return [
    endpoint({
      method: "GET",
      path: "/api/rules",
      operationId: "listRules",
      summary: "Lists Rules with their conditions, what they followed last and what went wrong last",
      tag: "Rules",
      access: "viewer",
      query: Query,
      answers: { 200: listOf(RuleSchema) },
      handle: async ({ principal, query }) => ({
        status: 200,
        body: { items: seen(await rules.list(), principal, query.namespace).map(followerView) },
      }),
    }),
    endpoint({
      method: "GET",
      path: "/api/drift",
      operationId: "listDrift",
      summary: "Shows what the last pass over each Integration found to differ; asks no system",
      tag: "Integrations",
      access: "viewer",
      query: Query,
      answers: { 200: listOf(DriftSchema) },
      async handle({ principal, query }) {
        const items = seen(await drift.list(), principal, query.namespace).map(({ checkedAt, ...report }) => ({
          ...report,
          ...optionalMoment("checkedAt", checkedAt),
        }));
        return { status: 200, body: { items } };
      },
    }),
  ];
}

function seen<T extends ObjectName>(all: readonly T[], principal: Principal, asked: string | undefined): T[] {
  const namespace = asked === undefined ? undefined : listedNamespace(principal, asked);
  return all.filter((one) => (namespace ? one.namespace === namespace : maySee(principal, one.namespace)));
}
