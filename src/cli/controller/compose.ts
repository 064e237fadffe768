/** Gives the controller what it knows nothing of: secrets, connections, the folder, chance. */
import { randomBytes, randomUUID } from "node:crypto";
import { join } from "node:path";
import { registerSecrets } from "../../connector-kit/http/connection.ts";
import { createGuardedClient, type GuardedClient } from "../../connector-kit/http/guarded-request.ts";
import { type Controller, createController } from "../../controller/controller.ts";
import type { ControllerOptions } from "../../controller/options.ts";
import { liveHostTrust } from "../../manifests/allowlist.ts";
import { resolveAvailableCredentials } from "../../manifests/secrets.ts";
import { LiveTemplates, readTemplates, TEMPLATES_FOLDER } from "../../notifications/render/index.ts";
import { ownerOf } from "../../reconcile/pass.ts";
import type { Logger } from "../../server/logger.ts";
import { createFolderSource } from "../../sources/folder.ts";
import type { LastingStore } from "../../store/types.ts";
import type { Invocation } from "../command.ts";
import { type Connections, composeRun } from "../compose.ts";
import { readSenders } from "./senders.ts";
import type { LiveSettings } from "./settings.ts";

export interface ComposeOptions {
  inputs: readonly string[];
  live: LiveSettings;
  connections: Connections;
  store: LastingStore;
  log: Logger;
  publicUrl(): string | undefined;
  /** The configuration's file, absolute, where there is one. */
  configurationFile: string | undefined;
}

/** @returns the controller, and what to close after it. */
export function composeController(
  invocation: Invocation,
  options: ComposeOptions,
): { controller: Controller; http: GuardedClient } {
  const { surroundings } = invocation;
  const { live, connections, store, log, publicUrl } = options;
  const { settings } = live;
  const http = createGuardedClient({
    trust: liveHostTrust(() => settings),
  });
  const templates = new LiveTemplates();
  const source = createFolderSource({
    inputs: options.inputs,
    cwd: surroundings.cwd,
    also: [
      ...(options.configurationFile === undefined ? [] : [options.configurationFile]),
      join(settings.folder, TEMPLATES_FOLDER),
    ],
    beside: async () => JSON.stringify([...(await readTemplates(settings.folder)).files]),
    load: () => live.load(),
    clock: surroundings.clock,
    onError: (error) => log.error({ error }, "the manifests could not be read"),
  });
  const controller = createController({
    store,
    source,
    platforms: () => settings.platforms,
    context: contextOf(invocation, options),
    open: (manifest, lane, watch) => connections.open(manifest, { lane, ...watch }),
    resolve: (manifest) => connections.resolve(manifest),
    resolveAvailable: availableOf(connections),
    hide: (secrets) => registerSecrets(connections.transport, secrets),
    senders: () => readSenders(settings, connections.secrets, (secret) => connections.transport.redactor.add(secret)),
    clean: (text) => connections.transport.redactor.redact(text),
    templates: async () => templates.next(await readTemplates(settings.folder)),
    http,
    publicUrl,
    clock: surroundings.clock,
    random: Math.random,
    randomBytes: pooledBytes(randomBytes),
    worker: `${surroundings.host}:${surroundings.pid}:${randomUUID()}`,
    log,
  });
  return { controller, http };
}

/** Bytes that are asked of the system at once: each webhook takes a few, and asking costs more than they do. */
const POOL = 4096;

/** @param draw unforeseeable bytes. @returns the same, each byte handed out once. */
function pooledBytes(draw: (count: number) => Buffer): (count: number) => Buffer {
  let pool: Buffer = Buffer.alloc(0);
  let used = 0;
  return (count) => {
    if (count > pool.length - used) {
      pool = draw(Math.max(count, POOL));
      used = 0;
    }
    used += count;
    return Buffer.from(pool.subarray(used - count, used));
  };
}

function contextOf(
  invocation: Invocation,
  { live: { settings }, connections }: ComposeOptions,
): ControllerOptions["context"] {
  return (manifest, { current, store, signal, lease }) => {
    const owner = ownerOf(manifest.object);
    return composeRun(invocation, {
      settings,
      integrations: current.integrations,
      selection: { integration: (one) => one === owner, change: () => true },
      connections,
      store,
      signal,
      keepKey: true,
      incomplete: current.snapshot.problems.length > 0,
      held: (one) => current.held("Integration", one),
      ...(lease ? { lease } : {}),
    });
  };
}

/** A token that cannot be had must not keep a webhook from being proven by its own secret. */
function availableOf(connections: Connections): ControllerOptions["resolveAvailable"] {
  return async (manifest) => {
    const found = await resolveAvailableCredentials(manifest.object.spec.credentials, connections.secrets);
    registerSecrets(connections.transport, found.credentials);
    return { ...found, connection: await connections.connection(manifest) };
  };
}
