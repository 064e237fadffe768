/**
 * Puts a run together: the engine, and all that it is given.
 *
 * Secrets are resolved here and nowhere else. Each is made known to the redactor before anybody can
 * use it, so that nothing this command prints can hold it.
 */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { DEFAULT_NAMESPACE, type Integration } from "../api/index.ts";
import type { CompiledConnector } from "../connector-kit/compile.ts";
import { ConnectorError } from "../connector-kit/errors.ts";
import { parseDuration } from "../connector-kit/http/duration.ts";
import type { HostTrust } from "../connector-kit/http/public-address.ts";
import { createTransport, type Transport } from "../connector-kit/http/transport.ts";
import { openSession, type Session, type SessionOptions } from "../connector-kit/session.ts";
import { liveHostTrust } from "../manifests/allowlist.ts";
import { desiredEntries } from "../manifests/desired.ts";
import { SecretError } from "../manifests/secret-error.ts";
import { resolveConnection, resolveCredentials, resolveSecret, type SecretContext } from "../manifests/secrets.ts";
import type { DesiredEntry, Manifest, Platform } from "../manifests/types.ts";
import type { BaseContext, RunContext, Selection } from "../reconcile/pass.ts";
import { loadStateKey, type StateKey, stateKey } from "../store/key.ts";
import { isKeptElsewhere } from "../store/open.ts";
import type { HolderLock, Store } from "../store/types.ts";
import { VERSION } from "../version.ts";
import type { Invocation } from "./command.ts";
import { count } from "./plain-text.ts";
import { type Progress, showingWaits } from "./progress.ts";
import type { Settings } from "./workspace.ts";

/** Everything that asks systems goes through one of these. A session makes its credentials known to the redactor. */
export interface Connections {
  transport: Transport;
  /** Opens a session. @throws ConnectorError, its message without secrets. */
  open(manifest: Manifest<Integration>, options?: OpenOptions): Promise<Session>;
  /** Resolves what a session is opened with, anew. @throws ConnectorError AUTH for a secret that cannot be had. */
  resolve(manifest: Manifest<Integration>): Promise<ResolvedConnection>;
  /** Resolves a connection alone. @throws ConnectorError AUTH for a value that cannot be had. */
  connection(manifest: Manifest<Integration>): Promise<Record<string, unknown>>;
  /** Where secrets are looked up, as the settings are now. */
  readonly secrets: SecretContext;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Default `background`, which leaves room for what people and rules wait for. */
  lane?: SessionOptions["lane"];
  onRequest?: SessionOptions["onRequest"];
  onAnswer?: SessionOptions["onAnswer"];
  mayWrite?: SessionOptions["mayWrite"];
}

export interface ResolvedConnection {
  credentials: Record<string, string>;
  connection: Record<string, unknown>;
}

/** Makes the way out of this process, and lets it hide what it learns. The settings are looked at each time. */
export function createConnections(invocation: Invocation, settings: Settings, progress?: Progress): Connections {
  const { surroundings, output } = invocation;
  const { env, fetch, onAnswer } = surroundings;
  const clock = progress ? showingWaits(surroundings.clock, progress) : surroundings.clock;
  const trust: HostTrust = liveHostTrust(() => settings);
  const userAgent = `plumbline/${VERSION}`;
  const transport = createTransport({
    env,
    clock,
    trust,
    userAgent,
    ...(fetch ? { fetch } : {}),
    ...(onAnswer ? { onAnswer } : {}),
  });
  output.redactWith((text) => transport.redactor.redact(text));
  const secrets = (): SecretContext => ({
    env,
    readFile: (file) => readFile(file, "utf8"),
    folder: settings.folder,
    ...(settings.allow ? { allow: settings.allow } : {}),
  });
  return {
    transport,
    get secrets() {
      return secrets();
    },
    resolve: (manifest) => resolveOne(manifest, settings, secrets()),
    connection: async ({ object }) => {
      const platform = (await settings.platforms.load(object.spec.platform)) as Platform;
      return resolved(async () => resolveConnection(object, platform, secrets()));
    },
    open: (manifest, options = {}) => openOne(manifest, settings, transport, secrets(), { progress, ...options }),
    close: () => transport.close(),
  };
}

async function openOne(
  manifest: Manifest<Integration>,
  settings: Settings,
  transport: Transport,
  secrets: SecretContext,
  { progress, lane = "background", onRequest, onAnswer, mayWrite }: OpenOptions & { progress: Progress | undefined },
): Promise<Session> {
  const { metadata, spec } = manifest.object;
  const platform = (await settings.platforms.load(spec.platform)) as Platform;
  let sent = 0;
  return openSession(platform.compiled.connector, {
    transport,
    ...(await resolveOne(manifest, settings, secrets)),
    lane,
    namespace: metadata.namespace ?? DEFAULT_NAMESPACE,
    ...(spec.rateLimit ? { rateLimit: spec.rateLimit } : {}),
    onRequest: (request) => {
      sent += 1;
      progress?.show(
        `${metadata.name}: ${request.kind === "write" ? "writing" : "reading"}, ${count(sent, "request")}`,
      );
      onRequest?.(request);
    },
    ...(onAnswer ? { onAnswer } : {}),
    ...(mayWrite ? { mayWrite } : {}),
  });
}

async function resolveOne(
  { object }: Manifest<Integration>,
  { platforms }: Settings,
  secrets: SecretContext,
): Promise<ResolvedConnection> {
  const platform = (await platforms.load(object.spec.platform)) as Platform;
  return resolved(async () => ({
    credentials: await resolveCredentials(object.spec.credentials, secrets),
    connection: resolveConnection(object, platform, secrets),
  }));
}

/** A secret that cannot be had is a failed sign-in to everybody who looks at codes. */
async function resolved<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof SecretError) throw new ConnectorError("AUTH", error.message, { cause: error });
    throw error;
  }
}

export interface RunOptions {
  settings: Settings;
  integrations: readonly Manifest<Integration>[];
  selection: Selection;
  connections: Connections;
  store: Store;
  signal: AbortSignal;
  /** The right to write, for a run that writes. */
  lease?: HolderLock;
  acceptSystem?: boolean;
  /** Whether a state key may be made where there is none. */
  keepKey: boolean;
  /** What the manifests were before. */
  base?: BaseContext;
  /** Some manifests could not be read. */
  incomplete?: boolean;
  held?: RunContext["held"];
  /** Stands in for the entries' own places, for manifests that came out of a saved plan. */
  relocate?(manifest: Manifest<Integration>, entries: readonly DesiredEntry[]): readonly DesiredEntry[];
}

function mayWriteOf(lease: HolderLock | undefined): Pick<OpenOptions, "mayWrite"> {
  return lease?.outlasts ? { mayWrite: (milliseconds) => lease.outlasts?.(milliseconds) !== false } : {};
}

/** Makes what the engine is given. */
export function composeRun({ surroundings }: Invocation, options: RunOptions): RunContext {
  const { settings, integrations, selection, connections, store, signal, acceptSystem, base } = options;
  const flat = new Map<Manifest<Integration>, readonly DesiredEntry[]>();
  let hasher: Promise<StateKey | undefined> | undefined;
  return {
    integrations,
    selection,
    store,
    clock: surroundings.clock,
    signal,
    ...(options.lease ? { lease: options.lease } : {}),
    async connector(name) {
      const platform = await settings.platforms.load(name);
      if (typeof platform === "object") return platform.compiled;
      return { code: "UNSUPPORTED", message: `The connector of ${name} is not loaded.` };
    },
    entries(manifest, compiled) {
      const known = flat.get(manifest) ?? entriesOf(manifest, compiled, options);
      flat.set(manifest, known);
      return known;
    },
    open: (manifest) => connections.open(manifest, mayWriteOf(options.lease)),
    async resolveSecret(_, reference) {
      const value = await resolveSecret(reference, connections.secrets, "the secret");
      connections.transport.redactor.add(value);
      return value;
    },
    hasher() {
      hasher ??= findKey(surroundings.env, settings.folder, options.keepKey, isKeptElsewhere(store.url));
      return hasher;
    },
    milliseconds: parseDuration,
    ...(acceptSystem ? { acceptSystem } : {}),
    ...(base ? { base } : {}),
    ...(options.incomplete ? { incomplete: true } : {}),
    ...(options.held ? { held: options.held } : {}),
  };
}

function entriesOf(
  manifest: Manifest<Integration>,
  compiled: CompiledConnector,
  { relocate }: RunOptions,
): readonly DesiredEntry[] {
  const { entries } = desiredEntries(manifest, compiled);
  return relocate ? relocate(manifest, entries) : entries;
}

/**
 * The key of write-only fields. A plan leaves no file behind: where there is no key it uses one that
 * is gone with it, and such fields count as unknown. A state that is kept elsewhere outlives every file
 * beside it, so there only the environment counts, as in CI.
 */
async function findKey(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
  keep: boolean,
  elsewhere: boolean,
): Promise<StateKey | undefined> {
  const ci = elsewhere || env.CI === "true" || env.CI === "1";
  const found = await loadStateKey({ env, folder, ci, create: keep });
  return found ?? (ci || keep ? undefined : stateKey(randomBytes(32)));
}
