/** `plumbline schema`: the published files; for one platform it is computed, since no file holds that alone. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { integrationSchema } from "../../api/integration.ts";
import { didYouMean } from "../../manifests/nearest.ts";
import { builtinPlatforms } from "../../manifests/platform-source.ts";
import type { Run } from "../command.ts";
import { UserError } from "../errors.ts";
import type { CommonFlags } from "../flags.ts";
import { schemasFolder } from "../schemas-folder.ts";

/** The published files, by what people call them. */
const files: Readonly<Record<string, string>> = {
  plumbline: "plumbline.json",
  Integration: "integration.json",
  Rule: "rule.json",
  NotificationRoute: "notification-route.json",
  Plan: "plan.json",
  Configuration: "config.json",
};

const schema: Run<CommonFlags, [string]> = async ({ output }, _, name) => {
  const file = fileOf(name);
  if (file !== undefined) {
    output.print(await readFile(join(schemasFolder(), file), "utf8"));
    return 0;
  }
  const platforms = builtinPlatforms();
  const platform = await platforms.load(name);
  if (typeof platform === "object") {
    const text = {
      $schema: "http://json-schema.org/draft-07/schema#",
      ...integrationSchema(platform.compiled.schemas),
    };
    output.print(JSON.stringify(text, undefined, 2));
    return 0;
  }
  const known = [...Object.keys(files), ...platforms.names];
  throw new UserError(`There is no schema "${name}".${didYouMean(name, known)} There is ${known.join(", ")}.`);
};
export default schema;

function fileOf(name: string): string | undefined {
  const plain = name.toLowerCase().replaceAll("-", "");
  return Object.entries(files).find(([kind, file]) => kind.toLowerCase() === plain || file === `${plain}.json`)?.[1];
}
