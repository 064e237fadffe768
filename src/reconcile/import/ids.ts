/** What the names in a manifest lead to, for comparing it with live values, which hold ids. */
import { parseKey } from "../../api/index.ts";
import { ConnectorError } from "../../connector-kit/errors.ts";
import { normalizedKeyText } from "../../manifests/keys.ts";
import type { DesiredEntry } from "../../manifests/types.ts";
import { kindTools } from "../kind-tools.ts";
import type { NameOf } from "./names.ts";
import type { LiveSource, LiveThings } from "./read.ts";

/** @returns the id of a name; undefined for one that leads nowhere. */
export type IdOf = (target: string, name: string) => string | undefined;

type Ids = Map<string, Map<string, string>>;

/**
 * Asks each lookup once, for all names that entries state; the names of live things are known already.
 *
 * @throws ConnectorError when a lookup cannot be asked.
 */
export async function idsOf(
  { compiled, reader, guard }: LiveSource,
  { things, names }: { things: LiveThings; names: NameOf },
  entries: readonly DesiredEntry[],
): Promise<IdOf> {
  const known = liveNames(things, names);
  for (const [target, stated] of namesByTarget(compiled.kinds, entries)) {
    const { lookups = {}, title } = compiled.connector;
    const lookup = Object.hasOwn(lookups, target) ? lookups[target] : undefined;
    if (!lookup) throw new ConnectorError("UNSUPPORTED", `${title} has no lookup "${target}".`);
    const found = await guard(() => lookup.resolve(reader, [...stated]));
    for (const [name, id] of found) put(known, target, name, id);
  }
  const indexed = new Map<string, ReturnType<typeof index>>();
  return (target, name) => {
    const kind = compiled.kinds.get(target);
    if (!kind) return known.get(target)?.get(name);
    const { byKey, ids } = indexed.get(target) ?? index(things, target);
    indexed.set(target, { byKey, ids });
    const key = normalizedKeyText(kind, kind.parent ? parseKey(name) : [name]);
    return byKey.get(key) ?? (ids.has(name) ? name : undefined);
  };
}

function index(things: LiveThings, target: string) {
  const list = things.get(target) ?? [];
  return {
    byKey: new Map(list.map(({ keyText, observed }) => [keyText, observed.id])),
    ids: new Set(list.map(({ observed }) => observed.id)),
  };
}

function liveNames(things: LiveThings, names: NameOf): Ids {
  const known: Ids = new Map();
  for (const { kind, observed } of [...things.values()].flat()) {
    kindTools(kind).mapReferences?.(observed.spec, (target, id) => {
      const name = names(target, id);
      if (name !== undefined) put(known, target, name, id);
      return id;
    });
  }
  return known;
}

function put(ids: Ids, target: string, name: string, id: string): void {
  const known = ids.get(target) ?? new Map<string, string>();
  ids.set(target, known.set(name, id));
}

function namesByTarget(kinds: LiveSource["compiled"]["kinds"], entries: readonly DesiredEntry[]) {
  const wanted = new Map<string, Set<string>>();
  for (const { kind: name, spec } of entries) {
    const kind = kinds.get(name);
    if (!kind) continue;
    kindTools(kind).mapReferences?.(spec, (target, value) => {
      if (!kinds.has(target)) wanted.set(target, (wanted.get(target) ?? new Set()).add(value));
      return value;
    });
  }
  return wanted;
}
