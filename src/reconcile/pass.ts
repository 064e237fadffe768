/**
 * One Integration's part of a run: opened, identified, read. What goes wrong here ends this part only.
 */
import {
  DEFAULT_NAMESPACE,
  type Failure,
  type Integration,
  type IntegrationPlan,
  type SecretReference,
} from "../api/index.ts";
import type { Check, Identity } from "../connector-kit/account.ts";
import type { CompiledConnector } from "../connector-kit/compile.ts";
import { ConnectorError } from "../connector-kit/errors.ts";
import type { Clock } from "../connector-kit/http/types.ts";
import type { DesiredEntry, Manifest } from "../manifests/types.ts";
import type { HolderLock, InventoryEntry, ObjectState, Store, SystemState } from "../store/types.ts";
import { failureOf } from "./failure.ts";
import { observe } from "./observe.ts";
import { prepareDesired, type SecretHasher, StateKeyMissing } from "./prepare.ts";
import type { Desired, IntegrationDecision, Memory, Observation, Outcome } from "./types.ts";
import { memoryKey } from "./types.ts";

/** A live connection to one system. */
export interface Session {
  /** Scheme, host and port, or what stands for them where there is no HTTP. */
  origin: string;
  reader: unknown;
  writer: unknown;
  requests: { readonly read: number; readonly write: number };
  /** Runs a connector's function; whatever it throws leaves as a ConnectorError without secrets. */
  guardErrors<T>(run: () => T | Promise<T>): Promise<T>;
  /** Undefined where a system is known by its address alone. */
  identity(): Promise<Identity | undefined>;
  check(): Promise<Check>;
}

/** What a run is given; nothing is taken from the surroundings. */
export interface RunContext {
  /** All Integrations of the folder, in order; only the selected ones are acted on. */
  integrations: readonly Manifest<Integration>[];
  selection: Selection;
  store: Store;
  clock: Clock;
  /** No new request starts once it is aborted. */
  signal: AbortSignal;
  /** The right to write, where it may run out: no new write starts that it does not surely outlast. */
  lease?: Pick<HolderLock, "outlasts">;
  /** @returns the connector, or why it may not be used. */
  connector(platform: string): Promise<CompiledConnector | Failure>;
  entries(manifest: Manifest<Integration>, compiled: CompiledConnector): readonly DesiredEntry[];
  /** Opens a connection. @throws Error with a message that holds no secret. */
  open(manifest: Manifest<Integration>, compiled: CompiledConnector): Promise<Session>;
  resolveSecret(manifest: Manifest<Integration>, reference: SecretReference): Promise<string>;
  /** The hasher of write-only fields; undefined where no key may be made. */
  hasher(): Promise<SecretHasher | undefined>;
  /** Milliseconds of a duration such as `30s`. */
  milliseconds(duration: string): number;
  /** Take a credential that leads to another system than before for the right one. */
  acceptSystem?: boolean;
  /** What the manifests were before, where a plan is to tell what changed since. */
  base?: BaseContext;
  /** Some manifests could not be read: anything may be declared in them, so nothing counts as undeclared. */
  incomplete?: boolean;
  /** Why the manifest that is in force is an older one than what is written, by owner. */
  held?(owner: string): Failure | undefined;
}

/** The base that a plan is compared with. */
export interface BaseContext {
  /** What the base declares in an Integration's system: the entries of its own, then those of each other one there. */
  entries(manifest: Manifest<Integration>, compiled: CompiledConnector): readonly (readonly Desired[])[];
  /** The part of an Integration that may not be asked, with the reason as its error. */
  refused(manifest: Manifest<Integration>): IntegrationPlan | undefined;
}

/** Which Integrations, kinds and keys a run is about. */
export interface Selection {
  integration(owner: string): boolean;
  change(owner: string, kind: string, key: string): boolean;
}

/** One Integration's part of a run. */
export interface Pass {
  manifest: Manifest<Integration>;
  /** `namespace/name`. */
  owner: string;
  object: ObjectState | undefined;
  compiled?: CompiledConnector;
  session?: Session;
  identity?: Identity;
  account?: Check["account"] | undefined;
  /** The ids of those whom `policy.protect` names, by lookup; known where a plan takes members out. */
  protectedIds?: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** platform/origin/identity. */
  system?: string;
  error?: Failure;
  /** Milliseconds after which the system wants to be asked again, where it said so. */
  retryAfter?: number;
  /** Why an older version of the manifest is in force. */
  held?: Failure;
  /** The plan's part of an Integration that was refused: what its manifests alone tell. */
  refused?: IntegrationPlan;
  desired: readonly Desired[];
  observation?: Observation;
  memory?: Memory;
  decision?: IntegrationDecision;
  outcomes: Outcome[];
}

/** The name by which an Integration owns things. */
export function ownerOf({ metadata }: Integration): string {
  return `${metadata.namespace ?? DEFAULT_NAMESPACE}/${metadata.name}`;
}

/** Opens, identifies and reads one Integration's system. Never throws for what belongs to this one alone. */
export async function openPass(manifest: Manifest<Integration>, context: RunContext): Promise<Pass> {
  const owner = ownerOf(manifest.object);
  const object = await context.store.object("Integration", owner);
  const held = context.held?.(owner);
  const pass: Pass = { manifest, owner, object, desired: [], outcomes: [], ...(held ? { held } : {}) };
  const { spec } = manifest.object;
  if (spec.suspend)
    return { ...pass, error: { code: "Suspended", message: "spec.suspend is set: nothing is read or written." } };
  const refused = context.base?.refused(manifest);
  if (refused?.error) return { ...pass, refused, error: refused.error };
  const compiled = await context.connector(spec.platform);
  if ("code" in compiled) return { ...pass, error: compiled };
  pass.compiled = compiled;
  try {
    pass.session = await context.open(manifest, compiled);
    await identify(pass, pass.session, context);
    if (!pass.error) await read(pass, pass.session, compiled, context);
  } catch (error) {
    pass.error =
      error instanceof StateKeyMissing ? { code: "StateKeyMissing", message: error.message } : failureOf(error);
    if (error instanceof ConnectorError && error.retryAfter !== undefined) pass.retryAfter = error.retryAfter;
  }
  return pass;
}

async function identify(pass: Pass, session: Session, context: RunContext): Promise<void> {
  pass.identity = (await session.identity()) ?? { id: "" };
  pass.system = `${pass.manifest.object.spec.platform}/${session.origin}/${pass.identity.id}`;
  const before = pass.object?.system;
  if (before !== undefined && before !== pass.system && !context.acceptSystem) {
    pass.error = {
      code: "SystemChanged",
      message: `The credential leads to ${pass.system}, and before it led to ${before}. Nothing is planned; if that is right, apply with --accept-system.`,
    };
  }
}

async function read(pass: Pass, session: Session, compiled: CompiledConnector, context: RunContext): Promise<void> {
  const system = pass.system as string;
  const { spec } = pass.manifest.object;
  const entries = context.entries(pass.manifest, compiled);
  const state = await context.store.system(system);
  const desired = await prepareDesired(entries, {
    kinds: compiled.kinds,
    system,
    hasher: await context.hasher(),
    resolveSecret: (reference) => context.resolveSecret(pass.manifest, reference),
  });
  const inventory = new Map<string, InventoryEntry>(
    state?.inventory.map((entry) => [memoryKey(entry.kind, entry.key), entry]),
  );
  await waitForWrites(pass, state, desired, compiled, context);
  const reading = await observe({
    compiled,
    reader: session.reader,
    desired,
    inventory,
    owner: pass.owner,
    statedKinds: statedKinds(spec.resources ?? {}, entries),
    exclusive: new Set(spec.policy?.exclusive ?? []),
    guard: session.guardErrors,
  });
  pass.desired = reading.desired;
  pass.observation = reading.observation;
  pass.memory = {
    present: isPresent(pass, inventory),
    inventory: reading.inventory,
    intents: new Map(state?.intents.map((intent) => [memoryKey(intent.kind, intent.key), intent])),
    failures: new Map(state?.failures.map((failure) => [memoryKey(failure.kind, failure.key), failure])),
  };
}

/** Whether the record can tell drift from changes. What is only observed leaves none of what it never owned. */
function isPresent({ manifest, object, owner, system }: Pass, inventory: ReadonlyMap<string, InventoryEntry>): boolean {
  if (manifest.object.spec.policy?.mode !== "Observe") return object?.system === system || inventory.size > 0;
  return [...inventory.values()].some(({ integration }) => integration === owner);
}

/**
 * Waits until a read must show what was written last, where a stale one would do harm: a create without an
 * answer would be sent again, and a thing whose entry is no longer what was written (it changed, went, or was
 * written in part) would be made twice, forgotten, or compared with what it was before.
 */
async function waitForWrites(
  { owner }: Pass,
  state: SystemState | undefined,
  desired: readonly Desired[],
  compiled: CompiledConnector,
  context: RunContext,
): Promise<void> {
  const settle = context.milliseconds(compiled.connector.settle ?? "0s");
  const digests = new Map(desired.map((entry) => [memoryKey(entry.kind.kind, entry.key), entry.digest]));
  const changed = (state?.inventory ?? []).filter(
    ({ integration, kind, key, applied }) => integration === owner && digests.get(memoryKey(kind, key)) !== applied,
  );
  const moments = [...(state?.intents ?? []).map(({ startedAt }) => startedAt), ...changed.map(writtenAt)];
  const latest = Math.max(0, ...moments);
  const wait = latest + settle - context.clock.now();
  // A clock that was set back must not make anybody wait longer than settle.
  if (latest > 0 && wait > 0) await context.clock.sleep(Math.min(wait, settle), context.signal);
}

function writtenAt(entry: InventoryEntry): number {
  return entry.writtenAt ?? 0;
}

function statedKinds(resources: Record<string, unknown>, entries: readonly DesiredEntry[]): Set<string> {
  return new Set([...Object.keys(resources), ...entries.flatMap(({ statedChildren }) => statedChildren)]);
}
