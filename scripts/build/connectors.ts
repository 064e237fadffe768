/** The platforms that Plumbline brings along: the folders under `src/connectors`. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type CompiledConnector, compileConnector } from "../../src/connector-kit/compile.ts";
import type { Connector } from "../../src/connector-kit/contract.ts";

/**
 * @param root the repository's folder.
 * @returns the folders that hold a connector, in alphabetical order.
 */
export function platformNames(root: string): string[] {
  const folder = join(root, "src/connectors");
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "index.ts")))
    .map((entry) => entry.name)
    .sort();
}

/**
 * Loads every connector from its source.
 *
 * @throws Error when a connector's name is not its folder's.
 */
export async function loadPlatforms(root: string): Promise<Map<string, CompiledConnector>> {
  const compiled = new Map<string, CompiledConnector>();
  for (const name of platformNames(root)) {
    const address = pathToFileURL(join(root, "src/connectors", name, "index.ts")).href;
    const { default: connector } = (await import(address)) as { default: Connector };
    if (connector.platform !== name) {
      throw new Error(`src/connectors/${name} says that its platform is "${connector.platform}".`);
    }
    compiled.set(name, compileConnector(connector));
  }
  return compiled;
}
