/**
 * What people call the things that live fields name by id: keys of the system's own things, and names that
 * the connector's lookups know.
 *
 * A name is only given when it leads back to the same id; an id that nothing leads back to has none.
 */
import { formatKey } from "../../api/index.ts";
import { ConnectorError } from "../../connector-kit/errors.ts";
import { kindTools } from "../kind-tools.ts";
import type { LiveSource, LiveThing, LiveThings } from "./read.ts";

/** @returns the name of an id, undefined for one without. */
export type NameOf = (target: string, id: string) => string | undefined;

/**
 * Asks each lookup once, for all ids.
 *
 * @param wanted the kinds whose fields are to be named.
 * @throws ConnectorError when a lookup cannot be asked.
 */
export async function nameThings(source: LiveSource, things: LiveThings, wanted: ReadonlySet<string>): Promise<NameOf> {
  const ids = idsByTarget(things, wanted);
  const names = new Map<string, ReadonlyMap<string, string>>();
  for (const [target, found] of ids) {
    const own = things.get(target);
    names.set(target, own ? keysOf(own) : await lookedUp(source, target, [...found]));
  }
  return (target, id) => names.get(target)?.get(id);
}

function idsByTarget(things: LiveThings, wanted: ReadonlySet<string>): Map<string, Set<string>> {
  const ids = new Map<string, Set<string>>();
  for (const name of wanted) {
    for (const { kind, observed } of things.get(name) ?? []) {
      kindTools(kind).mapReferences?.(observed.spec, (target, id) => {
        ids.set(target, (ids.get(target) ?? new Set()).add(id));
        return id;
      });
    }
  }
  return ids;
}

/** A key that two things hold leads to neither; their ids do. */
function keysOf(things: readonly LiveThing[]): Map<string, string> {
  const byKey = Map.groupBy(things, ({ keyText }) => keyText);
  return new Map(
    things.map(({ kind, key, keyText, observed }) => {
      const text = kind.parent ? formatKey(key) : (key[0] as string);
      return [observed.id, byKey.get(keyText)?.length === 1 ? text : observed.id];
    }),
  );
}

async function lookedUp(
  { compiled, reader, guard }: LiveSource,
  target: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const { lookups = {}, title } = compiled.connector;
  const lookup = Object.hasOwn(lookups, target) ? lookups[target] : undefined;
  if (!lookup) throw new ConnectorError("UNSUPPORTED", `${title} has no lookup "${target}".`);
  const given = await guard(async () => (await lookup.names?.(reader, ids)) ?? new Map<string, string>());
  const holders = Map.groupBy(given, ([, name]) => name);
  const names = new Map([...given].filter(([, name]) => holders.get(name)?.length === 1));
  const unnamed = ids.filter((id) => !names.has(id));
  if (unnamed.length === 0) return names;
  const known = await guard(() => lookup.resolve(reader, unnamed));
  for (const id of unnamed) if (known.get(id) === id) names.set(id, id);
  return names;
}
