/** Whom `policy.protect` means, where lists of members hold ids. Asked only when a plan takes members out. */
import type { Pass } from "./pass.ts";
import type { IntegrationDecision } from "./types.ts";

/** @returns per lookup the ids of the protected names that it knows. */
export async function protectedIds(
  pass: Pass,
  decision: IntegrationDecision,
): Promise<Map<string, ReadonlyMap<string, string>>> {
  const names = pass.manifest.object.spec.policy?.protect ?? [];
  const targets = new Set(decision.changes.flatMap(({ members }) => members.flatMap(({ target }) => target ?? [])));
  const ids = new Map<string, ReadonlyMap<string, string>>();
  const { session, compiled } = pass;
  if (names.length === 0 || !session) return ids;
  for (const target of targets) {
    const lookup = compiled?.connector.lookups?.[target];
    if (lookup) ids.set(target, await session.guardErrors(() => lookup.resolve(session.reader, names)));
  }
  return ids;
}
