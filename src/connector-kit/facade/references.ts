/**
 * Names that programs write, and ids that platforms take.
 *
 * A field with `x-plumbline-ref` holds the key of another resource or a name that a lookup resolves, such as
 * an e-mail address. Connectors are given ids. An id that stands there already is left as it is.
 */
import { parseKey } from "../../api/index.ts";
import type { CompiledConnector, Kind } from "../compile.ts";
import type { Spec } from "../contract.ts";
import { ConnectorError } from "../errors.ts";
import { compileReferences } from "../references.ts";
import type { Session } from "../session.ts";
import { listKind, observedKey, sameKey } from "./listing.ts";

/** @throws ConnectorError NOT_FOUND naming every reference that leads nowhere. */
export async function resolveReferences(compiled: CompiledConnector, session: Session, kind: Kind, spec: Spec) {
  const mapReferences = compileReferences(kind.schema);
  if (!mapReferences) return spec;
  const wanted = new Map<string, Set<string>>();
  mapReferences(spec, (target, value) => {
    wanted.set(target, (wanted.get(target) ?? new Set()).add(value));
    return value;
  });
  if (wanted.size === 0) return spec;
  const ids = new Map<string, ReadonlyMap<string, string>>();
  for (const [target, names] of wanted) ids.set(target, await idsOf(compiled, session, target, [...names]));
  const lost = [...wanted].flatMap(([target, names]) =>
    [...names].filter((name) => !ids.get(target)?.has(name)).map((name) => `"${name}" among its ${target}`),
  );
  if (lost.length > 0)
    throw new ConnectorError("NOT_FOUND", `${session.connector.title} has no ${lost.join(", no ")}.`);
  return mapReferences(spec, (target, value) => ids.get(target)?.get(value) ?? value);
}

async function idsOf(
  { kinds, connector }: CompiledConnector,
  session: Session,
  target: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const kind = kinds.get(target);
  if (kind) return idsOfThings(session, kind, names);
  const lookup = connector.lookups?.[target];
  if (!lookup) throw new ConnectorError("UNSUPPORTED", `${connector.title} has no lookup "${target}".`);
  return session.guardErrors(() => lookup.resolve(session.reader, names));
}

async function idsOfThings(session: Session, kind: Kind, names: readonly string[]): Promise<Map<string, string>> {
  const things = await listKind(session, kind, {});
  const found = new Map<string, string>();
  for (const name of names) {
    const key = kind.parent ? parseKey(name) : [name];
    const thing =
      things.find((one) => sameKey(kind, observedKey(kind, one), key)) ?? things.find(({ id }) => id === name);
    if (thing) found.set(name, thing.id);
  }
  return found;
}
