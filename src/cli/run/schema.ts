/**
 * `plumbline schema`: the published files; what no file holds is computed: the Integrations of one platform,
 * and all kinds with the operator's own platforms among them.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type AnnotatedSchema, integrationSchema, type PlatformSchemas } from "../../api/index.ts";
import type { PlatformSource } from "../../manifests/types.ts";
import type { Run } from "../command.ts";
import type { SchemaFlags } from "../commands/schema.ts";
import { onePlatform } from "../one-platform.ts";
import { declaredPlatforms } from "../own-platforms.ts";
import { publishedKinds } from "../published-kinds.ts";
import { schemasFolder } from "../schemas-folder.ts";

const schema: Run<SchemaFlags, [string]> = async (invocation, flags, name) => {
  const { output } = invocation;
  const file = fileOf(name);
  const withOwn = flags["load-connectors"] === true;
  if (file !== undefined && !withOwn) {
    output.print(await readFile(join(schemasFolder(), `${file}.json`), "utf8"));
    return 0;
  }
  const platforms = await declaredPlatforms(invocation, withOwn);
  if (!platforms) return 1;
  const found = file === undefined ? await ofPlatform(platforms, name) : await ofKind(platforms, file);
  output.print(JSON.stringify(found, undefined, 2));
  return 0;
};
export default schema;

async function ofPlatform(platforms: PlatformSource, name: string): Promise<AnnotatedSchema> {
  const { compiled } = await onePlatform(platforms, name, "schema", Object.keys(publishedKinds));
  return { $schema: "http://json-schema.org/draft-07/schema#", ...integrationSchema(compiled.schemas) };
}

/** The same as the published file, made of all platforms that are loaded. */
async function ofKind(platforms: PlatformSource, file: string): Promise<AnnotatedSchema | undefined> {
  const { publishedSchemas } = await import("../../manifests/published-schemas.ts");
  const schemas: PlatformSchemas[] = [];
  for (const name of platforms.names) {
    const platform = await platforms.load(name);
    if (typeof platform === "object") schemas.push(platform.compiled.schemas);
  }
  return publishedSchemas(schemas)[file];
}

function fileOf(name: string): string | undefined {
  const plain = name.toLowerCase().replaceAll("-", "");
  return Object.entries(publishedKinds).find(([kind, file]) => kind.toLowerCase() === plain || file === plain)?.[1];
}
