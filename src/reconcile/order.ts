/**
 * The order of writes: a graph of single steps. Pure.
 *
 * Parents and references come first; a thing is unarchived before anything that needs it live and
 * archived after the last write to it and its children; what moves away from a thing, and what frees a
 * name, comes before what removes it or takes it; removals go against the graph.
 */
import type { Kind } from "../connector-kit/compile.ts";
import { parentOf } from "./match.ts";
import { memoryKey, type PlannedChange } from "./types.ts";

export type Phase = "unarchive" | "remove" | "create" | "update" | "archive";

/** Steps that need one another in a circle. */
export class CircularOrder extends Error {
  override readonly name = "CircularOrder";
}

/** One write. */
export interface Step {
  change: PlannedChange;
  phase: Phase;
  /** Steps that have to be done before. */
  after: Set<Step>;
}

/** The steps of a plan. @throws CircularOrder. */
export function orderSteps(changes: readonly PlannedChange[], kinds: ReadonlyMap<string, Kind>): Step[] {
  const steps: Step[] = [];
  const byChange = new Map<PlannedChange, Step[]>();
  for (const change of changes) {
    let previous: Step | undefined;
    const own = phasesOf(change).map((phase) => {
      const step: Step = { change, phase, after: new Set(previous ? [previous] : []) };
      previous = step;
      return step;
    });
    byChange.set(change, own);
    steps.push(...own);
  }
  const index = indexSteps(steps);
  for (const step of steps) addEdges(step, index, kinds);
  assertAcyclic(steps);
  return steps;
}

interface Index {
  /** By kind and key. */
  steps: ReadonlyMap<string, readonly Step[]>;
  byKind: ReadonlyMap<string, readonly Step[]>;
  /** Steps that free a live name, by kind and that name. */
  freeing: ReadonlyMap<string, readonly Step[]>;
  /** Updates, by the ids that they take out of a field. */
  movers: ReadonlyMap<string, readonly Step[]>;
}

function indexSteps(steps: readonly Step[]): Index {
  const movers = new Map<string, Step[]>();
  for (const step of steps) {
    if (step.phase !== "update") continue;
    for (const id of idsLeft(step.change)) movers.set(id, [...(movers.get(id) ?? []), step]);
  }
  return {
    steps: Map.groupBy(steps, ({ change }) => memoryKey(change.kind, change.key)),
    byKind: Map.groupBy(steps, ({ change }) => change.kind),
    freeing: Map.groupBy(
      steps.filter(
        ({ phase, change }) => phase === "remove" || (phase === "update" && change.thing?.ownKey !== change.key),
      ),
      ({ change }) => memoryKey(change.kind, change.thing?.ownKey ?? change.key),
    ),
    movers,
  };
}

function phasesOf(change: PlannedChange): Phase[] {
  const last: Phase[] = change.archive ? ["archive"] : [];
  switch (change.action) {
    case "create":
      return ["create", ...last];
    case "replace":
      return ["remove", "create"];
    case "update":
    case "adopt":
      return [
        ...(change.unarchive ? (["unarchive"] as const) : []),
        ...(change.differences.length + change.secretsChanged.length > 0 ? (["update"] as const) : []),
        ...last,
      ];
    case "delete":
      return ["remove"];
    case "archive":
      return ["archive"];
    default:
      return [];
  }
}

function addEdges(step: Step, index: Index, kinds: ReadonlyMap<string, Kind>): void {
  const { change, phase } = step;
  const kind = kinds.get(change.kind);
  if (kind?.parent) {
    for (const parent of index.steps.get(memoryKey(kind.parent.kind, parentOf(change.key))) ?? []) {
      if (isEnding(parent)) parent.after.add(step);
      else step.after.add(parent);
    }
  }
  if (phase === "create" || phase === "update") {
    for (const target of change.desired?.targets ?? []) {
      for (const other of index.steps.get(memoryKey(target.kind, target.key)) ?? []) {
        if (other !== step && (other.phase === "create" || other.phase === "unarchive")) step.after.add(other);
      }
    }
  }
  for (const name of kind?.resource.dependsOn ?? []) {
    for (const other of index.byKind.get(name) ?? []) {
      if (!isEnding(step) && !isEnding(other)) step.after.add(other);
      else if (isEnding(step) && isEnding(other)) other.after.add(step);
    }
  }
  if (isEnding(step)) {
    for (const mover of index.movers.get(change.thing?.observed.id ?? "") ?? [])
      if (mover.change !== change) step.after.add(mover);
  }
  if (phase === "create" || (phase === "update" && change.thing?.ownKey !== change.key)) {
    for (const other of index.freeing.get(memoryKey(change.kind, change.key)) ?? []) {
      if (other.change !== change) step.after.add(other);
    }
  }
}

/** Whether a step ends a thing. A replaced thing comes back, so its removal does not. */
function isEnding(step: Step): boolean {
  return step.phase === "archive" || (step.phase === "remove" && step.change.action === "delete");
}

/** The ids that an update takes out of its fields. */
export function idsLeft(change: PlannedChange): Set<string> {
  const left = new Set<string>();
  for (const { before, after } of change.differences) {
    const kept = textsIn(after);
    for (const text of textsIn(before)) if (!kept.has(text)) left.add(text);
  }
  return left;
}

function textsIn(value: unknown, into = new Set<string>()): Set<string> {
  if (typeof value === "string") into.add(value);
  else if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) textsIn(inner, into);
  return into;
}

function assertAcyclic(steps: readonly Step[]): void {
  const state = new Map<Step, "open" | "done">();
  const visit = (step: Step, trail: readonly Step[]): void => {
    if (state.get(step) === "done") return;
    if (state.get(step) === "open") {
      const names = [...trail.slice(trail.indexOf(step)), step].map(({ change }) => `${change.kind}/${change.key}`);
      throw new CircularOrder(
        `These need one another in a circle: ${[...new Set(names)].join(" -> ")}. Take one reference out.`,
      );
    }
    state.set(step, "open");
    for (const before of step.after) visit(before, [...trail, step]);
    state.set(step, "done");
  };
  for (const step of steps) visit(step, []);
}
