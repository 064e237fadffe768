/**
 * What an Integration wants to exist: `spec.resources` made flat along the nested kinds, with
 * `spec.defaults` beneath.
 *
 * A child under the defaults of its parent's kind lies under the child with the same key, or, where
 * a parent states none, is declared for it. Where something was written is looked up when somebody
 * asks: of ten thousand unchanged entries nobody does.
 */

import type { Integration, Lifecycle } from "../api/integration.ts";
import { escapeSegment } from "../api/key.ts";
import type { Source } from "../api/plan.ts";
import type { CompiledConnector, Kind } from "../connector-kit/compile.ts";
import { isObject, mergeValues, ownValue, type Values } from "./defaults.ts";
import { normalizeSegment } from "./keys.ts";
import { formatSource, problemAt, sourceAt } from "./problem.ts";
import type { DesiredEntry, DocumentPath, Manifest, Problem } from "./types.ts";

/** A desired entry that knows its place in the document. */
export interface DeclaredEntry extends DesiredEntry {
  /** In `spec.resources`; of a child that only the defaults state, in `spec.defaults`. */
  path: DocumentPath;
}

/** One statement about an entry. */
interface Layer {
  value: Values;
  path: DocumentPath;
}

/** A statement under `spec.defaults`, with its children by property and normalised key. */
interface DefaultLayer extends Layer {
  children: ReadonlyMap<string, ReadonlyMap<string, DefaultLayer>>;
}

/** What is said about one entry: by itself, by the defaults, or by both. */
type Layers = { own: Layer; beneath: DefaultLayer | undefined } | { own: undefined; beneath: DefaultLayer };

interface Flattening {
  manifest: Manifest<Integration>;
  compiled: CompiledConnector;
  /** Per kind the names that are no fields; filled as kinds are met. */
  reserved: Map<Kind, ReadonlySet<string>>;
  entries: DeclaredEntry[];
  problems: Problem[];
}

/** Keys seen under one parent, with how and where they were written. */
type Seen = Map<string, { key: string; path: DocumentPath }>;

/**
 * Flattens an Integration that its schema has accepted.
 *
 * @returns parents before their children; specs share no objects with the manifest or each other.
 *   Of two entries with one key the second is a problem (`DuplicateKey`) and left out.
 */
export function desiredEntries(
  manifest: Manifest<Integration>,
  compiled: CompiledConnector,
): { entries: DeclaredEntry[]; problems: Problem[] } {
  const run: Flattening = { manifest, compiled, reserved: new Map(), entries: [], problems: [] };
  for (const kind of compiled.kinds.values()) if (!kind.parent) addTopLevel(run, kind);
  return { entries: run.entries, problems: run.problems };
}

function addTopLevel(run: Flattening, kind: Kind): void {
  const { resources, defaults } = run.manifest.object.spec;
  const beneathAll = ownValue(defaults, kind.property);
  const beneath = isObject(beneathAll)
    ? defaultLayer(run, kind, beneathAll, ["spec", "defaults", kind.property])
    : undefined;
  const seen: Seen = new Map();
  for (const own of statedList(resources, kind.property, ["spec", "resources"])) {
    addEntry(run, kind, undefined, { own, beneath }, seen);
  }
}

function addChildren(run: Flattening, kind: Kind, parent: DeclaredEntry, layers: Layers): void {
  const beneath = layers.beneath?.children.get(kind.property);
  const seen: Seen = new Map();
  for (const own of statedList(layers.own?.value, kind.property, layers.own?.path ?? [])) {
    const key = beneath && normalizeSegment(kind, kind.resource.key(own.value));
    addEntry(run, kind, parent, { own, beneath: key === undefined ? undefined : beneath?.get(key) }, seen);
  }
  for (const [key, layer] of beneath ?? []) {
    if (!seen.has(key)) addEntry(run, kind, parent, { own: undefined, beneath: layer }, seen);
  }
}

function addEntry(run: Flattening, kind: Kind, parent: DeclaredEntry | undefined, layers: Layers, seen: Seen): void {
  const { value, path } = layers.own ?? layers.beneath;
  const beneath = layers.own ? layers.beneath?.value : undefined;
  const spec = mergeValues(value, beneath, kind.schema, reservedNames(run, kind));
  const key = kind.resource.key(spec);
  const normalized = normalizeSegment(kind, key);
  const first = seen.get(normalized);
  if (first) {
    run.problems.push(duplicateKey(run, kind, parent, first, { key, path }));
    return;
  }
  seen.set(normalized, { key, path });
  const entry = new Entry(run.manifest, kind, parent, layers, { spec, key, segment: escapeSegment(normalized) });
  run.entries.push(entry);
  for (const child of kind.children) addChildren(run, child, entry, layers);
}

/** What was merged of an entry's statements. */
interface Merged {
  spec: Record<string, unknown>;
  key: string;
  /** The key's last segment, normalised and escaped. */
  segment: string;
}

/**
 * An entry that finds its place, and that of its fields, when asked.
 *
 * A class, because ten thousand manifests have a hundred thousand of these: a getter in an object
 * literal would give each a hidden class of its own, and cost more than all else that is in it.
 */
class Entry implements DeclaredEntry {
  readonly kind: string;
  readonly key: DeclaredEntry["key"];
  readonly keyText: string;
  readonly spec: Record<string, unknown>;
  readonly lifecycle: Lifecycle;
  readonly path: DocumentPath;
  readonly statedChildren: readonly string[];
  readonly #manifest: Manifest<Integration>;
  readonly #layers: Layers;
  #source: Source | undefined;

  constructor(
    manifest: Manifest<Integration>,
    kind: Kind,
    parent: DeclaredEntry | undefined,
    layers: Layers,
    { spec, key, segment }: Merged,
  ) {
    this.kind = kind.kind;
    this.key = parent ? [...parent.key, key] : [key];
    this.keyText = parent ? `${parent.keyText}/${segment}` : segment;
    this.spec = spec;
    this.lifecycle = lifecycleOf(layers);
    this.path = (layers.own ?? layers.beneath).path;
    this.statedChildren = statedChildren(kind, layers);
    this.#manifest = manifest;
    this.#layers = layers;
  }

  get source(): Source {
    this.#source ??= sourceAt(this.#manifest, this.path);
    return this.#source;
  }

  fieldSource(field: string): Source {
    const { own, beneath } = this.#layers;
    const layer = [own, beneath].find((each) => each && Object.hasOwn(each.value, field));
    return layer ? sourceAt(this.#manifest, [...layer.path, field]) : this.source;
  }
}

function lifecycleOf({ own, beneath }: Layers): Lifecycle {
  const stated = valuesOf(own?.value, "lifecycle");
  const under = valuesOf(beneath?.value, "lifecycle");
  return stated || under ? mergeValues(stated ?? {}, under, undefined) : {};
}

const NO_CHILDREN: readonly string[] = [];

function statedChildren(kind: Kind, { own, beneath }: Layers): readonly string[] {
  if (kind.children.length === 0) return NO_CHILDREN;
  const stated = ({ property }: Kind) =>
    (own && Object.hasOwn(own.value, property)) || (beneath && Object.hasOwn(beneath.value, property));
  return kind.children.filter(stated).map((child) => child.kind);
}

/** Reads the defaults of one entry, its children by key, once for all parents. */
function defaultLayer(run: Flattening, kind: Kind, value: Values, path: DocumentPath): DefaultLayer {
  const children = new Map<string, ReadonlyMap<string, DefaultLayer>>();
  for (const child of kind.children) {
    const byKey = new Map<string, DefaultLayer>();
    for (const layer of statedList(value, child.property, path)) {
      const key = child.resource.key(layer.value);
      const normalized = normalizeSegment(child, key);
      const first = byKey.get(normalized);
      if (first) {
        const before = { key: child.resource.key(first.value), path: first.path };
        run.problems.push(duplicateKey(run, child, undefined, before, { key, path: layer.path }));
      } else {
        byKey.set(normalized, defaultLayer(run, child, layer.value, layer.path));
      }
    }
    children.set(child.property, byKey);
  }
  return { value, path, children };
}

function reservedNames({ reserved }: Flattening, kind: Kind): ReadonlySet<string> {
  const names = reserved.get(kind) ?? new Set(["lifecycle", ...kind.children.map((child) => child.property)]);
  reserved.set(kind, names);
  return names;
}

function statedList(values: Values | undefined, property: string, path: DocumentPath): Layer[] {
  const list = ownValue(values, property);
  if (!Array.isArray(list)) return [];
  return list.map((value: Values, index) => ({ value, path: [...path, property, index] }));
}

function valuesOf(values: Values | undefined, name: string): Values | undefined {
  const value = ownValue(values, name);
  return isObject(value) ? value : undefined;
}

function duplicateKey(
  run: Flattening,
  kind: Kind,
  parent: DeclaredEntry | undefined,
  first: { key: string; path: DocumentPath },
  second: { key: string; path: DocumentPath },
): Problem {
  const title = run.compiled.connector.title;
  const where = `${kind.kind}${parent ? ` of "${parent.key.join("/")}"` : ""}`;
  const earlier = formatSource(sourceAt(run.manifest, first.path));
  const here = formatSource(sourceAt(run.manifest, second.path));
  const message =
    first.key === second.key
      ? `${where}: "${second.key}" is declared twice, at ${earlier} and at ${here}.`
      : `${where}: "${first.key}" at ${earlier} and "${second.key}" at ${here} are one key to ${title}.`;
  return problemAt(run.manifest, second.path, { code: "DuplicateKey", message, remedy: "Remove one of the two." });
}
