/**
 * Runs the engine over fake systems: manifests as YAML text, a state in memory, a clock that only moves by
 * itself. What a run did is read from the systems, the plan and the state.
 */
import type { Change, Integration, Plan } from "../../src/api/index.ts";
import { type CompiledConnector, compileConnector } from "../../src/connector-kit/compile.ts";
import type { Connector } from "../../src/connector-kit/contract.ts";
import { ConnectorError } from "../../src/connector-kit/errors.ts";
import type { Clock } from "../../src/connector-kit/http/types.ts";
import { Type } from "../../src/connector-kit/index.ts";
import { desiredEntries, type Manifest } from "../../src/manifests/index.ts";
import { parseYaml } from "../../src/manifests/yaml.ts";
import {
  type Outcome,
  type Result,
  type RunContext,
  reconcile,
  type Session,
  type Writing,
} from "../../src/reconcile/index.ts";
import { createMemoryStore, type Store, stateKey } from "../../src/store/index.ts";

export interface EngineOptions {
  connectors: readonly Connector[];
  store?: Store;
  /** Environment variables that secrets come from. */
  env?: Record<string, string>;
  /** False: no key for write-only fields, as in CI without PLUMBLINE_STATE_KEY. */
  stateKey?: boolean;
  /** What each byte of that key is; default 7. */
  keyByte?: number;
  clock?: TestClock;
  /** Opens a real session, for connectors of systems that are reached; default: the connector on nothing. */
  open?: (compiled: CompiledConnector) => Promise<Session>;
}

export interface RunOptions {
  /** `INTEGRATION[/KIND[/KEY]]`, as with --only. */
  only?: string;
  acceptSystem?: boolean;
  confirmRemovals?: number;
  saved?: Plan;
  signal?: AbortSignal;
  lease?: RunContext["lease"];
  approve?: boolean;
  onOutcome?(outcome: Outcome): void;
}

export interface Engine {
  store: Store;
  clock: TestClock;
  env: Record<string, string>;
  /** What a run over manifests is given. */
  context(yaml: string, options?: RunOptions): RunContext;
  plan(yaml: string, options?: RunOptions): Promise<Result>;
  apply(yaml: string, options?: RunOptions): Promise<Result & { outcomes: Outcome[] }>;
  /** The inventory of a system as `kind/key=id`. */
  inventory(system?: string): Promise<string[]>;
}

/** A clock that sleeping moves on. */
export interface TestClock extends Clock {
  advance(milliseconds: number): void;
  readonly slept: number[];
}

export function testClock(start = Date.parse("2026-11-25T12:00:00Z")): TestClock {
  let now = start;
  const slept: number[] = [];
  return {
    now: () => now,
    monotonic: () => now - start,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
      now += milliseconds;
    },
    advance: (milliseconds) => {
      now += milliseconds;
    },
    slept,
  };
}

export function engine(options: EngineOptions): Engine {
  const compiled = new Map(options.connectors.map((connector) => [connector.platform, compileConnector(connector)]));
  const clock = options.clock ?? testClock();
  const store = options.store ?? createMemoryStore();
  const env = options.env ?? {};
  const run = (yaml: string, { only, acceptSystem, signal, lease }: RunOptions = {}): RunContext => ({
    integrations: manifestsIn(yaml),
    selection: selectionOf(only),
    store,
    clock,
    signal: signal ?? new AbortController().signal,
    ...(lease ? { lease } : {}),
    connector: async (platform) => compiled.get(platform) ?? { code: "UnknownPlatform", message: `no ${platform}` },
    entries: (manifest, of) => desiredEntries(manifest, of).entries,
    open: async (_, of) => (options.open ?? openFake)(of),
    resolveSecret: async (_, reference) => {
      const name = (reference as { env: string }).env;
      const value = env[name];
      if (value === undefined) throw new Error(`The environment variable ${name} is not set.`);
      return value;
    },
    hasher: async () =>
      options.stateKey === false ? undefined : stateKey(new Uint8Array(32).fill(options.keyByte ?? 7)),
    milliseconds: (duration) =>
      duration.endsWith("ms") ? Number.parseInt(duration, 10) : Number.parseInt(duration, 10) * 1000,
    ...(acceptSystem ? { acceptSystem } : {}),
  });
  return {
    store,
    clock,
    env,
    context: run,
    plan: (yaml, given) => reconcile(run(yaml, given)),
    async apply(yaml, given = {}) {
      const writing: Writing = {
        approve: async () => given.approve ?? true,
        ...(given.confirmRemovals === undefined ? {} : { confirmRemovals: given.confirmRemovals }),
        ...(given.saved ? { saved: given.saved } : {}),
        onOutcome: (_, outcome) => given.onOutcome?.(outcome),
      };
      const result = await reconcile(run(yaml, given), writing);
      return { ...result, outcomes: result.passes.flatMap((pass) => pass.outcomes) };
    },
    async inventory(system = "fake/memory:/S1") {
      const state = await store.system(system);
      return (state?.inventory ?? []).map(({ kind, key, id }) => `${kind}/${key}=${id}`).sort();
    },
  };
}

async function openFake(compiled: CompiledConnector): Promise<Session> {
  const guard = async <T>(work: () => T | Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ConnectorError) throw error;
      throw new ConnectorError("UNSUPPORTED", (error as Error).message, { cause: error });
    }
  };
  const { connector } = compiled;
  const { reader, writer } = connector.open({
    connection: {},
    credentials: {},
    http: undefined as never,
    guard: (_, work) => work(new AbortController().signal),
    wait: async () => undefined,
    now: () => 0,
  });
  return {
    origin: "memory:",
    reader,
    writer,
    requests: { read: 0, write: 0 },
    guardErrors: guard,
    identity: () => guard(async () => connector.identity?.(reader)),
    check: () => guard(() => connector.check(reader)),
  };
}

/** Integrations in YAML, with their real positions. Documents are told apart by `# file: NAME` lines. */
export function manifestsIn(yaml: string): Manifest<Integration>[] {
  return yaml.split(/^# file: /m).flatMap((part, index) => {
    const [first = "", ...rest] = part.split("\n");
    const [file, text] = index === 0 ? ["a.yaml", part] : [first.trim(), rest.join("\n")];
    const { documents, fault } = parseYaml(text);
    if (fault) throw new Error(fault.message);
    return documents
      .filter(({ value }) => value !== null && value !== undefined)
      .map(
        (document) =>
          ({
            object: document.value as Integration,
            file,
            locate: (path) => document.locate(path),
          }) satisfies Manifest<Integration>,
      );
  });
}

function selectionOf(only: string | undefined) {
  if (only === undefined) return { integration: () => true, change: () => true };
  const [name, kind, ...key] = only.split("/");
  return {
    integration: (owner: string) => owner === `default/${name}`,
    change: (_: string, ofKind: string, ofKey: string) =>
      (kind === undefined || ofKind === kind || ofKind.startsWith(`${kind}.`)) &&
      (key.length === 0 || ofKey === key.join("/") || ofKey.startsWith(`${key.join("/")}/`)),
  };
}

/** What a connector of the fake platform needs beside its kinds, over a state that a test keeps itself. */
export function fakeOver<S>(state: S) {
  return {
    platform: "fake",
    title: "Fake",
    connection: Type.Object({}),
    credentials: Type.Object({}),
    open: () => ({ reader: state, writer: state }),
    check: async () => ({}),
    identity: async () => ({ id: "S1" }),
  };
}

/** An Integration `acme` of the fake platform. @param spec YAML at its own margin. */
export function acme(spec: string, name = "acme"): string {
  const lines = spec.split("\n").filter((line) => line.trim() !== "");
  const margin = Math.min(...lines.map((line) => line.search(/\S/)));
  return [
    "apiVersion: plumbline.dev/v1alpha1",
    "kind: Integration",
    `metadata: { name: ${name} }`,
    "spec:",
    "  platform: fake",
    ...lines.map((line) => `  ${line.slice(margin)}`),
    "",
  ].join("\n");
}

/** A plan's changes as short lines: `update rooms/incidents /topic drift`, `blocked(delete) rooms/x PruneDisabled`. */
export function lines({ plan }: { plan: Plan }): string[] {
  return plan.integrations.flatMap(({ changes }) => changes.map(lineOf));
}

function lineOf({ action, intended, kind, key, fields, cause, reason }: Change): string {
  const what = action === "blocked" ? `blocked(${intended})` : action;
  const paths = action === "create" || action === "blocked" ? [] : fields.map(({ path }) => path);
  const why = action === "blocked" ? reason : cause;
  return [what, `${kind}/${key}`, ...paths, why].join(" ");
}
