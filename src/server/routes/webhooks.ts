/**
 * Webhooks: the one thing that strangers may send. The path says which Integration it is for; whether it is
 * genuine, the receiver decides on the bytes as they came.
 */
import { DEFAULT_NAMESPACE } from "../../api/metadata.ts";
import { Type } from "../../api/schema.ts";
import { type Answer, type Endpoint, endpoint } from "../endpoint.ts";
import { HttpError } from "../http-error.ts";
import type { RawRequest, ServerParts, WebhookTarget } from "../parts.ts";
import { resolveTarget } from "../webhook-address.ts";

export const FULL_PATH = "/api/webhooks/:namespace/:name";
export const SHORT_PATH = "/api/webhooks/:name";

const segment = Type.String({ maxLength: 253 });
const Full = Type.Object({ namespace: segment, name: segment });
const Short = Type.Object({
  name: Type.String({ ...segment, description: "A name in the namespace `default`, or a platform that it has once." }),
});

/** The methods that platforms use, and what for. Others get 405. */
const methods = [
  { method: "POST", summary: "Takes a webhook in", id: "receiveWebhook" },
  { method: "GET", summary: "Answers a platform's handshake", id: "webhookHandshake" },
  { method: "HEAD", summary: "Answers a platform's handshake", id: "webhookHead" },
  { method: "OPTIONS", summary: "Answers a platform's handshake", id: "webhookOptions" },
] as const;

type Parts = Pick<ServerParts, "webhooks" | "metrics" | "log">;

export function webhookEndpoints(parts: Parts): Endpoint[] {
  return methods.flatMap(({ method, summary, id }) => {
    const row = {
      method,
      summary,
      tag: "Webhooks",
      access: "signed",
      rawBody: "As the platform sends it.",
      hidden: method === "HEAD" || method === "OPTIONS",
      answers: { 200: { media: "text/plain", description: "Taken; also for one that came before." } },
      errors: [401, 404, 405, 409, 413, 415, 429, 503],
    } as const;
    return [
      endpoint({
        ...row,
        path: FULL_PATH,
        operationId: id,
        params: Full,
        handle: ({ raw, params }) => receiveWebhook(parts, raw, params.namespace, params.name),
      }),
      endpoint({
        ...row,
        path: SHORT_PATH,
        operationId: `${id}InDefault`,
        params: Short,
        handle: ({ raw, params }) => receiveWebhook(parts, raw, undefined, params.name),
      }),
    ];
  });
}

/** @param last a name, or without a namespace a platform. @throws HttpError for what is refused */
export async function receiveWebhook(
  { webhooks, metrics, log }: Parts,
  raw: RawRequest,
  namespace: string | undefined,
  last: string,
): Promise<Answer> {
  const target = targetOf(webhooks.targets(), log, raw, namespace, last);
  const { status, headers, body = "" } = await webhooks.receive(target, raw);
  metrics.webhooks.inc({ integration: `${target.namespace}/${target.name}`, status: String(status) });
  if (status >= 400 && !body) throw refused(status, headers ?? {});
  return { status, headers: headers ? { ...PLAIN, ...headers } : PLAIN, body };
}

const PLAIN = { "content-type": "text/plain; charset=utf-8" };

/**
 * Keeps on record that a webhook was larger than is read. The server refuses it before this endpoint is asked.
 *
 * @param params of its path.
 */
export function recordTooLarge(
  { webhooks, metrics }: Pick<ServerParts, "webhooks" | "metrics">,
  { namespace, name = "" }: { namespace?: string; name?: string },
  raw: RawRequest,
): void {
  try {
    const target = resolveTarget(webhooks.targets(), namespace, name);
    webhooks.tooLarge(target, raw);
    metrics.webhooks.inc({ integration: `${target.namespace}/${target.name}`, status: "413" });
  } catch (error) {
    if (!(error instanceof HttpError)) throw error; // it leads to no Integration
  }
}

/** A wrong address is the commonest mistake of a set-up, and the sender is told nothing: the log is. */
function targetOf(
  targets: readonly WebhookTarget[],
  log: ServerParts["log"],
  { trace, remoteAddress }: RawRequest,
  namespace: string | undefined,
  last: string,
): WebhookTarget {
  try {
    return resolveTarget(targets, namespace, last);
  } catch (error) {
    if (error instanceof HttpError) {
      const why = error.status === 404 ? "No Integration of this name has `events: { enabled: true }`." : error.message;
      const facts = { namespace: namespace ?? DEFAULT_NAMESPACE, address: last, trace, remoteAddress };
      log.warn(facts, `A webhook came to an address that leads nowhere. ${why}`);
    }
    throw error;
  }
}

/** The sender gets no hint why: the operator finds the reason under /api/refusals. */
function refused(status: number, headers: Readonly<Record<string, string>>): HttpError {
  switch (status) {
    case 401:
    case 403:
      return new HttpError(status, "Unauthenticated", "The webhook was not authenticated.", { headers });
    case 404:
      return new HttpError(404, "NotFound", "No webhook has this address.", { headers });
    case 405:
      return new HttpError(405, "MethodNotAllowed", "This webhook takes POST.", {
        headers: { allow: "POST", ...headers },
      });
    case 413:
      return new HttpError(413, "TooLarge", "The body is larger than this endpoint takes.", { headers });
    case 415:
      return new HttpError(415, "UnsupportedMediaType", "The body has an encoding or type that is not taken.", {
        headers,
      });
    case 429:
    case 503: {
      const why = status === 429 ? "The queue is full." : "The webhook cannot be taken now.";
      return new HttpError(status, "Unavailable", why, { headers: { "retry-after": "5", ...headers } });
    }
    default:
      return new HttpError(status, status < 500 ? "BadRequest" : "Internal", "The webhook was not taken.", { headers });
  }
}
