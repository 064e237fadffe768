/** What the brakes are told of a pass. */

import { normalizedKeyText } from "../manifests/keys.ts";
import type { BrakeContext } from "./brakes.ts";
import { specDigest } from "./digest.ts";
import { parentOf } from "./match.ts";
import type { Pass } from "./pass.ts";
import type { PlannedChange } from "./types.ts";
import { memoryKey } from "./types.ts";

/** @param removalsConfirmed a person confirmed the removals of this very plan. */
export function brakeContext(pass: Pass, removalsConfirmed: boolean): BrakeContext {
  const memory = pass.memory ?? { inventory: new Map(), failures: new Map() };
  const owned = [...memory.inventory.values()].filter(({ integration }) => integration === pass.owner).length;
  return {
    policy: pass.manifest.object.spec.policy ?? {},
    memory,
    account: pass.account,
    memberId: (target, name) => pass.protectedIds?.get(target)?.get(name),
    owned,
    remainingOwners: (change) => remainingOwners(pass, change),
    stillMemberOf: (change) => stillMemberOf(pass, change),
    digest: specDigest,
    removalsConfirmed,
    // Whoever starts a run by hand asks for another try.
    retryPermanent: true,
  };
}

/** Owners of the change's kind under its parent that no change of the plan removes; undefined for kinds without owners. */
function remainingOwners(pass: Pass, { kind, key, thing }: PlannedChange): number | undefined {
  const owner = pass.compiled?.kinds.get(kind)?.resource.owner;
  if (!owner || !thing || !owner(thing.observed.spec)) return undefined;
  const reading = pass.observation?.kinds.get(kind);
  const going = new Set(
    pass.decision?.changes
      .filter(({ action }) => action === "delete")
      .map((change) => memoryKey(change.kind, change.key)),
  );
  const siblings = [...(reading?.declared.values() ?? []), ...(reading?.rest ?? [])].filter(
    (one) => parentOf(one.key) === parentOf(key) && owner(one.observed.spec),
  );
  return siblings.filter((one) => !going.has(memoryKey(kind, one.key))).length;
}

/** A declared list of members that holds the name of somebody whom a change removes; only kinds of people have an `owner`. */
function stillMemberOf(pass: Pass, { kind: name, key }: PlannedChange): string | undefined {
  const kind = pass.compiled?.kinds.get(name);
  if (!kind?.resource.owner) return undefined;
  for (const { entry, kind: other, spec } of pass.desired) {
    for (const [field, schema] of Object.entries(other.schema.properties ?? {})) {
      const list = schema["x-plumbline-members"] ? spec[field] : undefined;
      if (
        !Array.isArray(list) ||
        !list.some((element) => namesOf(element).some((text) => normalizedKeyText(kind, [text]) === key))
      )
        continue;
      const { file, line } = entry.source;
      return `${entry.kind}/${entry.keyText}, ${file}:${line}`;
    }
  }
  return undefined;
}

function namesOf(element: unknown): string[] {
  const values = typeof element === "object" && element !== null ? Object.values(element) : [element];
  return values.filter((value) => typeof value === "string");
}
