/**
 * Makes sure that what was bundled says the same as the source.
 *
 * The built program makes its schemas with {@link file://./light-schemas.ts}. A builder that differs
 * from TypeBox's would check manifests by other rules than the published ones, silently; so the
 * manifest kinds and each platform's schemas are compared here, and a difference fails the build.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";
import * as api from "../../src/api/index.ts";
import type { CompiledConnector } from "../../src/connector-kit/compile.ts";
import { loadPlatforms } from "./connectors.ts";

/**
 * @param root the repository's folder.
 * @param built the folder with the JavaScript files.
 * @throws Error naming what differs, or the module that does not load.
 */
export async function verify(root: string, built: string): Promise<void> {
  const load = async (file: string): Promise<unknown> => {
    try {
      return await import(pathToFileURL(join(built, file)).href);
    } catch (cause) {
      const hint = "If a builder of TypeBox is missing, add it to scripts/build/light-schemas.ts.";
      throw new Error(`dist/${file} does not load: ${(cause as Error).message}. ${hint}`, { cause });
    }
  };
  const kinds = (await load("index.js")) as Record<string, unknown>;
  for (const [name, value] of Object.entries(api)) {
    if (name !== "Type" && typeof value === "object") same(name, kinds[name], value);
  }
  for (const [name, { connector, schemas }] of await loadPlatforms(root)) {
    const { platform } = (await load(`platforms/${name}.js`)) as { platform: { compiled: CompiledConnector } };
    same(name, platform.compiled.schemas, schemas);
    same(name, platform.compiled.connector, connector);
  }
}

function same(name: string, built: unknown, source: unknown): void {
  if (isDeepStrictEqual(plain(built), plain(source))) return;
  throw new Error(`scripts/build/light-schemas.ts builds another "${name}" than TypeBox does.`);
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
