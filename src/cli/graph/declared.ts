/** What an Integration declares, counted: how many things of which kind, and which kinds refer to which. */

import type { Integration } from "../../api/integration.ts";
import type { AnnotatedSchema } from "../../api/schema.ts";
import type { CompiledConnector } from "../../connector-kit/compile.ts";
import { compileReferences } from "../../connector-kit/references.ts";
import { desiredEntries } from "../../manifests/desired.ts";
import type { Manifest } from "../../manifests/types.ts";

/** An Integration with what it declares. */
export interface Declaration {
  object: Integration;
  kinds: readonly { kind: string; count: number }[];
  /** Pairs of kinds of which one names things of the other. */
  references: readonly { from: string; to: string }[];
}

/** @param compiled left out for a connector whose code may not run: then only top-level kinds are counted. */
export function declarationOf(manifest: Manifest<Integration>, compiled: CompiledConnector | undefined): Declaration {
  const { object } = manifest;
  if (!compiled) return { object, kinds: topLevel(object), references: [] };
  const counts = new Map<string, number>();
  const pairs = new Map<string, { from: string; to: string }>();
  for (const { kind, spec } of desiredEntries(manifest, compiled).entries) {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    for (const to of kindsNamed(compiled.kinds.get(kind)?.schema, spec)) {
      if (compiled.kinds.has(to)) pairs.set(`${kind} ${to}`, { from: kind, to });
    }
  }
  const kinds = [...compiled.kinds.keys()].flatMap((kind) => ({ kind, count: counts.get(kind) ?? 0 }));
  return { object, kinds: kinds.filter(({ count }) => count > 0), references: [...pairs.values()].sort(byPair) };
}

function byPair(a: { from: string; to: string }, b: { from: string; to: string }): number {
  return `${a.from} ${a.to}` < `${b.from} ${b.to}` ? -1 : 1;
}

function topLevel({ spec }: Integration): Declaration["kinds"] {
  return Object.entries(spec.resources ?? {}).flatMap(([kind, entries]) =>
    Array.isArray(entries) && entries.length > 0 ? [{ kind, count: entries.length }] : [],
  );
}

/** The kinds and lookups that an entry names something of. */
function kindsNamed(schema: AnnotatedSchema | undefined, spec: Record<string, unknown>): Set<string> {
  const named = new Set<string>();
  const visit = schema && compileReferences(schema);
  visit?.(spec, (target, value) => {
    named.add(target);
    return value;
  });
  return named;
}
