/** Which declared entry is which live thing: by key, or by a former key while a rename waits for its apply. */
import { escapeSegment } from "../../api/index.ts";
import type { CompiledConnector, Kind } from "../../connector-kit/compile.ts";
import type { DeclaredEntry } from "../../manifests/desired.ts";
import { normalizeSegment } from "../../manifests/keys.ts";
import type { LiveThing, LiveThings } from "./read.ts";

export interface Matches {
  /** The entry of each live thing that has one. */
  entries: ReadonlyMap<LiveThing, DeclaredEntry>;
  /** Entries of these kinds that nothing live stands for, though their parent is there. */
  gone: readonly DeclaredEntry[];
}

/** @param kinds those of which entries can be gone. */
export function matchDeclared(
  { kinds }: CompiledConnector,
  things: LiveThings,
  declared: readonly DeclaredEntry[],
  wanted: ReadonlySet<string>,
): Matches {
  const places = placesOf(kinds, declared);
  const live = new Map<string, DeclaredEntry>();
  const all = [...things.values()].flat();
  const texts = new Set(all.map(({ kind, keyText }) => `${kind.kind} ${keyText}`));
  const entries = new Map<LiveThing, DeclaredEntry>();
  for (const thing of all) {
    const entry = entryFor(thing, places, live, texts);
    if (!entry) continue;
    entries.set(thing, entry);
    live.set(`${thing.kind.kind} ${thing.keyText}`, entry);
  }
  const there = new Set(entries.values());
  const isThere = (entry: DeclaredEntry, kind: Kind | undefined) => {
    if (!kind?.parent) return true;
    const parent = places.keys.get(`${kind.parent.kind} ${parentText(entry.keyText)}`);
    return parent !== undefined && there.has(parent);
  };
  const gone = declared.filter(
    (entry) => wanted.has(entry.kind) && !there.has(entry) && isThere(entry, kinds.get(entry.kind)),
  );
  return { entries, gone };
}

interface Places {
  keys: ReadonlyMap<string, DeclaredEntry>;
  former: ReadonlyMap<string, DeclaredEntry>;
}

function placesOf(kinds: CompiledConnector["kinds"], declared: readonly DeclaredEntry[]): Places {
  const keys = new Map(declared.map((entry) => [`${entry.kind} ${entry.keyText}`, entry]));
  const former = declared.flatMap((entry) => {
    const kind = kinds.get(entry.kind);
    if (!kind) return [];
    const parent = kind.parent ? `${parentText(entry.keyText)}/` : "";
    return (entry.lifecycle.previously ?? []).map((key): [string, DeclaredEntry] => [
      `${entry.kind} ${parent}${escapeSegment(normalizeSegment(kind, key))}`,
      entry,
    ]);
  });
  return { keys, former: new Map(former) };
}

/** @param live what is matched so far, parents first. @param texts the keys of all that is live. */
function entryFor(
  { kind, keyText }: LiveThing,
  { keys, former }: Places,
  live: ReadonlyMap<string, DeclaredEntry>,
  texts: ReadonlySet<string>,
): DeclaredEntry | undefined {
  const parent = kind.parent && live.get(`${kind.parent.kind} ${parentText(keyText)}`);
  if (kind.parent && !parent) return undefined;
  const beneath = parent ? `${parent.keyText}/` : "";
  const entry = keys.get(`${kind.kind} ${beneath}${segmentText(keyText)}`);
  if (entry) return entry;
  const renamed = former.get(`${kind.kind} ${beneath}${segmentText(keyText)}`);
  const now = renamed && `${parent ? `${parentText(keyText)}/` : ""}${segmentText(renamed.keyText)}`;
  return now !== undefined && texts.has(`${kind.kind} ${now}`) ? undefined : renamed;
}

function segmentText(keyText: string): string {
  return keyText.slice(keyText.lastIndexOf("/") + 1);
}

/** The text of a key's parent. */
export function parentText(keyText: string): string {
  return keyText.slice(0, keyText.lastIndexOf("/"));
}
