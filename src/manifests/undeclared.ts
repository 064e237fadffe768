/**
 * References to things that no manifest declares: `validate --strict`.
 *
 * Such a thing may exist in its system all the same, so this is no mistake by itself. Where everything is declared,
 * it finds a name that was misspelt and a file that is gone, without asking the system.
 */
import canonicalize from "canonicalize";
import type { Integration } from "../api/integration.ts";
import type { CompiledConnector } from "../connector-kit/compile.ts";
import { type DeclaredEntry, desiredEntries } from "./desired.ts";
import { didYouMean } from "./nearest.ts";
import { problemAt } from "./problem.ts";
import { entryId, targetKeyText, targetKind } from "./reference-cycles.ts";
import { namespaceOf } from "./references.ts";
import { walkValue } from "./schema-walk.ts";
import type { Manifest, Problem } from "./types.ts";

/** An Integration whose connector is known. */
export interface CheckedIntegration {
  manifest: Manifest<Integration>;
  compiled: CompiledConnector;
}

/**
 * @param integrations valid ones. @returns a problem (`UndeclaredReference`) for each reference that leads to no
 *   entry of the same system, which is told by platform and connection, in the same namespace.
 */
export function undeclaredReferences(integrations: readonly CheckedIntegration[]): Problem[] {
  const declared = new Map<string, Map<string, DeclaredEntry>>();
  const all = integrations.map(({ manifest, compiled }) => {
    const { entries } = desiredEntries(manifest, compiled);
    const system = systemOf(manifest.object);
    const known = declared.get(system) ?? new Map<string, DeclaredEntry>();
    declared.set(system, known);
    for (const entry of entries) known.set(entryId(entry.kind, entry.keyText), entry);
    return { manifest, compiled, entries, known };
  });
  return all.flatMap(({ manifest, compiled, entries, known }) =>
    entries.flatMap((entry) => missingOf(manifest, compiled, entry, known)),
  );
}

/** Offline nobody can tell more: the identity is read from the system. */
function systemOf({ metadata, spec }: Integration): string {
  return String(canonicalize([namespaceOf({ metadata }), spec.platform, spec.connection ?? {}]));
}

function missingOf(
  manifest: Manifest<Integration>,
  compiled: CompiledConnector,
  entry: DeclaredEntry,
  known: ReadonlyMap<string, DeclaredEntry>,
): Problem[] {
  const kind = compiled.kinds.get(entry.kind);
  const problems: Problem[] = [];
  if (!kind) return problems;
  walkValue(kind.schema, entry.spec, [], (schema, value, path) => {
    const target = targetKind(compiled, schema);
    const names = target ? [value].flat() : [];
    names.forEach((name, index) => {
      if (!target || typeof name !== "string") return;
      if (known.has(entryId(target.kind, targetKeyText(target, name, kind, entry)))) return;
      const others = [...known.values()].filter((one) => one.kind === target.kind).map(({ key }) => key.join("/"));
      const at = Array.isArray(value) ? [...path, index] : path;
      problems.push(
        problemAt(manifest, [...entry.path, ...at], {
          code: "UndeclaredReference",
          message: `No manifest of this system declares ${target.kind} "${name}".${didYouMean(name, others)}`,
          remedy: "Declare it; if it exists without a manifest, check without --strict.",
        }),
      );
    });
    return true;
  });
  return problems;
}
