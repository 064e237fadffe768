/**
 * Brakes: an ordered chain of named pure checks over the finished plan. Each names changes that may not
 * happen and says why; the first that does, wins. These are other people's systems.
 */
import type { Policy } from "../api/index.ts";
import { idsLeft } from "./order.ts";
import type { BlockReason } from "./reasons.ts";
import { type Memory, memoryKey, type PlannedChange } from "./types.ts";

/** Why a change is held back. */
export interface Block {
  reason: BlockReason;
  message: string;
}

export interface BrakeContext {
  policy: Policy;
  memory: Pick<Memory, "inventory" | "failures">;
  /** The account that Plumbline itself uses, where the platform tells. */
  account: { id: string; name?: string } | undefined;
  /** The id of somebody whom `policy.protect` names, for lists that hold ids. */
  memberId(target: string, name: string): string | undefined;
  /** How many things of this Integration the inventory holds. */
  owned: number;
  /** Owners that remain of a kind under a parent after the plan, for kinds with owners. */
  remainingOwners(change: PlannedChange): number | undefined;
  /** Where a person whom a change removes is declared a member all the same, as `kind/key, file:line`. */
  stillMemberOf(change: PlannedChange): string | undefined;
  /** Digest of a field's value, for drift loops. */
  digest(value: unknown): string;
  /** Removals were confirmed for this very plan. */
  removalsConfirmed: boolean;
  /** A person or a new interval asks: permanent failures are tried once more. */
  retryPermanent: boolean;
}

export type Brake = (changes: readonly PlannedChange[], context: BrakeContext) => ReadonlyMap<PlannedChange, Block>;

/** The share of what is owned, or of a list, that may go at once, and the size from which it counts. */
const REMOVAL_SHARE = 0.25;
const REMOVAL_SHARE_FROM = 10;
/** A drifted field that was written back so often and shows the same other value again is a loop. */
const LOOP_LIMIT = 1;
const DEFAULT_MAX_REMOVALS = 10;

/** The chain, in order. */
export const brakes: readonly (readonly [name: string, brake: Brake])[] = [
  ["observe", perChange(observe)],
  ["preventDestroy", perChange(preventDestroy)],
  ["protected", perChange(protectedKey)],
  ["ownAccount", perChange(ownAccount)],
  ["lastOwner", perChange(lastOwner)],
  ["stillMember", perChange(stillMember)],
  ["driftLoop", perChange(driftLoop)],
  ["permanentFailure", perChange(permanentFailure)],
  ["removals", removals],
  ["stillDeclared", stillDeclared], // the last, since it counts on what the others let pass
];

/**
 * Runs the chain.
 *
 * @returns the changes, those held back as `blocked` with what was intended; children of a create that
 *   is held back are held back too.
 */
export function applyBrakes(changes: readonly PlannedChange[], context: BrakeContext): PlannedChange[] {
  let current = [...changes];
  for (const [, brake] of brakes) {
    const blocks = brake(
      current.filter((change) => change.action !== "blocked"),
      context,
    );
    if (blocks.size > 0) current = current.map((change) => blocked(change, blocks.get(change)));
  }
  return holdBackChildren(current);
}

/** What stands under a thing that is not going to be made cannot be made either. Parents come before children. */
function holdBackChildren(changes: readonly PlannedChange[]): PlannedChange[] {
  const missing = new Set<string>();
  return changes.map((change) => {
    const parentKind = change.desired?.kind?.parent?.kind;
    const parent = parentKind && memoryKey(parentKind, change.desired?.parentKey ?? "");
    const held =
      parent !== undefined && missing.has(parent)
        ? blocked(change, { reason: "ParentBlocked", message: "Its parent is blocked." })
        : change;
    if (held.action === "blocked" && held.intended === "create") missing.add(memoryKey(held.kind, held.key));
    return held;
  });
}

function blocked(change: PlannedChange, block: Block | undefined): PlannedChange {
  if (!block || change.action === "blocked") return change;
  return { ...change, action: "blocked", intended: change.action, ...block };
}

function perChange(check: (change: PlannedChange, context: BrakeContext) => Block | undefined): Brake {
  return (changes, context) => {
    const blocks = new Map<PlannedChange, Block>();
    for (const change of changes) {
      const block = check(change, context);
      if (block) blocks.set(change, block);
    }
    return blocks;
  };
}

function observe(_: PlannedChange, { policy }: BrakeContext): Block | undefined {
  if (policy.mode !== "Observe") return undefined;
  return { reason: "Observe", message: "policy.mode is Observe: nothing is written." };
}

/** Whether a change removes a thing: by deleting, archiving or making anew. */
function isRemoval(change: PlannedChange): boolean {
  const { action, archive } = change;
  if (action === "create") return false;
  return action === "delete" || action === "archive" || action === "replace" || archive;
}

function preventDestroy(change: PlannedChange, { memory }: BrakeContext): Block | undefined {
  if (!isRemoval(change)) return undefined;
  // A declared entry says so itself; a removed one by what was recorded at its last apply.
  const holding = goingWith(change).find(({ kind, key, desired }) => {
    const lifecycle = desired?.entry.lifecycle ?? memory.inventory.get(memoryKey(kind, key))?.lifecycle;
    return lifecycle?.preventDestroy === true;
  });
  if (!holding) return undefined;
  return {
    reason: "PreventDestroy",
    message: `lifecycle.preventDestroy is set${ofBelow(change, holding)}; to lift it, apply once with the entry still there and without it.`,
  };
}

/** A change's thing, and what the platform removes along with it. */
function goingWith(change: PlannedChange): readonly Pick<PlannedChange, "kind" | "key" | "desired">[] {
  return [change, ...change.cascade];
}

/** Which thing is meant, where it is one below the change's own. */
function ofBelow(change: PlannedChange, { kind, key }: { kind: string; key: string }): string {
  return kind === change.kind && key === change.key ? "" : ` for ${kind}/${key}, which would go along`;
}

function protectedKey(change: PlannedChange, context: BrakeContext): Block | undefined {
  const protect = new Set(context.policy.protect ?? []);
  if (protect.size === 0) return undefined;
  const held = goingWith(change).find(({ kind, key }) => protect.has(key) || protect.has(`${kind}/${key}`));
  if (held && isRemoval(change)) {
    const below = ofBelow(change, held);
    return { reason: "Protected", message: below ? `policy.protect is set${below}.` : "policy.protect names it." };
  }
  for (const { removed, target } of change.members) {
    for (const name of protect) {
      const id = target === undefined ? undefined : context.memberId(target, name);
      if (removed.some((element) => holds(element, name) || (id !== undefined && holds(element, id)))) {
        return { reason: "Protected", message: `policy.protect names ${name}, who would be taken out.` };
      }
    }
  }
  return undefined;
}

/** Whether an element of a list is, or names, this one. */
function holds(element: unknown, name: string): boolean {
  if (typeof element === "object" && element !== null) return Object.values(element).includes(name);
  return element === name;
}

function ownAccount(change: PlannedChange, context: BrakeContext): Block | undefined {
  const { account } = context;
  if (!account) return undefined;
  const isOwn = (element: unknown): boolean =>
    holds(element, account.id) || (account.name !== undefined && holds(element, account.name));
  const removed = change.action === "delete" || change.action === "replace";
  const own =
    (removed && isAccount(change, account, context)) || change.members.some((members) => members.removed.some(isOwn));
  if (!own) return undefined;
  return {
    reason: "OwnAccount",
    message: `It would remove ${account.name ?? account.id}, the account that Plumbline itself uses.`,
  };
}

/**
 * Whether a change's thing is an account. Ids that are mere numbers are given out anew for each kind (GitHub's
 * label 7 is not its user 7), so such a thing has to be an owner, or go by the account's name, too.
 */
function isAccount(change: PlannedChange, { id, name }: { id: string; name?: string }, context: BrakeContext): boolean {
  const { thing } = change;
  if (thing?.observed.id !== id) return false;
  if (!/^\d+$/.test(id) || context.remainingOwners(change) !== undefined) return true;
  return name !== undefined && holds(thing.observed.spec, name);
}

function lastOwner(change: PlannedChange, context: BrakeContext): Block | undefined {
  const emptied = change.members.find(
    ({ owners, removed, of }) => owners && removed.length >= of && listAfter(change) === 0,
  );
  const remaining = change.action === "delete" ? context.remainingOwners(change) : undefined;
  if (!emptied && remaining !== 0) return undefined;
  return { reason: "LastOwner", message: "It would remove the last owner." };
}

/** Taking somebody out of an organisation takes them out of its groups too: two statements that contradict. */
function stillMember(change: PlannedChange, context: BrakeContext): Block | undefined {
  const where = change.action === "delete" ? context.stillMemberOf(change) : undefined;
  if (where === undefined) return undefined;
  return {
    reason: "StillMember",
    message: `${change.key} is not declared here any more, and still declared a member of ${where}. Declare both, or neither.`,
  };
}

/** How many elements an owners' list holds after the change. */
function listAfter(change: PlannedChange): number {
  const owners = change.differences.find(({ schema }) => schema["x-plumbline-owners"] === true);
  return Array.isArray(owners?.after) ? owners.after.length : 0;
}

function driftLoop(change: PlannedChange, { memory, digest }: BrakeContext): Block | undefined {
  const loops = memory.inventory.get(memoryKey(change.kind, change.key))?.loops;
  if (!loops || change.action !== "update") return undefined;
  const looping = change.differences.find(({ path, before, after }) => {
    const loop = loops[path];
    return loop && loop.times >= LOOP_LIMIT && loop.desired === digest(after) && loop.observed === digest(before);
  });
  if (!looping) return undefined;
  return {
    reason: "DriftLoop",
    message: `${looping.path} was written twice and reads back the same other value each time: something else sets it, or the platform does not keep what is written.`,
  };
}

function permanentFailure(change: PlannedChange, { memory, retryPermanent }: BrakeContext): Block | undefined {
  const failure = memory.failures.get(memoryKey(change.kind, change.key));
  if (!failure || retryPermanent || failure.digest !== change.desired?.digest) return undefined;
  return {
    reason: "PermanentFailure",
    message: `${failure.message} It is tried again when the manifest or the credential changes.`,
  };
}

/** How many things and members a plan removes. */
export function countRemovals(changes: readonly PlannedChange[]): { things: number; members: number } {
  const things = new Set<string>();
  let members = 0;
  for (const change of changes) {
    if (change.action === "blocked") continue;
    // What goes along with one removal may be a removal of its own: it goes once.
    if (isRemoval(change)) for (const { kind, key } of goingWith(change)) things.add(memoryKey(kind, key));
    for (const { removed } of change.members) members += removed.length;
  }
  return { things: things.size, members };
}

/** Many removals at once are more often a mistake than a wish. */
function removals(changes: readonly PlannedChange[], context: BrakeContext): ReadonlyMap<PlannedChange, Block> {
  const blocks = new Map<PlannedChange, Block>();
  if (context.removalsConfirmed) return blocks;
  const most = context.policy.maxRemovals ?? DEFAULT_MAX_REMOVALS;
  const { things, members } = countRemovals(changes);
  const tooManyThings =
    things > most || (context.owned >= REMOVAL_SHARE_FROM && things > context.owned * REMOVAL_SHARE);
  const tooManyMembers =
    members > most ||
    changes.some((change) =>
      change.members.some(({ removed, of }) => of >= REMOVAL_SHARE_FROM && removed.length > of * REMOVAL_SHARE),
    );
  if (!tooManyThings && !tooManyMembers) return blocks;
  const message = `The plan removes ${things} things and ${members} members, more than policy.maxRemovals (${most}) or a quarter of what is there.`;
  for (const change of changes) {
    if (isRemoval(change) || change.members.length > 0) blocks.set(change, { reason: "TooManyRemovals", message });
  }
  return blocks;
}

/** What would go along and is declared: unless an update moves it away first, for which the removal waits. */
function stillDeclared(changes: readonly PlannedChange[]): ReadonlyMap<PlannedChange, Block> {
  const blocks = new Map<PlannedChange, Block>();
  for (const change of changes) {
    if (change.action !== "delete") continue;
    const gone = new Set([change.thing, ...change.cascade].map((thing) => thing?.observed.id));
    const moves = ({ kind, key }: PlannedChange["cascade"][number]) =>
      changes.some(
        (other) => other.kind === kind && other.key === key && [...idsLeft(other)].some((id) => gone.has(id)),
      );
    const held = change.cascade.find((thing) => thing.desired && !moves(thing));
    if (!held) continue;
    const message = `${held.kind}/${held.key} would go along, and is still declared. Declare both, or neither.`;
    blocks.set(change, { reason: "StillDeclared", message });
  }
  return blocks;
}
