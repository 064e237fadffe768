/** How a difference is shown: keys instead of ids, secrets never. */
import { type Cause, type FieldChange, parsePointer, SENSITIVE } from "../api/index.ts";
import { equal, type FieldDifference, isRecord } from "../connector-kit/compare.ts";
import { pendingIn } from "../connector-kit/references.ts";
import { kindTools } from "./kind-tools.ts";
import type { Desired, Observation } from "./types.ts";

/** One field's row in the plan. */
export function fieldChange(
  difference: FieldDifference,
  desired: Desired,
  observation: Pick<Observation, "nameOf">,
  cause: Cause,
): FieldChange {
  const { path, after, field } = difference;
  const before = asStated(difference);
  const tools = kindTools(desired.kind);
  const shown = tools.mapReferences
    ? pick(
        tools.mapReferences(wrap(path, before), (target, id) => observation.nameOf(target, id) ?? id),
        path,
      )
    : before;
  const unknown = pendingIn(after).length > 0;
  return {
    path,
    before: shown,
    after: stated(desired, path, after),
    ...(unknown ? { afterUnknown: true } : {}),
    cause,
    ...sourceElsewhere(desired, field),
  };
}

/**
 * What was observed, for people. An element of a map that is as declared is shown as the manifest states it: what
 * else the platform says of it is no difference.
 */
function asStated({ before, after, delta, schema }: FieldDifference): unknown {
  if (schema["x-kubernetes-list-type"] !== "map" || !Array.isArray(before) || !Array.isArray(after)) return before;
  const changed = new Set(delta?.added);
  const same = after.filter((element) => !changed.has(element));
  return before.map((element) => same.find((other) => equal(schema.items ?? {}, other, element)) ?? element);
}

/** Where a field was written, where that is not the entry's own place: a default's, mostly. */
export function sourceElsewhere({ entry }: Desired, field: string): Pick<FieldChange, "source"> {
  const source = entry.fieldSource(field);
  return source.file === entry.source.file && source.line === entry.source.line ? {} : { source };
}

/**
 * A secret's row. It is never drift, since it cannot be read back: it was changed, or nobody knows, where nothing
 * is recorded or only a hash by another key.
 */
export function secretFieldChange(path: string, { hashes }: Desired, recorded: string | undefined): FieldChange {
  const hash = hashes[path];
  const known = recorded !== undefined && keyOf(recorded) === keyOf(hash ?? "");
  return {
    path,
    ...(known ? { before: SENSITIVE } : {}),
    after: SENSITIVE,
    cause: known || recorded === undefined ? "change" : "unknown",
    ...(hash === undefined ? {} : { hash }),
  };
}

/** The part of a keyed hash that names its key. */
function keyOf(hash: string): string {
  return hash.slice(0, hash.lastIndexOf(":"));
}

/** The value as the manifest states it. */
function stated(desired: Desired, path: string, fallback: unknown): unknown {
  const value = pick(desired.spec, path);
  return value === undefined ? fallback : value;
}

function wrap(path: string, value: unknown): Record<string, unknown> {
  return parsePointer(path).reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as Record<
    string,
    unknown
  >;
}

function pick(spec: Record<string, unknown>, path: string): unknown {
  return parsePointer(path).reduce<unknown>(
    (value, name) => (isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    spec,
  );
}
