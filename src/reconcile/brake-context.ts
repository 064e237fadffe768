/** What the brakes are told of a pass. */

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
