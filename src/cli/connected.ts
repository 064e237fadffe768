/** A command that asks one system: which Integration is meant, and the connections that end with it. */
import type { Integration } from "../api/integration.ts";
import type { Manifest, Platform } from "../manifests/types.ts";
import type { Invocation } from "./command.ts";
import { type Connections, createConnections } from "./compose.ts";
import { UserError } from "./errors.ts";
import { listenForInterrupts } from "./interrupt.ts";
import { createProgress } from "./progress.ts";
import { findIntegrations } from "./selection.ts";
import type { Settings, Workspace } from "./workspace.ts";

/** @throws UserError for a name that nothing has, or several in different namespaces. */
export async function oneIntegration(
  { integrations, platforms }: Workspace,
  name: string,
): Promise<{ manifest: Manifest<Integration>; platform: Platform }> {
  const objects = integrations.map(({ object }) => object);
  const { named, rest } = findIntegrations(name, objects);
  if (rest !== "") throw new UserError(`"${name}" is more than the name of an Integration.`);
  if (named.length > 1) {
    const all = named.map(({ metadata }) => `${metadata.namespace ?? "default"}/${metadata.name}`).join(", ");
    throw new UserError(`"${name}" is the name of several Integrations: ${all}. Name one with its namespace.`);
  }
  const manifest = integrations.find(({ object }) => object === named[0]) as Manifest<Integration>;
  const platform = await platforms.load(manifest.object.spec.platform);
  if (typeof platform === "object") return { manifest, platform };
  throw new UserError(`The connector of ${manifest.object.spec.platform} is not loaded.`);
}

/**
 * Runs something with connections, which end with it; a signal stops waiting for it.
 *
 * @throws Interrupted, and what `run` throws.
 */
export async function connected<T>(
  invocation: Invocation,
  settings: Settings,
  run: (connections: Connections) => Promise<T>,
): Promise<T> {
  const { surroundings, output } = invocation;
  const progress = createProgress(surroundings, output);
  const interruption = listenForInterrupts(surroundings, () => undefined);
  const connections = createConnections(invocation, settings, progress);
  try {
    return await interruption.race(run(connections));
  } finally {
    progress.end();
    interruption.end();
    await connections.close();
  }
}
