/** What the OpenAPI document says of endpoints, from the same table that they run from. */
import type { FastifySchema } from "fastify";
import { VERSION } from "../version.ts";
import type { Access, Endpoint } from "./endpoint.ts";

const tags = {
  Webhooks: "What platforms send.",
  Events: "What came in, what followed, and letting it follow anew.",
  Integrations: "Connections to external systems.",
  Rules: "What is done when an event arrives.",
  Notifications: "Who hears about what: routes, what they told, silences.",
  Records: "Who did what, and what was not let in.",
  Server: "The program itself.",
} as const satisfies Record<Endpoint["tag"], string>;

/** The document without its paths. */
export const openapiFrame = {
  openapi: "3.1.0",
  info: {
    title: "Plumbline",
    version: VERSION,
    summary: "External systems in the state that is written down in Git",
    description:
      "Errors are problem documents (RFC 9457). While no token exists, all but webhooks, health and readiness " +
      "answers only programs on the same host.",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
  },
  tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
  components: {
    securitySchemes: {
      bearer: { type: "http", scheme: "bearer", description: "A token of `plumbline token create`." },
      signature: {
        type: "apiKey",
        in: "header",
        name: "webhook-signature",
        description:
          "Standard Webhooks, with webhook-id and webhook-timestamp, by a sender that plumbline.config.yaml names.",
      },
    },
  },
} as const;

const reasons: Readonly<Record<number, string>> = {
  400: "Something is not well-formed.",
  401: "No token, or a wrong one; of a webhook: not authenticated.",
  403: "The token has too low a role or another namespace.",
  404: "There is no such thing.",
  405: "The webhook does not take this method.",
  409: "It stands against something else.",
  413: "The body is too large.",
  415: "The body has a type or encoding that is not taken.",
  422: "The system, or its connector, does not take this.",
  429: "Too much; come back after Retry-After.",
  502: "The system refused or failed.",
  503: "Not now; come back after Retry-After.",
  504: "The system did not answer in time.",
};

/** Statuses that follow from who is answered. */
const byAccess: Readonly<Record<Access, readonly number[]>> = {
  anyone: [],
  admitted: [401],
  signed: [400],
  viewer: [400, 401, 403, 429],
  operator: [400, 401, 403, 429],
  admin: [400, 401, 403, 429],
};

/** The name of the problem document's schema. */
export const PROBLEM = "Problem";

/** Marks a body that no schema looks into. */
export const RAW = "x-plumbline-raw";

/** @returns the framework's schema of an endpoint. */
export function schemaOf(endpoint: Endpoint): FastifySchema {
  const { operationId, summary, tag, access, orSigned, params, query, body, rawBody, hidden } = endpoint;
  const secured = access in { viewer: 1, operator: 1, admin: 1 };
  return {
    operationId,
    summary,
    tags: [tag],
    hide: hidden === true,
    security: secured ? [{ bearer: [] }, ...(orSigned ? [{ signature: [] }] : [])] : [],
    ...(secured ? { description: `Needs the role ${access}${orSigned ? ", or a signature" : ""}.` } : {}),
    ...(params ? { params } : {}),
    ...(query ? { querystring: query } : {}),
    ...(body ? { body } : {}),
    ...(rawBody && endpoint.method === "POST" ? { body: { description: rawBody, [RAW]: true } } : {}),
    response: responses(endpoint),
  };
}

function responses({ answers, access, errors = [], method, body }: Endpoint): Record<string, unknown> {
  const entries = Object.entries(answers).map(([status, answer]) => {
    if (answer === null) return [status, { type: "null", description: "Done." }];
    if ("media" in answer) {
      const { media, description } = answer;
      return [status, { description, content: { [media]: { schema: { type: "string" } } } }];
    }
    const description = Number(status) < 400 ? "Done." : reasons[Number(status)];
    return [status, { description, content: { "application/json": { schema: answer } } }];
  });
  const withBody = method === "POST" && body ? [413, 415] : [];
  const problems = [...new Set([...byAccess[access], ...withBody, ...errors])]
    .filter((status) => !(status in answers))
    .map((status) => [
      status,
      { description: reasons[status], content: { "application/problem+json": { schema: { $ref: `${PROBLEM}#` } } } },
    ]);
  return Object.fromEntries([...entries, ...problems]);
}
