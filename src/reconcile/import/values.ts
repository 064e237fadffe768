/** Live values as a manifest may state them: names in place of ids, and no secrets. */
import type { Kind } from "../../connector-kit/compile.ts";
import { kindTools } from "../kind-tools.ts";
import type { NameOf } from "./names.ts";

/** @returns the value with names in place of ids; undefined when an id has none. */
export function withNames(kind: Kind, field: string, value: unknown, names: NameOf): unknown {
  const { mapReferences } = kindTools(kind);
  let unnamed = false;
  const mapped = mapReferences?.({ [field]: value }, (target, id) => {
    const name = names(target, id);
    unnamed ||= name === undefined;
    return name;
  });
  if (unnamed) return undefined;
  const named = mapped ? mapped[field] : value;
  const isSet = kind.schema.properties?.[field]?.["x-kubernetes-list-type"] === "set";
  return isSet && Array.isArray(named) && named.every((one) => typeof one === "string") ? named.toSorted() : named;
}

/** Whether any text in a value is one that may not be written. */
export function holds(value: unknown, secret: (text: string) => boolean): boolean {
  if (typeof value === "string") return secret(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, inner]) => secret(name) || holds(inner, secret));
}
