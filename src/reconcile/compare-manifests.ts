/**
 * What the manifests of two moments differ in, without asking a system: the plan of a pull request from a fork,
 * which has no credentials.
 *
 * It takes the base for what is live and owned, and decides as a plan would. Pure.
 */
import {
  type Change,
  DEFAULT_NAMESPACE,
  type FieldChange,
  type Integration,
  type IntegrationPlan,
  SENSITIVE,
} from "../api/index.ts";
import { stableText } from "../connector-kit/compare.ts";
import type { CompiledConnector, Kind } from "../connector-kit/compile.ts";
import type { DesiredEntry } from "../manifests/types.ts";
import { pointerOf, type StatedDifference, statedDifferences, valueAt } from "./base-causes.ts";
import { applyBrakes, type BrakeContext } from "./brakes.ts";
import { changeOf } from "./changes.ts";
import { changeDocument } from "./document.ts";
import { sourceElsewhere } from "./field-changes.ts";
import { kindTools } from "./kind-tools.ts";
import { parentOf } from "./match.ts";
import { type Pairs, pairEntries } from "./pairs.ts";
import { ownerOf } from "./pass.ts";
import { removalBlock, removalManner } from "./plan-undeclared.ts";
import { withoutSystem } from "./prepare.ts";
import { type Desired, memoryKey, type PlannedChange } from "./types.ts";

/** An Integration as one side declares it. */
export interface DeclaredIntegration {
  integration: Integration;
  /** Undefined where the platform's connector may not be loaded: the entries are then unknown. */
  compiled: CompiledConnector | undefined;
  entries: readonly DesiredEntry[];
}

/** One side's Integration with its entries made ready. */
export interface Side {
  integration: Integration;
  owner: string;
  /** The same for Integrations of one platform and connection: most likely one system. */
  system: string;
  desired: readonly Desired[];
}

/** The Integrations of the base, to be found by name and by system. */
export interface Base {
  byOwner: ReadonlyMap<string, Side>;
  bySystem: ReadonlyMap<string, readonly Side[]>;
}

/** One Integration of the head with all that it is compared with. */
interface Comparison {
  head: Side & { compiled: CompiledConnector };
  /** The same Integration in the base. */
  own: Side | undefined;
  pairs: Pairs;
  /** Whether an entry of the base is declared in the head, here or by another Integration of the system. */
  isKept(before: Desired): boolean;
}

/**
 * Compares two sides.
 *
 * @param base what is taken for live. @param head what is to come.
 * @returns one part for each Integration of the head, in its order. An Integration that the head lacks has none:
 *   leaving it out removes nothing.
 */
export function compareManifests(
  base: readonly DeclaredIntegration[],
  head: readonly DeclaredIntegration[],
): IntegrationPlan[] {
  const before = indexBase(base);
  const after = head.map(sideOf);
  const pairs = new Map(after.map((side) => [side, pairEntries(side.desired, basesOf(side, before))]));
  const kept = new Set([...pairs.values()].flatMap((found) => [...found.values()]));
  return head.map(({ integration, compiled }, index) => {
    const side = after[index] as Side;
    const own = ownIn(before, side);
    if (!compiled) return partOf(integration, [], 0, isSame(integration, own) ? null : notLoaded(integration));
    return compareOne({
      head: { ...side, compiled },
      own,
      pairs: pairs.get(side) ?? new Map(),
      isKept: (entry) => kept.has(entry),
    });
  });
}

/** Makes the base's Integrations ready, secrets and references unresolved. */
export function indexBase(base: readonly DeclaredIntegration[]): Base {
  const sides = base.map(sideOf);
  return {
    byOwner: new Map(sides.map((side) => [side.owner, side])),
    bySystem: Map.groupBy(sides, ({ system }) => system),
  };
}

/**
 * The entries that an Integration's may have been: those of its own in the base, then those of each other one there
 * with the same platform and connection.
 */
export function basesOf(
  side: Pick<Side, "integration" | "owner" | "system">,
  base: Base,
): readonly (readonly Desired[])[] {
  const own = ownIn(base, side);
  const others = base.bySystem.get(side.system) ?? [];
  return [...(own ? [own] : []), ...others.filter((one) => one !== own)].map(({ desired }) => desired);
}

/** The same Integration in the base; one of another platform has nothing in common with it. */
function ownIn({ byOwner }: Base, { owner, integration }: Pick<Side, "integration" | "owner">): Side | undefined {
  const own = byOwner.get(owner);
  return own?.integration.spec.platform === integration.spec.platform ? own : undefined;
}

/** An Integration with its entries made ready. */
export function sideOf({ integration, compiled, entries }: DeclaredIntegration): Side {
  const desired = entries.flatMap((entry) => {
    const kind = compiled?.kinds.get(entry.kind);
    return kind ? [withoutSystem(entry, kind)] : [];
  });
  const { platform, connection = {} } = integration.spec;
  return { integration, owner: ownerOf(integration), system: `${platform}\n${stableText(connection)}`, desired };
}

function isSame(integration: Integration, own: Side | undefined): boolean {
  return own !== undefined && stableText(own.integration.spec) === stableText(integration.spec);
}

function notLoaded({ spec }: Integration): NonNullable<IntegrationPlan["error"]> {
  return {
    code: "UntrustedConnector",
    message: `The connector of ${spec.platform} is not Plumbline's own, and its code was not loaded: nobody can tell what changes.`,
  };
}

function compareOne(comparison: Comparison): IntegrationPlan {
  const { head, own, pairs } = comparison;
  const changes: PlannedChange[] = [];
  for (const kind of head.compiled.kinds.values()) {
    const declared = head.desired.filter((entry) => entry.kind === kind);
    changes.push(...declared.flatMap((entry) => declaredChange(comparison, entry, pairs.get(entry)) ?? []));
    changes.push(...removals(comparison, kind, changes));
  }
  const changed = new Set(changes.map(({ desired }) => desired));
  const unchanged = head.desired.filter((entry) => !changed.has(entry)).length;
  const braked = applyBrakes(changes, brakesOf(head.integration, own));
  return partOf(
    head.integration,
    braked.map((change) => changeDocument(change, head.compiled)),
    unchanged,
    null,
  );
}

function partOf(
  { metadata, spec }: Integration,
  changes: Change[],
  unchanged: number,
  error: IntegrationPlan["error"],
): IntegrationPlan {
  const namespace = metadata.namespace ?? DEFAULT_NAMESPACE;
  return {
    name: metadata.name,
    ...(namespace === DEFAULT_NAMESPACE ? {} : { namespace }),
    platform: spec.platform,
    system: null,
    mode: spec.policy?.mode ?? "Enforce",
    view: "offline",
    inventory: "absent",
    error,
    requests: { read: 0 },
    unchanged,
    changes,
    policy: spec.policy ?? {},
  };
}

/** What becomes of a declared entry. @param before it in the base. */
function declaredChange(
  { head }: Comparison,
  desired: Desired,
  before: Desired | undefined,
): PlannedChange | undefined {
  const { kind } = desired;
  const title = head.compiled.connector.title;
  if (!before) {
    if (kind.resource.create) return changeOf(desired, undefined, { action: "create", fields: createdRows(desired) });
    return changeOf(desired, undefined, {
      ...{ action: "blocked", intended: "create", reason: "Unsupported" },
      message: `${title} cannot create ${kind.kind}.`,
    });
  }
  const differences = statedDifferences(desired, before).filter(
    ({ path }) => !desired.entry.lifecycle.ignoreFields?.includes(path),
  );
  if (differences.length === 0) return undefined;
  const archive = differences.some(({ path, after }) => isArchiving(kind, path) && after === true);
  return changeOf(desired, undefined, {
    archive,
    fields: differences.map((one) => row(desired, one)),
    ...howWritten(title, desired, differences),
  });
}

type Written = Pick<PlannedChange, "action"> & Partial<Pick<PlannedChange, "intended" | "reason" | "message">>;

/** How differences are written: in place, by making the thing anew, or not at all. */
function howWritten(title: string, { kind, entry }: Desired, differences: readonly StatedDifference[]): Written {
  const { resource } = kind;
  const immutable = differences.filter((one) => one.immutable).map(({ path }) => path);
  if (immutable.length > 0) {
    if (entry.lifecycle.allowReplace && resource.create && resource.remove)
      return { action: "replace", reason: "Immutable" };
    const message = `${immutable.join(", ")} cannot be changed in place; lifecycle.allowReplace would make it anew.`;
    return { action: "blocked", intended: "replace", reason: "Immutable", message };
  }
  const unarchive = differences.some(({ path, after }) => isArchiving(kind, path) && after === false);
  const others = differences.some(({ path }) => !isArchiving(kind, path));
  if (others && !resource.update) {
    return {
      action: "blocked",
      intended: "update",
      reason: "Unsupported",
      message: `${title} cannot change ${kind.kind}.`,
    };
  }
  return { action: "update", reason: unarchive ? "Unarchive" : "" };
}

function isArchiving({ resource }: Kind, path: string): boolean {
  return resource.archived !== undefined && path === "/archived";
}

function row(desired: Desired, { path, before, after, secret }: StatedDifference): FieldChange {
  const field = path.split("/")[1] ?? "";
  const shown = (value: unknown): unknown => (secret ? SENSITIVE : value);
  return {
    path,
    ...(before === undefined ? {} : { before: shown(before) }),
    after: shown(after),
    cause: "change",
    ...sourceElsewhere(desired, field),
  };
}

/** The rows of a create: every stated field; a secret inside one has a row of its own. */
function createdRows(desired: Desired): FieldChange[] {
  const secrets = kindTools(desired.kind).secretPaths.filter((names) => valueAt(desired.spec, names) !== undefined);
  const whole = new Set(secrets.filter(({ length }) => length === 1).map(([name]) => name));
  const stated = Object.entries(desired.spec).map(([name, value]) => {
    return { path: pointerOf([name]), after: whole.has(name) ? SENSITIVE : value, ...sourceElsewhere(desired, name) };
  });
  const nested = secrets.filter(({ length }) => length > 1);
  return [...stated, ...nested.map((names) => ({ path: pointerOf(names), after: SENSITIVE }))];
}

/** What goes of one kind since no entry declares it any more. @param changes of the kinds above. */
function removals({ head, own, isKept }: Comparison, kind: Kind, changes: readonly PlannedChange[]): PlannedChange[] {
  const gone = own?.desired.filter((entry) => entry.kind.kind === kind.kind && !isKept(entry)) ?? [];
  return gone.flatMap((entry) => {
    if (goesAlong(changes, kind, entry.key)) return [];
    const { lifecycle } = entry.entry;
    const manner = removalManner(kind, lifecycle, isLetGo(own?.desired ?? [], kind, entry, isKept));
    if (manner === "Orphan" || (manner === "Archive" && entry.spec.archived === true)) return [];
    const intended = manner === "Archive" ? "archive" : "delete";
    const place = { kind: entry.kind.kind, key: entry.key, lifecycle };
    const held = removalBlock(head, kind, intended, true);
    const cascade = intended === "delete" ? below(own?.desired ?? [], entry) : [];
    return changeOf(undefined, undefined, {
      ...place,
      ...(held ? { action: "blocked", intended, ...held } : { action: intended, cascade }),
    });
  });
}

/** Whether what stands above goes too, and takes this along. */
function goesAlong(changes: readonly PlannedChange[], { parent }: Kind, key: string): boolean {
  if (!parent) return false;
  const above = parentOf(key);
  const goes = changes.some(
    (change) =>
      change.kind === parent.kind &&
      change.key === above &&
      (change.action === "delete" || change.action === "archive"),
  );
  return goes || goesAlong(changes, parent, above);
}

/** Whether what stands above is let go, so that this stays too. */
function isLetGo(
  base: readonly Desired[],
  { parent }: Kind,
  { parentKey }: Desired,
  isKept: Comparison["isKept"],
): boolean {
  if (!parent) return false;
  const above = base.find((entry) => entry.kind.kind === parent.kind && entry.key === parentKey);
  if (!above || isKept(above)) return false;
  return removalManner(parent, above.entry.lifecycle, isLetGo(base, parent, above, isKept)) === "Orphan";
}

/** What the platform removes along with a thing, as far as the base declares it. */
function below(base: readonly Desired[], { kind, key }: Desired): PlannedChange["cascade"] {
  const inside = base.filter((entry) => entry.kind.kind.startsWith(`${kind.kind}.`) && entry.key.startsWith(`${key}/`));
  return inside.map((entry) => {
    const observed = { id: "", spec: entry.spec };
    const asParent = { id: "", key: entry.entry.key, spec: entry.spec };
    return { kind: entry.kind.kind, key: entry.key, ownKey: entry.key, observed, asParent };
  });
}

/** What the brakes know without a system: the policy, and what the base's entries said of their removal. */
function brakesOf({ spec }: Integration, own: Side | undefined): BrakeContext {
  const inventory = (own?.desired ?? []).map(({ kind, key, entry, digest }) => {
    const record = { kind: kind.kind, key, id: "", integration: own?.owner ?? "", applied: digest };
    return [memoryKey(kind.kind, key), { ...record, lifecycle: entry.lifecycle }] as const;
  });
  return {
    policy: spec.policy ?? {},
    memory: { inventory: new Map(inventory), failures: new Map() },
    account: undefined,
    memberId: () => undefined,
    owned: inventory.length,
    remainingOwners: () => undefined,
    stillMemberOf: () => undefined,
    digest: stableText,
    // How many may go is counted with what the system holds.
    removalsConfirmed: true,
    retryPermanent: true,
  };
}
