/**
 * Brings a manifest up to what is live: stated fields that differ, things that nobody declared, and no more.
 *
 * Works in rounds, each over the manifest as the last one left it, until nothing is left to change: what was
 * added comes to lie over `spec.defaults`, which may state more than is live.
 */
import type { Integration } from "../../api/index.ts";
import type { Spec } from "../../connector-kit/contract.ts";
import { type DeclaredEntry, desiredEntries } from "../../manifests/desired.ts";
import { type DocumentEdit, editedValue } from "../../manifests/document-edit.ts";
import type { DocumentPath, Manifest } from "../../manifests/types.ts";
import { type Comparing, fieldEdits, pathText } from "./declared-fields.ts";
import { type IdOf, idsOf } from "./ids.ts";
import { countEntries, type ImportRequest, type LiveState, readLive } from "./index.ts";
import { type Matches, matchDeclared, parentText } from "./match-declared.ts";
import type { LiveThing } from "./read.ts";
import { type Entry, type LeftOut, leftOutOf, listsOf } from "./tree.ts";

export interface MergeRequest extends ImportRequest {
  manifest: Manifest<Integration>;
  /** Also states the fields of declared things that are not stated. */
  allFields: boolean;
  /** Makes changes in the manifest's text. @returns the manifest as it reads then. */
  apply(edits: readonly DocumentEdit[]): Integration;
}

export interface Merged {
  /** Fields of declared things that were changed. */
  fields: number;
  /** Things that were added. */
  added: number;
  /** Declared things that are not there; they stay declared. */
  gone: readonly { kind: string; key: string; source: { file: string; line: number } }[];
  leftOut: readonly LeftOut[];
  unstatable: LiveState["unstatable"];
}

/** Far more than it takes; each round either changes a field for the first time or is the last. */
const MANY_ROUNDS = 20;

/** @throws ConnectorError when anything could not be read whole; what `apply` throws. */
export async function mergeLive(request: MergeRequest): Promise<Merged> {
  const live = await readLive(request);
  const { compiled, manifest } = request;
  const before = desiredEntries(manifest, compiled).entries;
  const idOf = await idsOf(
    request,
    live,
    before.filter(({ kind }) => live.wanted.has(kind)),
  );
  const merging = new Merging(request, live, idOf);
  for (let round = 0; round < MANY_ROUNDS && merging.round(); round++);
  const { gone } = matchDeclared(compiled, live.things, before, live.wanted);
  return {
    fields: merging.fields.size,
    added: merging.added,
    gone: gone.map(({ kind, keyText, source }) => ({ kind, key: keyText, source })),
    leftOut: [...live.leftOut, ...merging.leftOut.values()],
    unstatable: live.unstatable,
  };
}

class Merging {
  readonly fields = new Set<string>();
  readonly leftOut = new Map<string, LeftOut>();
  added = 0;
  private readonly tries = new Map<string, number>();
  private readonly request: MergeRequest;
  private readonly live: LiveState;
  private readonly idOf: IdOf;
  /** Things that share a key: nobody can tell which one an entry means. */
  private readonly ambiguous: ReadonlySet<LiveThing>;
  private object: Integration;

  constructor(request: MergeRequest, live: LiveState, idOf: IdOf) {
    this.request = request;
    this.live = live;
    this.idOf = idOf;
    this.object = request.manifest.object;
    this.ambiguous = sharedKeys(live.things);
  }

  /** @returns whether anything was changed. */
  round(): boolean {
    const { compiled, manifest } = this.request;
    const { entries: declared } = desiredEntries({ ...manifest, object: this.object, locate: top }, compiled);
    const matches = matchDeclared(compiled, this.live.things, declared, this.live.wanted);
    const additions = new Additions(declared);
    const edits = this.changes(matches, additions);
    this.add(this.live.entries, ["spec", "resources"], matches, additions);
    const fitting = this.fitting([...edits, ...additions.edits()]);
    if (fitting.length === 0) return false;
    this.object = this.request.apply(fitting);
    this.count(fitting, additions);
    return true;
  }

  private changes({ entries }: Matches, additions: Additions): DocumentEdit[] {
    const edits: DocumentEdit[] = [];
    const comparing = this.comparing();
    for (const [thing, entry] of entries) {
      if (!this.live.wanted.has(thing.kind.kind) || this.ambiguous.has(thing)) continue;
      const found = fieldEdits(entry, thing, comparing);
      for (const { field, why } of found.notes) this.leave(thing, field, why);
      if (found.edits.length === 0) continue;
      if (isOwn(entry)) edits.push(...found.edits);
      else additions.promote(entry, this.request.compiled.kinds);
    }
    return edits;
  }

  private comparing(): Comparing {
    const { secret, allFields } = this.request;
    const { names } = this.live;
    const tried = (path: DocumentPath) => this.tries.get(pathText(path)) ?? 0;
    return { document: this.object, names, idOf: this.idOf, secret, allFields, tried };
  }

  private leave(thing: Entry["thing"], field: string, why: string): void {
    const left = leftOutOf(thing, field, why);
    this.leftOut.set(`${left.kind} ${left.key} ${field}`, left);
  }

  private add(entries: readonly Entry[], owner: DocumentPath, matches: Matches, additions: Additions): void {
    for (const entry of entries) {
      const declared = matches.entries.get(entry.thing);
      if (!declared) additions.add([...owner, entry.thing.kind.property], entry);
      else if (isOwn(declared)) this.add(entry.children, declared.path, matches, additions);
      else if (needsOwn(entry.children, matches)) additions.promote(declared, this.request.compiled.kinds);
    }
  }

  /** Drops changes that the schema refuses, by the very check that `validate` uses. */
  private fitting(edits: readonly DocumentEdit[]): readonly DocumentEdit[] {
    const { check } = this.request;
    for (let kept = edits; ; ) {
      if (kept.length === 0 || check(editedValue(this.object, kept))) return kept;
      const places = (check.errors ?? []).map(({ instancePath }) => `${instancePath.slice(1)}/`);
      const fits = kept.filter(({ path }) => !places.some((place) => place.startsWith(`${pathText(path)}/`)));
      if (fits.length === kept.length) return [];
      for (const edit of kept) if (!fits.includes(edit)) this.refuse(edit);
      kept = fits;
    }
  }

  private refuse({ path }: DocumentEdit): void {
    const field = path.slice(2).join(".");
    this.leftOut.set(pathText(path), { kind: "resources", key: field, why: "the schema refuses what is live" });
  }

  private count(edits: readonly DocumentEdit[], additions: Additions): void {
    this.added += additions.count;
    for (const { path } of edits) {
      const text = pathText(path);
      if (additions.has(path)) continue;
      this.tries.set(text, (this.tries.get(text) ?? 0) + 1);
      this.fields.add(text);
    }
  }
}

/** Entries that lists gain in one round. */
class Additions {
  /** Entries that nobody had declared, with their children. */
  count = 0;
  private readonly lists = new Map<string, { path: DocumentPath; added: Spec[] }>();
  private readonly promoted = new Set<DeclaredEntry>();
  private readonly byPlace: ReadonlyMap<string, DeclaredEntry>;

  constructor(declared: readonly DeclaredEntry[]) {
    this.byPlace = new Map(declared.map((entry) => [`${entry.kind} ${entry.keyText}`, entry]));
  }

  add(path: DocumentPath, entry: Entry): void {
    this.put(path, { ...entry.spec, ...listsOf(entry.children) });
    this.count += countEntries([entry]);
  }

  /** Gives an entry that only `spec.defaults` states a place of its own, and first one to its parent. */
  promote(entry: DeclaredEntry, kinds: ImportRequest["compiled"]["kinds"]): void {
    if (this.promoted.has(entry)) return;
    this.promoted.add(entry);
    const kind = kinds.get(entry.kind);
    const parent = kind?.parent && this.byPlace.get(`${kind.parent.kind} ${parentText(entry.keyText)}`);
    if (!kind || !parent) return;
    if (!isOwn(parent)) {
      this.promote(parent, kinds);
      return;
    }
    const required = (kind.schema.required ?? []).filter((name) => Object.hasOwn(entry.spec, name));
    this.put([...parent.path, kind.property], Object.fromEntries(required.map((name) => [name, entry.spec[name]])));
  }

  has(path: DocumentPath): boolean {
    return this.lists.has(pathText(path));
  }

  edits(): DocumentEdit[] {
    return [...this.lists.values()].map(({ path, added }) => ({ do: "list", path, removed: [], added }));
  }

  private put(path: DocumentPath, value: Spec): void {
    const text = pathText(path);
    const list = this.lists.get(text) ?? { path, added: [] };
    list.added.push(value);
    this.lists.set(text, list);
  }
}

function sharedKeys(things: LiveState["things"]): Set<LiveThing> {
  const groups = [...things.values()].flatMap((list) => [...Map.groupBy(list, ({ keyText }) => keyText).values()]);
  return new Set(groups.filter((group) => group.length > 1).flat());
}

function isOwn({ path }: DeclaredEntry): boolean {
  return path[1] === "resources";
}

function needsOwn(children: readonly Entry[], matches: Matches): boolean {
  return children.some((child) => {
    const declared = matches.entries.get(child.thing);
    return !declared || needsOwn(child.children, matches);
  });
}

const top = () => ({ line: 1, column: 1 });
