/**
 * Secrets written in the clear, where a schema cannot refuse them: in connections, metadata, titles,
 * fields of resources, parameters, and in the place of a variable's name. The value is never repeated.
 */
import { pointer, problemAt } from "./problem.ts";
import { credentialIn } from "./token-forms.ts";
import type { DocumentPath, Manifest, Problem } from "./types.ts";

/** Finds strings that look like well-known credentials (`LiteralSecret`). */
export function literalSecrets(manifest: Manifest): Problem[] {
  const problems: Problem[] = [];
  const { metadata, spec } = manifest.object;
  visitStrings({ metadata, spec }, [], (text, path) => {
    const form = credentialIn(text);
    if (form === undefined) return;
    problems.push(
      problemAt(manifest, path, {
        code: "LiteralSecret",
        message: `${pointer(path)} holds what looks like ${form}, in the clear.`,
        remedy:
          "Revoke it, since files are copied and kept; name the new one by reference, { env: NAME }, where the field takes one.",
      }),
    );
  });
  return problems;
}

/** Visits all strings of a value. @param path grows and shrinks on the way; copy it to keep it. */
function visitStrings(
  value: unknown,
  path: (string | number)[],
  visit: (text: string, path: DocumentPath) => void,
): void {
  if (typeof value === "string") visit(value, path);
  if (typeof value !== "object" || value === null) return;
  const names = Array.isArray(value) ? value.keys() : Object.keys(value);
  for (const name of names) {
    path.push(name);
    visitStrings((value as Record<string | number, unknown>)[name], path, visit);
    path.pop();
  }
}
