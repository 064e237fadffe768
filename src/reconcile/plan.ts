/**
 * The plan of one Integration: what has to be done so that the system is as declared. Pure: no I/O, no
 * clock, no randomness. Brakes look at the result afterwards (`brakes.ts`).
 */
import type { Kind } from "../connector-kit/compile.ts";
import { decideDeclared, type ParentState, type Verdict } from "./plan-declared.ts";
import { decideUndeclared } from "./plan-undeclared.ts";
import { type Desired, type IntegrationDecision, type KindReading, memoryKey, type PlanInput } from "./types.ts";

/** Decides about every key of one Integration. Parents come before their children. */
export function planIntegration(input: PlanInput): IntegrationDecision {
  const decision: IntegrationDecision = { changes: [], unchanged: [], refresh: [], forget: [], failures: [] };
  const parents = new Map<string, ParentState>();
  const byKind = Map.groupBy(input.desired, (entry) => entry.kind.kind);
  for (const kind of input.compiled.kinds.values()) {
    const reading = input.observation.kinds.get(kind.kind);
    if (!reading) continue;
    noteFailures(decision, kind, reading);
    if (reading.failed) continue;
    for (const desired of byKind.get(kind.kind) ?? []) {
      const parent = parentState(parents, kind, reading, desired);
      const verdict = parent === "unreadable" ? unread : decideDeclared(input, kind, reading, desired, parent);
      if (kind.children.length > 0) parents.set(memoryKey(kind.kind, desired.key), verdict.becomes);
      note(decision, desired, verdict);
    }
    const unreadable = (key: string): boolean =>
      reading.failedParents.has(key) ||
      (kind.parent && parents.get(memoryKey(kind.parent.kind, key)) === "unreadable") === true;
    decideUndeclared(input, kind, reading, decision, unreadable);
  }
  return decision;
}

const unread: Verdict = { changes: [], becomes: "unreadable" };

/** What becomes of an entry's parent; a parent that was not read leaves its children alone. */
function parentState(
  parents: ReadonlyMap<string, ParentState>,
  kind: Kind,
  reading: KindReading,
  desired: Desired,
): ParentState {
  if (!kind.parent) return "live";
  if (reading.failedParents.has(desired.parentKey)) return "unreadable";
  return parents.get(memoryKey(kind.parent.kind, desired.parentKey)) ?? "unreadable";
}

function note(decision: IntegrationDecision, desired: Desired, { changes, unchanged, refresh }: Verdict): void {
  decision.changes.push(...changes);
  if (unchanged) decision.unchanged.push(desired);
  if (refresh) decision.refresh.push(refresh);
}

function noteFailures(decision: IntegrationDecision, { kind }: Kind, { failed, failedParents }: KindReading): void {
  if (failed) decision.failures.push({ kind, ...failed });
  for (const [parent, { code, message }] of failedParents) {
    decision.failures.push({ kind, code, message: `${parent}: ${message}` });
  }
}
