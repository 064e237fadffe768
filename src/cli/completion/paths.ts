/** Paths for `explain`: the names below what is written in front of the last dot. */
import { builtinPlatforms } from "../../manifests/platform-source.ts";
import { rootOf } from "../explain/roots.ts";
import { fieldNamed, fieldsBelow } from "../explain/schema-tree.ts";
import type { Proposer } from "./propose.ts";

export const paths: Proposer = async (completing, _, partial) => {
  const names = partial.split(".").slice(0, -1);
  const [first = "", ...path] = names;
  const root = await rootOf(builtinPlatforms(), first, completing.values("platform")[0]);
  let schema = root.schema;
  for (const name of path) schema = fieldNamed(fieldsBelow(schema, root.schema), name)?.schema ?? {};
  return fieldsBelow(schema, root.schema).map((field) => {
    const word = [...names, field.name].join(".");
    completing.describe(word, field.schema.description ?? "");
    return word;
  });
};
