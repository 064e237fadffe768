/**
 * Leaves out what the schema refuses, by the very check that `validate` uses.
 *
 * A platform may hold what a manifest may not state: names from before a rule, texts longer than what it
 * takes today. An optional field goes alone; where the entry cannot be without it, the entry goes.
 */
import { type Integration, parsePointer } from "../../api/index.ts";
import type { SchemaCheck, SchemaError } from "../../manifests/types.ts";
import { type Entry, type LeftOut, leaveOut, sorted, withResources } from "./tree.ts";

export interface Fitted {
  integration: Integration;
  entries: readonly Entry[];
  leftOut: readonly LeftOut[];
}

/** @throws Error when the check refuses what is no part of the resources. */
export function fitToSchema(
  integration: Integration,
  { entries, leftOut }: { entries: readonly Entry[]; leftOut: readonly LeftOut[] },
  check: SchemaCheck,
): Fitted {
  const left = [...leftOut];
  for (let kept = sorted(entries); ; ) {
    const candidate = withResources(integration, kept);
    if (check(candidate)) return { integration: candidate, entries: kept, leftOut: left };
    const refused = refusedBy(check.errors ?? [], kept);
    if (refused.size === 0) throw new Error("What was imported does not fit its schema.");
    for (const [entry, fields] of refused) {
      for (const [field, why] of fields) leaveOut(left, entry.thing, field === "" ? undefined : field, why);
    }
    kept = without(kept, refused);
  }
}

/** What is refused: fields and why, by entry; the field is empty where the entry is. */
type Refused = Map<Entry, Map<string, string>>;

function refusedBy(errors: readonly SchemaError[], entries: readonly Entry[]): Refused {
  const refused: Refused = new Map();
  for (const error of errors) {
    const found = locate(error, entries);
    if (!found) continue;
    const { entry, field } = found;
    const fields = refused.get(entry) ?? new Map<string, string>();
    refused.set(entry, fields);
    const required = entry.thing.kind.schema.required ?? [];
    const name = field === undefined || required.includes(field) || !Object.hasOwn(entry.spec, field) ? "" : field;
    const why = `its ${error.params.missingProperty ?? field ?? "entry"} ${reason(error)}`;
    if (!fields.has(name)) fields.set(name, why);
  }
  return refused;
}

/** @returns the innermost entry that an error is in, and the field. */
function locate({ instancePath, params }: SchemaError, entries: readonly Entry[]) {
  const [spec, resources, ...rest] = parsePointer(instancePath);
  if (spec !== "spec" || resources !== "resources") return undefined;
  let entry: Entry | undefined;
  let among = entries;
  let path = rest;
  for (;;) {
    const [property, index, ...more] = path;
    const next = among.filter(({ thing }) => thing.kind.property === property)[Number(index)];
    if (!next) break;
    entry = next;
    among = next.children;
    path = more;
  }
  const extra = path.length === 0 ? params.additionalProperty : undefined;
  const field = path[0] ?? (typeof extra === "string" ? extra : undefined);
  return entry && { entry, field };
}

function reason({ keyword, message, params }: SchemaError): string {
  if (keyword === "required") return "is not shown";
  if (keyword === "enum") return `must be one of ${(params.allowedValues as unknown[]).join(", ")}`;
  return message ?? "does not fit its schema";
}

function without(entries: readonly Entry[], refused: Refused): Entry[] {
  return entries.flatMap((entry) => {
    const fields = refused.get(entry);
    if (fields?.has("")) return [];
    const spec = fields
      ? Object.fromEntries(Object.entries(entry.spec).filter(([name]) => !fields.has(name)))
      : entry.spec;
    return [{ ...entry, spec, children: without(entry.children, refused) }];
  });
}
