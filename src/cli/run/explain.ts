/** `plumbline explain`: only the kind or the platform that the path begins with is loaded. */
import type { AnnotatedSchema } from "../../api/schema.ts";
import type { Run } from "../command.ts";
import type { ExplainFlags } from "../commands/explain.ts";
import { UserError } from "../errors.ts";
import { explain as explanationOf } from "../explain/explanation.ts";
import { follow, type Subject } from "../explain/find.ts";
import { renderExplanation } from "../explain/render.ts";
import { rootOf } from "../explain/roots.ts";
import { resolved } from "../explain/schema-tree.ts";
import { declaredPlatforms } from "../own-platforms.ts";

const explain: Run<ExplainFlags, [string]> = async (invocation, flags, text) => {
  const { output } = invocation;
  const [first = "", ...path] = text.split(".");
  if ([first, ...path].includes("")) throw new UserError(`"${text}" is no path: it has an empty name in it.`);
  const platforms = await declaredPlatforms(invocation, flags["load-connectors"] === true);
  if (!platforms) return 1;
  const subject = follow(await rootOf(platforms, first, flags.platform), path);
  if (flags.output !== "text") {
    await output.data(schemaPart(subject), flags.output);
    return 0;
  }
  const recursive = flags.recursive === true;
  output.print(renderExplanation(explanationOf(subject, recursive), recursive, output));
  return 0;
};
export default explain;

/** The part of the schema, with the definitions that it refers to. */
function schemaPart({ schema, root }: Subject): AnnotatedSchema {
  const part = resolved(schema, root.schema);
  const { $defs } = root.schema;
  if ($defs === undefined || part.$defs !== undefined) return part;
  return JSON.stringify(part).includes('"#/$defs/') ? { ...part, $defs } : part;
}
