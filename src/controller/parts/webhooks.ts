/**
 * Which Integrations take webhooks, and taking one in.
 *
 * The secrets are read for a short time only, so that a rotated one counts soon; a credential that cannot be had does
 * not keep the others from proving a webhook.
 */
import type { Integration } from "../../api/index.ts";
import { ConnectorError } from "../../connector-kit/errors.ts";
import type { Events } from "../../connector-kit/event-contract.ts";
import type { Receiver } from "../../events/receive.ts";
import type { Manifest } from "../../manifests/types.ts";
import type { ObjectName, WebhooksPart, WebhookTarget } from "../../server/parts.ts";
import type { Current } from "../current.ts";
import { type Available, SECRETS_AGE } from "../sessions.ts";

export interface WebhookOptions {
  current(): Current | undefined;
  receiver: Receiver;
  /** Reads what can be had of the secrets. @throws ConnectorError for a connection that cannot be right. */
  resolve(manifest: Manifest<Integration>): Promise<Available>;
  /** Milliseconds that never go back. */
  monotonic(): number;
}

interface Known extends Available {
  manifest: Manifest<Integration>;
  readAt: number;
}

export function webhooksPart({ current, receiver, resolve, monotonic }: WebhookOptions): WebhooksPart {
  const known = new Map<string, Known>();
  let targets: { of: Current | undefined; list: readonly WebhookTarget[] } | undefined;

  async function resolved(owner: string, manifest: Manifest<Integration>): Promise<Available> {
    const before = known.get(owner);
    const now = monotonic();
    if (before?.manifest === manifest && now - before.readAt < SECRETS_AGE) return before;
    const fresh = { ...(await resolve(manifest)), manifest, readAt: now };
    known.set(owner, fresh);
    return fresh;
  }

  return {
    targets() {
      const now = current();
      if (targets?.of !== now || !targets) targets = { of: now, list: webhookTargets(now) };
      return targets.list;
    },
    tooLarge(target, request) {
      receiver.tooLarge(`${target.namespace}/${target.name}`, request);
    },
    async receive(target, { query, ...request }) {
      const found = endpointOf(current(), target);
      if (!found) return { status: 404 };
      const { manifest, events, platform } = found;
      try {
        const { connection, credentials, faults } = await resolved(`${target.namespace}/${target.name}`, manifest);
        const { namespace, name } = target;
        return await receiver.receive(
          { namespace, name, platform, events, connection, credentials, faults },
          { ...request, query },
        );
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        return receiver.notConfigured(`${target.namespace}/${target.name}`, { ...request, query }, error.message);
      }
    },
  };
}

/** @returns the Integrations in force that take webhooks. */
export function webhookTargets(current: Current | undefined): readonly WebhookTarget[] {
  return (current?.integrations ?? []).flatMap(({ object: { metadata, spec } }) => {
    const target = { namespace: metadata.namespace ?? "default", name: metadata.name, platform: spec.platform };
    return endpointOf(current, target) ? [target] : [];
  });
}

function endpointOf(
  current: Current | undefined,
  { namespace, name }: ObjectName,
): { manifest: Manifest<Integration>; events: Events; platform: string } | undefined {
  const owner = `${namespace}/${name}`;
  const manifest = current?.integration(owner);
  const events = current?.connector(owner)?.connector.events;
  if (!manifest || !events || manifest.object.spec.events?.enabled !== true) return undefined;
  return { manifest, events, platform: manifest.object.spec.platform };
}
