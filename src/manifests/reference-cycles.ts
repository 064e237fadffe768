/**
 * Circles among the entries of one Integration: `a` needs the id of `b`, and `b` that of `a`, so
 * neither can be made first.
 *
 * Only what is declared is followed: a reference to anything else may be to a thing that is there
 * already, and offline nobody can tell.
 */
import { escapeSegment, parseKey } from "../api/key.ts";
import type { AnnotatedSchema } from "../api/schema.ts";
import type { CompiledConnector, Kind } from "../connector-kit/compile.ts";
import { findCycles } from "./cycles.ts";
import type { DeclaredEntry } from "./desired.ts";
import { lineage, normalizedKeyText, normalizeSegment } from "./keys.ts";
import { pointer } from "./problem.ts";
import { someSchema, walkValue } from "./schema-walk.ts";
import type { Problem } from "./types.ts";

/** A reference from one entry to another, and the field that holds it. */
interface Edge {
  to: DeclaredEntry;
  field: string;
}

/** Finds circles among the entries of one Integration. */
export type CycleCheck = (entries: readonly DeclaredEntry[]) => Problem[];

/**
 * Makes the check for one connector, whose schemas are searched for references only once.
 *
 * @returns a check that gives one problem (`ReferenceCycle`) for each circle, at its first reference.
 */
export function cycleCheck(compiled: CompiledConnector): CycleCheck {
  const referring = new Map<string, Kind>();
  for (const [name, kind] of compiled.kinds) {
    if (someSchema(kind.schema, (schema) => targetKind(compiled, schema) !== undefined)) referring.set(name, kind);
  }
  return (entries) => {
    if (!entries.some((entry) => referring.has(entry.kind))) return [];
    const declared = new Map(entries.map((entry) => [entryId(entry.kind, entry.keyText), entry]));
    const edges = new Map<DeclaredEntry, readonly Edge[]>();
    for (const entry of entries) {
      const kind = referring.get(entry.kind);
      const found = kind ? edgesOf(compiled, kind, entry, declared) : [];
      if (found.length > 0) edges.set(entry, found);
    }
    const next = (entry: DeclaredEntry) => (edges.get(entry) ?? []).map((edge) => edge.to);
    return findCycles(edges.keys(), next).map((cycle) => cycleProblem(cycle, edges));
  };
}

/** The kind that a schema's references name; `undefined` for none and for lookups. */
export function targetKind(compiled: CompiledConnector, schema: AnnotatedSchema): Kind | undefined {
  const name = schema["x-plumbline-ref"] ?? schema["x-plumbline-key-of"];
  const { lookups, resources } = compiled.connector;
  if (name === undefined || (lookups && Object.hasOwn(lookups, name))) return undefined;
  const byPath = compiled.kinds.get(name);
  if (byPath || !resources || !Object.hasOwn(resources, name)) return byPath;
  return [...compiled.kinds.values()].find((kind) => kind.resource === resources[name]);
}

function edgesOf(
  compiled: CompiledConnector,
  kind: Kind,
  entry: DeclaredEntry,
  declared: ReadonlyMap<string, DeclaredEntry>,
): readonly Edge[] {
  const edges: Edge[] = [];
  walkValue(kind.schema, entry.spec, [], (schema, value, path) => {
    const target = targetKind(compiled, schema);
    for (const name of target ? [value].flat() : []) {
      if (!target || typeof name !== "string") continue;
      const to = declared.get(entryId(target.kind, targetKeyText(target, name, kind, entry)));
      if (to) edges.push({ to, field: String(path[0]) });
    }
    return true;
  });
  return edges;
}

/** The key that a reference means: among the entry's own relatives where kinds share a parent, else in full. */
export function targetKeyText(target: Kind, name: string, kind: Kind, entry: DeclaredEntry): string {
  if (!target.parent) return escapeSegment(normalizeSegment(target, name));
  if (!lineage(kind).includes(target.parent)) return normalizedKeyText(target, parseKey(name));
  const shared = entry.keyText.split("/").slice(0, lineage(target).length - 1);
  return [...shared, escapeSegment(normalizeSegment(target, name))].join("/");
}

/** Kinds hold no spaces, so no two entries share an id. */
export function entryId(kind: string, keyText: string): string {
  return `${kind} ${keyText}`;
}

function cycleProblem(cycle: readonly DeclaredEntry[], edges: ReadonlyMap<DeclaredEntry, readonly Edge[]>): Problem {
  const first = cycle[0] as DeclaredEntry;
  const second = cycle[1] ?? first;
  const field = edges.get(first)?.find((edge) => edge.to === second)?.field ?? "";
  const way = [...cycle, first].map((entry) => `${entry.kind} "${entry.key.join("/")}"`).join(" -> ");
  return {
    code: "ReferenceCycle",
    message: `These references go round in a circle, so that none can be made first: ${way}.`,
    remedy: "Take one of the references out.",
    ...first.fieldSource(field),
    path: pointer([...first.path, field]),
  };
}
