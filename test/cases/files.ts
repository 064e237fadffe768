/** Everything below a folder, to be compared before and after. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** @returns the content of each file by its path below the folder; what is no file comes as what it is. */
export function contentOf(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(folder, path), entry.isFile() ? readFileSync(path, "latin1") : "no file"];
    }),
  );
}
