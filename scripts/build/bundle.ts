/**
 * Bundles the program and the package's entries.
 *
 * One run makes all of them, so that what they share is one chunk and a class is one class: an
 * error that a user's connector throws is the program's own `ConnectorError`.
 */
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { ascii } from "./ascii.ts";
import { lazyBuiltins } from "./lazy-builtins.ts";
import { lazyGlobs } from "./lazy-globs.ts";
import { lazyStringWidth } from "./lazy-string-width.ts";
import { startChunks } from "./start-chunks.ts";
import { threads } from "./threads.ts";
import { entryModule, packageEntries, virtualModules } from "./virtual-modules.ts";

const asciiOutput = {
  name: "ascii-output",
  generateBundle(_: unknown, files: Record<string, { type: string; code?: string }>) {
    for (const file of Object.values(files)) if (file.type === "chunk" && file.code) file.code = ascii(file.code);
  },
};

/** Chunks of virtual modules stand where their names say; all others in `chunks/`. */
function chunkPath(facade: string | null | undefined): string {
  const virtual = facade?.match(/^plumbline:((?:platforms|checks)\/.+)$/);
  return virtual ? `${virtual[1]}.js` : "chunks/[name]-[hash].js";
}

/**
 * @param root the repository's folder.
 * @param target the folder that gets the JavaScript files.
 */
export async function bundle(root: string, target: string): Promise<void> {
  const start = join(root, "src/cli/start.ts");
  const names = Object.keys(packageEntries) as (keyof typeof packageEntries)[];
  const chunks = startChunks(root);
  const build = await rolldown({
    cwd: root,
    platform: "node",
    input: {
      cli: start,
      ...Object.fromEntries(names.map((name) => [name, entryModule(name)])),
    },
    preserveEntrySignatures: "allow-extension",
    plugins: [
      lazyBuiltins,
      lazyGlobs(root),
      lazyStringWidth,
      threads,
      await virtualModules(root),
      chunks.plugin,
      asciiOutput,
    ],
    // Our modules do nothing when they are loaded; building a schema that nobody uses is left out.
    treeshake: {
      moduleSideEffects: (id) => (id.startsWith(join(root, "src/")) && id !== start ? false : undefined),
      manualPureFunctions: ["Type"],
    },
    optimization: { inlineConst: true },
  });
  try {
    await build.write({
      dir: target,
      format: "esm",
      entryFileNames: "[name].js",
      chunkFileNames: ({ facadeModuleId }) => chunkPath(facadeModuleId),
      codeSplitting: { groups: chunks.groups, includeDependenciesRecursively: false },
      minify: "dce-only",
    });
  } finally {
    await build.close();
  }
  chmodSync(join(target, "cli.js"), 0o755);
}
