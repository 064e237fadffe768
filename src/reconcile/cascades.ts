/**
 * What the platform removes along with a thing although nobody states it. It is read for removals only, so
 * that brakes can count it; where it cannot be read, nobody knows how much would go, and nothing goes.
 */
import type { Kind } from "../connector-kit/compile.ts";
import { failureOf } from "./failure.ts";
import { matchKind } from "./match.ts";
import type { Pass } from "./pass.ts";
import type { IntegrationDecision, PlannedChange, Thing } from "./types.ts";

/** Completes each removal's cascade; drops removals whose cascade cannot be read, and says so. */
export async function readCascades(pass: Pass, decision: IntegrationDecision): Promise<void> {
  if (pass.manifest.object.spec.policy?.mode === "Observe") return;
  const changes: PlannedChange[] = [];
  for (const change of decision.changes) {
    const kind = pass.compiled?.kinds.get(change.kind);
    const removes = change.action === "delete" || change.action === "replace";
    if (!removes || !kind || !change.thing) {
      changes.push(change);
      continue;
    }
    try {
      changes.push({ ...change, cascade: [...change.cascade, ...(await unread(pass, kind, change.thing))] });
    } catch (error) {
      const { code, message } = failureOf(error);
      decision.failures.push({ kind: change.kind, code, message: `what goes along with ${change.key}: ${message}` });
    }
  }
  decision.changes = changes;
}

/** The things below one that no read of this pass has shown. */
async function unread(pass: Pass, kind: Kind, thing: Thing): Promise<Thing[]> {
  const found: Thing[] = [];
  for (const child of kind.children) {
    const reading = pass.observation?.kinds.get(child.kind);
    const isRead = reading?.readParents.has(thing.key) ?? false;
    const below = isRead
      ? [...(reading?.declared.values() ?? []), ...(reading?.rest ?? [])].filter(({ key }) =>
          key.startsWith(`${thing.key}/`),
        )
      : await list(pass, child, thing);
    if (!isRead) found.push(...below);
    for (const one of below) found.push(...(await unread(pass, child, one)));
  }
  return found;
}

/** @throws ConnectorError when the children cannot be read whole. */
async function list({ session, memory }: Pass, kind: Kind, { asParent }: Thing): Promise<readonly Thing[]> {
  const observed = await session?.guardErrors(async () => {
    const seen = [];
    const request = { parents: [asParent], keys: "all" as const, fields: new Set<string>() };
    for await (const one of kind.resource.list(session.reader, request)) {
      if ("error" in one) throw one.error;
      seen.push(one);
    }
    return seen;
  });
  const recorded = [...(memory?.inventory.values() ?? [])].filter((entry) => entry.kind === kind.kind);
  const inventory = new Map(recorded.map((entry) => [entry.key, entry]));
  return matchKind({ kind, desired: [], observed: observed ?? [], inventory }).rest;
}
