/** Where webhooks go, which Integration a path means, and which sources belong to Integrations. */
import { DEFAULT_NAMESPACE } from "../api/metadata.ts";
import { HttpError } from "./http-error.ts";
import type { ObjectName, WebhookTarget } from "./parts.ts";

/** @returns where an Integration's webhooks go. @param publicUrl with or without a slash at its end. */
export function webhookAddress(publicUrl: string, { namespace, name }: ObjectName): string {
  const path = namespace === DEFAULT_NAMESPACE ? name : `${namespace}/${name}`;
  return `${publicUrl.replace(/\/+$/, "")}/api/webhooks/${path}`;
}

/**
 * @param targets those that accept webhooks. @param last a name or, without a namespace, a platform; a name goes first.
 * @throws HttpError 404 where there is none, 409 where a platform is several Integrations'. Neither names any: whoever
 *   asks has not proved who they are.
 */
export function resolveTarget(
  targets: readonly WebhookTarget[],
  namespace: string | undefined,
  last: string,
): WebhookTarget {
  const place = namespace ?? DEFAULT_NAMESPACE;
  for (const target of targets) if (target.name === last && target.namespace === place) return target;
  const within = targets.filter((target) => target.namespace === place);
  const [one, ...more] = namespace === undefined ? within.filter(({ platform }) => platform === last) : [];
  if (!one) throw new HttpError(404, "NotFound", "No webhook has this address.");
  if (more.length === 0) return one;
  throw new HttpError(409, "Conflict", "Several Integrations have this platform. Use the name of one in the address.");
}

/** Whether what is sent to an address comes to one Integration, by whichever of its addresses. */
export function leadsTo(
  address: string,
  { publicUrl, targets, target }: { publicUrl: string; targets: readonly WebhookTarget[]; target: ObjectName },
): boolean {
  if (!URL.canParse(address) || !URL.canParse(publicUrl)) return false;
  const [url, base] = [new URL(address), new URL(publicUrl)];
  const root = `${base.pathname.replace(/\/+$/, "")}/api/webhooks/`;
  if (url.origin !== base.origin || !url.pathname.startsWith(root)) return false;
  const segments = url.pathname.slice(root.length).split("/");
  const last = segments.pop() ?? "";
  if (last === "" || segments.length > 1) return false;
  try {
    const found = resolveTarget(targets, segments[0], last);
    return found.namespace === target.namespace && found.name === target.name;
  } catch (error) {
    if (error instanceof HttpError) return false;
    throw error;
  }
}

/**
 * Whether a posted event claims to come from an Integration: `/<namespace>/<name>`, in any spelling that a reader of
 * URIs takes for the same.
 */
export function isReservedSource(source: string, targets: readonly { namespace: string; name: string }[]): boolean {
  const path = normalPath(source);
  return path !== undefined && targets.some(({ namespace, name }) => path === `/${namespace}/${name}`);
}

/** @returns the path with dots and escapes resolved, in lower case as names are; undefined for another host's. */
function normalPath(source: string): string | undefined {
  const base = "https://plumbline.invalid";
  if (!URL.canParse(source, base)) return undefined;
  const url = new URL(source, base);
  if (url.origin !== base) return undefined;
  try {
    return decodeURIComponent(url.pathname).toLowerCase().replaceAll(/\/+/g, "/").replace(/\/$/, "");
  } catch {
    return undefined;
  }
}
