/** The published schemas, which lie beside the program. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** @returns the folder `schemas` of this package, above this file both in a checkout and in the built program. */
export function schemasFolder(): string {
  for (let folder = import.meta.dirname; dirname(folder) !== folder; folder = dirname(folder)) {
    if (existsSync(join(folder, "schemas", "plumbline.json"))) return join(folder, "schemas");
  }
  throw new Error("The package's folder schemas is missing.");
}
