/**
 * Kinds that a policy makes exclusive: each must be one of the platform's.
 *
 * A misspelt one would be taken for a kind of which nothing is there, and so guard nothing.
 */
import type { Integration } from "../api/integration.ts";
import type { CompiledConnector } from "../connector-kit/compile.ts";
import { problemAt } from "./problem.ts";
import { unknownName } from "./schema-problems.ts";
import type { Manifest, Problem } from "./types.ts";

/** Finds names in `policy.exclusive` that are no kinds of the platform (`UnknownKind`). */
export function exclusiveProblems(manifest: Manifest<Integration>, compiled: CompiledConnector): Problem[] {
  const kinds = [...compiled.kinds.keys()];
  return (manifest.object.spec.policy?.exclusive ?? []).flatMap((name, index) => {
    if (compiled.kinds.has(name)) return [];
    const said = unknownName("kind", name, kinds);
    return problemAt(manifest, ["spec", "policy", "exclusive", index], { code: "UnknownKind", ...said });
  });
}
