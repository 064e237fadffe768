/** Follows a path such as `Integration.spec.policy` from its root. */
import type { Kind } from "../../connector-kit/compile.ts";
import { didYouMean } from "../../manifests/nearest.ts";
import { UserError } from "../errors.ts";
import type { Root } from "./roots.ts";
import { type Field, fieldNamed, fieldsBelow } from "./schema-tree.ts";

/** What a path leads to. */
export interface Subject extends Field {
  root: Root;
  /** The names after the root's. */
  path: readonly string[];
  /** The kind of resource that it is, or that it is a field of. */
  kind: Kind | undefined;
}

/** @throws UserError for a name that is not there, with the nearest one. */
export function follow(root: Root, path: readonly string[]): Subject {
  let field: Field = { name: root.name, schema: root.schema, required: false };
  for (const [depth, name] of path.entries()) {
    const fields = fieldsBelow(field.schema, root.schema);
    const found = fieldNamed(fields, name);
    if (!found) throw unknownField(root, path.slice(0, depth), name, fields);
    field = found;
  }
  return { ...field, root, path, kind: kindAt(root, path) };
}

function unknownField(root: Root, path: readonly string[], name: string, fields: readonly Field[]): UserError {
  const parent = [root.name, ...path].join(".");
  const names = fields.map((field) => field.name);
  const open = root.name === "Integration" && !root.compiled && names.length === 0 && path[0] === "spec";
  if (open) return new UserError(`${parent} depends on the platform: add --platform, as in --platform slack.`);
  if (names.length === 0) return new UserError(`${parent} has no fields, so no "${name}".`);
  return new UserError(`${parent} has no "${name}".${didYouMean(name, names)} It has ${names.join(", ")}.`);
}

/** The innermost kind on the way. */
function kindAt({ compiled, before }: Root, path: readonly string[]): Kind | undefined {
  const inside = path[0] === "spec" && path[1] === "defaults" ? path.slice(2) : below(path, before);
  for (let length = inside?.length ?? 0; length > 0; length--) {
    const kind = compiled?.kinds.get(inside?.slice(0, length).join(".") ?? "");
    if (kind) return kind;
  }
  return undefined;
}

function below(path: readonly string[], before: readonly string[]): readonly string[] | undefined {
  return before.every((name, index) => path[index] === name) ? path.slice(before.length) : undefined;
}
