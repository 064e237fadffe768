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
  let ways: { of: Current | undefined; to: ReadonlyMap<ObjectName, Way>; list: readonly WebhookTarget[] } | undefined;

  function waysNow(): NonNullable<typeof ways> {
    const of = current();
    if (ways?.of === of && ways) return ways;
    const list = webhookTargets(of);
    const to = new Map<ObjectName, Way>();
    for (const target of list) {
      const way = wayTo(of, target);
      if (way) to.set(target, way);
    }
    ways = { of, list, to };
    return ways;
  }

  /** What is known and young enough; undefined when it has to be read. */
  function fresh(owner: string, manifest: Manifest<Integration>): Available | undefined {
    const before = known.get(owner);
    return before?.manifest === manifest && monotonic() - before.readAt < SECRETS_AGE ? before : undefined;
  }

  async function read(owner: string, manifest: Manifest<Integration>): Promise<Available> {
    const readAt = monotonic();
    const found = { ...(await resolve(manifest)), manifest, readAt };
    known.set(owner, found);
    return found;
  }

  return {
    targets: () => waysNow().list,
    tooLarge(target, request) {
      receiver.tooLarge(`${target.namespace}/${target.name}`, request);
    },
    async receive(target, request) {
      // The target is one of the list, unless the manifests have changed since.
      const found = waysNow().to.get(target) ?? wayTo(current(), target);
      if (!found) return { status: 404 };
      const { owner, manifest, events, platform } = found;
      const { namespace, name } = target;
      try {
        const { connection, credentials, faults } = fresh(owner, manifest) ?? (await read(owner, manifest));
        const endpoint = { namespace, name, platform, events, connection, credentials, faults };
        return await receiver.receive(endpoint, request);
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        return receiver.notConfigured(owner, request, error.message);
      }
    },
  };
}

/** @returns the Integrations in force that take webhooks. */
export function webhookTargets(current: Current | undefined): readonly WebhookTarget[] {
  return (current?.integrations ?? []).flatMap(({ object: { metadata, spec } }) => {
    const target = { namespace: metadata.namespace ?? "default", name: metadata.name, platform: spec.platform };
    return wayTo(current, target) ? [target] : [];
  });
}

/** What the webhooks of an address lead to. */
interface Way {
  /** `namespace/name`. */
  owner: string;
  manifest: Manifest<Integration>;
  events: Events;
  platform: string;
}

function wayTo(current: Current | undefined, { namespace, name }: ObjectName): Way | undefined {
  const owner = `${namespace}/${name}`;
  const manifest = current?.integration(owner);
  const events = current?.connector(owner)?.connector.events;
  if (!manifest || !events || manifest.object.spec.events?.enabled !== true) return undefined;
  return { owner, manifest, events, platform: manifest.object.spec.platform };
}
