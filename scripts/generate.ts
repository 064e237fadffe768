/**
 * `npm run generate`: writes the files that follow from the schemas and from package.json.
 *
 * With `--check` it writes nothing and ends with 1 when one of them is stale.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generatedFiles, staleFiles } from "./generate/files.ts";

const root = join(import.meta.dirname, "..");
const files = await generatedFiles(root);
const stale = staleFiles(root, files);
if (process.argv.includes("--check")) {
  for (const path of stale) console.error(`${path} is stale. Run: npm run generate`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const path of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), files.get(path) as string);
    console.log(`wrote ${path}`);
  }
}
