/**
 * How long planning takes: 10,000 declared resources in 10 integrations against equal observed state.
 *
 * The measure is `JSON.parse` plus `structuredClone` of the same data, manifests and observed state. The plan
 * (matching, comparing, deciding, braking) may take twice that. The whole pass around it, with flattening
 * the manifests, digests, reading and the document, is printed for comparison. Medians of 9 rounds.
 *
 *   node --expose-gc bench/plan.ts
 */
import type { Integration } from "../src/api/index.ts";
import { compileConnector, type Kind } from "../src/connector-kit/compile.ts";
import { defineConnector, defineResource, Type } from "../src/connector-kit/index.ts";
import { desiredEntries, type Manifest } from "../src/manifests/index.ts";
import { type Desired, type Memory, planIntegration, type RunContext, reconcile } from "../src/reconcile/index.ts";
import { matchKind } from "../src/reconcile/match.ts";
import { prepareDesired } from "../src/reconcile/prepare.ts";
import { memoryKey } from "../src/reconcile/types.ts";
import { createMemoryStore } from "../src/store/index.ts";
import { median, report } from "./rows.ts";

const INTEGRATIONS = 10;
const RESOURCES = 1000;
const ROUNDS = 9;
const ALLOWED = 2;

interface Channel {
  name: string;
  topic: string;
  purpose: string;
  private: boolean;
  members: string[];
}

function channel(index: number): Channel {
  return {
    name: `channel-${index}`,
    topic: `What channel ${index} is about, in a few words`,
    purpose: `Where people meet who work on part ${index} of the product`,
    private: index % 3 === 0,
    members: Array.from({ length: 4 }, (_, person) => `U0${index}${person}`),
  };
}

const channels = Array.from({ length: RESOURCES }, (_, index) => channel(index));
const integrations: Integration[] = Array.from({ length: INTEGRATIONS }, (_, index) => ({
  apiVersion: "plumbline.dev/v1alpha1",
  kind: "Integration",
  metadata: { name: `workspace-${index}` },
  spec: { platform: "bench", resources: { channels } },
}));
const observed = Array.from({ length: INTEGRATIONS }, () => channels.map((spec, index) => ({ id: `C${index}`, spec })));
const text = JSON.stringify({ integrations, observed });

const connector = compileConnector(
  defineConnector({
    platform: "bench",
    title: "Bench",
    connection: Type.Object({}),
    credentials: Type.Object({}),
    open: () => ({ reader: {}, writer: {} }),
    check: async () => ({}),
    resources: {
      channels: defineResource({
        schema: Type.Object({
          name: Type.String(),
          topic: Type.Optional(Type.String()),
          purpose: Type.Optional(Type.String()),
          private: Type.Optional(Type.Boolean({ "x-plumbline-immutable": true })),
          members: Type.Optional(
            Type.Array(Type.String(), { "x-kubernetes-list-type": "set", "x-plumbline-members": true }),
          ),
        }),
        key: (one) => one.name,
        async *list(reader: { things: (typeof observed)[number] }) {
          for (const { id, spec } of reader.things) yield { id, spec: spec as unknown as Record<string, unknown> };
        },
      }),
    },
  }),
);

/** Manifests and observed state, parsed anew so that nothing is shared or cached. */
function fresh(): { manifests: Manifest<Integration>[]; live: typeof observed } {
  const data = JSON.parse(text) as { integrations: Integration[]; observed: typeof observed };
  const manifests = data.integrations.map((object, index) => ({
    object,
    file: `manifests/${index}.yaml`,
    locate: () => ({ line: 1, column: 1 }),
  }));
  return { manifests, live: data.observed };
}

const store = createMemoryStore();

/** So that one round does not pay for what the one before left lying about. */
function collectGarbage(): void {
  globalThis.gc?.();
}

function contextOf({ manifests, live }: ReturnType<typeof fresh>): RunContext {
  return {
    integrations: manifests,
    selection: { integration: () => true, change: () => true },
    store,
    clock: { now: () => 0, monotonic: () => 0, sleep: async () => undefined },
    signal: new AbortController().signal,
    connector: async () => connector,
    entries: (manifest, compiled) => desiredEntries(manifest, compiled).entries,
    open: async (manifest) => {
      const index = manifests.indexOf(manifest);
      return {
        origin: `https://${index}`,
        reader: { things: live[index] },
        writer: {},
        requests: { read: 0, write: 0 },
        guardErrors: async (run) => run(),
        identity: async () => ({ id: String(index) }),
        check: async () => ({}),
      };
    },
    resolveSecret: async () => "",
    hasher: async () => undefined,
    milliseconds: () => 0,
  };
}

/** The pure part: from prepared entries and answers to a braked decision. */
async function planOnce(): Promise<number> {
  const { manifests, live } = fresh();
  const { inventory } = (await store.system("bench/https://0/0")) ?? { inventory: [] };
  const kind = connector.kinds.get("channels") as Kind;
  const byKey = new Map(inventory.map((entry) => [entry.key, entry]));
  const memory: Memory = {
    present: true,
    inventory: new Map(inventory.map((entry) => [memoryKey(entry.kind, entry.key), entry])),
    intents: new Map(),
    failures: new Map(),
  };
  const prepared = await Promise.all(
    manifests.map((manifest) =>
      prepareDesired(desiredEntries(manifest, connector).entries, {
        kinds: connector.kinds,
        system: "bench",
        hasher: undefined,
        resolveSecret: async () => "",
      }),
    ),
  );
  collectGarbage();
  const start = performance.now();
  let unchanged = 0;
  for (const [index, manifest] of manifests.entries()) {
    const desired = prepared[index] as Desired[];
    const matches = matchKind({ kind, desired, observed: live[index] as never, inventory: byKey });
    const decision = planIntegration({
      integration: manifest.object,
      owner: "default/workspace-0",
      compiled: connector,
      desired,
      observation: {
        kinds: new Map([["channels", { ...matches, readParents: new Set<string>(), failedParents: new Map() }]]),
        moves: [],
        nameOf: () => undefined,
      },
      memory,
      declaredElsewhere: () => false,
      now: 0,
      settle: 0,
    });
    unchanged += decision.unchanged.length;
  }
  const took = performance.now() - start;
  if (unchanged !== INTEGRATIONS * RESOURCES) throw new Error("The plan is wrong.");
  return took;
}

/** The whole pass, as `plumbline plan` runs it, without the network. */
async function passOnce(): Promise<number> {
  const context = contextOf(fresh());
  collectGarbage();
  const start = performance.now();
  const { plan } = await reconcile(context);
  const took = performance.now() - start;
  if (plan.summary.unchanged !== INTEGRATIONS * RESOURCES) throw new Error("The plan is wrong.");
  return took;
}

function measure(): number {
  collectGarbage();
  const start = performance.now();
  structuredClone(JSON.parse(text));
  return performance.now() - start;
}

await reconcile(contextOf(fresh()), { approve: async () => true });
const rounds = { plan: [] as number[], pass: [] as number[], measure: [] as number[] };
for (let round = 0; round < ROUNDS; round++) {
  rounds.measure.push(measure());
  rounds.plan.push(await planOnce());
  rounds.pass.push(await passOnce());
}
const yardstick = median(rounds.measure);
const of = `${INTEGRATIONS * RESOURCES} resources`;
report([
  { name: `JSON.parse + structuredClone, ${(text.length / 1e6).toFixed(1)} MB`, value: yardstick, unit: "ms" },
  { name: `plan of ${of}`, value: median(rounds.plan), unit: "ms" },
  { name: `plan of ${of}, of that`, value: median(rounds.plan) / yardstick, unit: "x", limit: ALLOWED },
  { name: `the whole pass over ${of}, of that`, value: median(rounds.pass) / yardstick, unit: "x" },
]);
