/**
 * What an apply writes down, as it goes: one record a write, on disk before anything counts on it.
 *
 * It also knows what exists by now, for the children and references of the steps that follow.
 */
import type { Observed, ObservedParent, Spec } from "../connector-kit/contract.ts";
import type { ConnectorError } from "../connector-kit/errors.ts";
import type { Clock } from "../connector-kit/http/types.ts";
import type { InventoryEntry, LoopCount, Store, SystemUpdate } from "../store/types.ts";
import { inventoryEntry } from "./changes.ts";
import { specDigest } from "./digest.ts";
import {
  type Desired,
  type IntegrationDecision,
  type Memory,
  memoryKey,
  type Observation,
  type PlannedChange,
} from "./types.ts";

export interface LedgerInput {
  store: Store;
  system: string;
  /** `namespace/name`. */
  owner: string;
  clock: Clock;
  observation: Observation;
  memory: Memory;
}

/** What `applied` says of a thing that is ours and not yet as declared: no digest is empty. */
const UNFINISHED = "";

export class Ledger {
  readonly #input: LedgerInput;
  readonly #live = new Map<string, ObservedParent>();

  constructor(input: LedgerInput) {
    this.#input = input;
    for (const [kind, { declared, rest }] of input.observation.kinds) {
      for (const { key, asParent } of [...declared.values(), ...rest]) this.#live.set(memoryKey(kind, key), asParent);
    }
  }

  /** A thing that exists by now. */
  find(kind: string, key: string): ObservedParent | undefined {
    return this.#live.get(memoryKey(kind, key));
  }

  readonly idOf = (kind: string, key: string): string | undefined => this.find(kind, key)?.id;

  /** A change's thing, as far as it is known. */
  observed(change: PlannedChange): Observed {
    if (change.thing) return change.thing.observed;
    const { id, spec, raw, parent } = this.find(change.kind, change.key) as ObservedParent;
    return { id, spec, ...(raw === undefined ? {} : { raw }), ...(parent ? { parent } : {}) };
  }

  /** Children that are written next find their parent as it is now. */
  renew({ kind, key }: PlannedChange, changes: Spec): void {
    const thing = this.find(kind, key);
    if (thing) thing.spec = { ...thing.spec, ...changes };
  }

  /** What moves in the inventory alone: new keys, digests, adopted things, things that are gone. */
  async bookkeeping(decision: IntegrationDecision, changes: readonly PlannedChange[]): Promise<void> {
    const { observation, owner, memory } = this.#input;
    const adopted = changes.flatMap((change) =>
      change.action === "adopt" && change.desired && change.thing && !writes(change)
        ? [inventoryEntry(owner, change.desired, change.thing.observed.id, change.thing.inventory)]
        : [],
    );
    const put = [...decision.refresh, ...adopted];
    const settle = put.filter(({ kind, key }) => memory.intents.has(memoryKey(kind, key)));
    // Keys move first: all that follows goes by the keys of this pass.
    await this.#record({ move: observation.moves });
    await this.#record({ put, drop: decision.forget, settle });
  }

  /** Creates are about to be sent. */
  async intend(changes: readonly PlannedChange[]): Promise<void> {
    const { owner, clock } = this.#input;
    const startedAt = clock.now();
    await this.#record({ intend: changes.map(({ kind, key }) => ({ kind, key, integration: owner, startedAt })) });
  }

  /** A create surely made nothing. */
  async refused({ kind, key }: PlannedChange): Promise<void> {
    await this.#record({ settle: [{ kind, key }] });
  }

  /** @param finished false while fields of it are still to be written. */
  async created(
    change: PlannedChange,
    { id, spec, raw }: Pick<Observed, "id" | "spec" | "raw">,
    parent: ObservedParent,
    finished: boolean,
  ): Promise<void> {
    const desired = change.desired as Desired;
    const { kind, key } = change;
    this.#live.set(memoryKey(kind, key), {
      id,
      key: [...parent.key, desired.entry.key.at(-1) as string],
      spec,
      ...(raw === undefined ? {} : { raw }),
      ...(desired.kind.parent ? { parent } : {}),
    });
    const entry = this.#entry(desired, id, undefined);
    const put = finished ? entry : { ...entry, applied: UNFINISHED };
    await this.#record({ put: [put], settle: [{ kind, key }], heal: [{ kind, key }] });
  }

  /** @param finished false while the change has steps left. */
  async written(change: PlannedChange, finished: boolean): Promise<void> {
    const desired = change.desired as Desired;
    const { kind, key } = change;
    const loops = loopsAfter(change);
    const entry = this.#entry(desired, this.observed(change).id, change.thing?.inventory);
    const put = { ...entry, ...(loops ? { loops } : {}), ...(finished ? {} : { applied: UNFINISHED }) };
    const settle = this.#input.memory.intents.has(memoryKey(kind, key)) ? [{ kind, key }] : [];
    await this.#record({ put: [put], heal: [{ kind, key }], settle });
  }

  /** The thing is gone, or let go with its archive; what stood below it is too. */
  async removed(change: PlannedChange): Promise<void> {
    const { kind, key } = change;
    if (change.action === "replace") {
      this.#live.delete(memoryKey(kind, key));
      return;
    }
    const below = [...this.#input.memory.inventory.values()].filter(
      (entry) => entry.kind.startsWith(`${kind}.`) && entry.key.startsWith(`${key}/`),
    );
    await this.#record({ drop: [{ kind, key: change.thing?.inventory?.key ?? key }, ...below.map(placeOf)] });
  }

  /** Remembers a failure that trying again cannot cure. */
  async failed(
    { kind, key, desired }: PlannedChange,
    { code, message, retryable, outcomeUnknown }: ConnectorError,
  ): Promise<void> {
    if (retryable || outcomeUnknown || !desired) return;
    await this.#record({ fail: [{ kind, key, digest: desired.digest, code, message, at: this.#input.clock.now() }] });
  }

  #entry(desired: Desired, id: string, before: InventoryEntry | undefined): InventoryEntry {
    const { owner, clock } = this.#input;
    const hashes = Object.keys(desired.hashes).length > 0 ? { hashes: desired.hashes } : {};
    return { ...inventoryEntry(owner, desired, id, before), ...hashes, writtenAt: clock.now() };
  }

  async #record(update: SystemUpdate): Promise<void> {
    const isEmpty = Object.values(update).every((list) => list.length === 0);
    if (!isEmpty) await this.#input.store.update(this.#input.system, update);
  }
}

function writes({ differences, secretsChanged, unarchive, archive }: PlannedChange): boolean {
  return differences.length + secretsChanged.length > 0 || unarchive || archive;
}

function placeOf({ kind, key }: InventoryEntry): { kind: string; key: string } {
  return { kind, key };
}

/** Counts the fields that did not stay as they were written. */
function loopsAfter(change: PlannedChange): Record<string, LoopCount> | undefined {
  if (change.cause !== "drift") return undefined;
  const before = change.thing?.inventory?.loops ?? {};
  const loops: Record<string, LoopCount> = {};
  for (const { path, before: observedValue, after } of change.differences) {
    const observed = specDigest(observedValue);
    const desired = specDigest(after);
    const known = before[path];
    const same = known?.desired === desired && known.observed === observed;
    loops[path] = { desired, observed, times: same ? known.times + 1 : 1 };
  }
  return Object.keys(loops).length > 0 ? loops : undefined;
}
