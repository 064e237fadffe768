/** References of a form that is kept for later: nothing can open a sealed value yet, so it is refused at once. */
import type { Integration } from "../api/integration.ts";
import type { CompiledConnector } from "../connector-kit/compile.ts";
import { pointer, problemAt } from "./problem.ts";
import { secretReferences } from "./secret-references.ts";
import type { Manifest, Problem } from "./types.ts";

/** Finds `{ sealed }` among an Integration's references (`Unsupported`). */
export function sealedReferences(manifest: Manifest<Integration>, compiled: CompiledConnector | undefined): Problem[] {
  return secretReferences(manifest.object, compiled).flatMap(({ reference, path }) =>
    "sealed" in reference
      ? [
          problemAt(manifest, path, {
            code: "Unsupported",
            message: `${pointer(path)} is sealed, and this version has no \`plumbline secrets\` that could open it.`,
            remedy: "Use { env: NAME } or { file: path }.",
          }),
        ]
      : [],
  );
}
