/**
 * Writes the declarations of the package's entries, with the TypeScript compiler.
 *
 * Types are not checked here, which `npm run typecheck` does for the whole repository.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/**
 * @param target the folder that gets the declarations.
 * @throws Error when the compiler finds something wrong; what it is has gone to the terminal.
 */
export async function emitTypes(root: string, target: string): Promise<void> {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const child = spawn(
    process.execPath,
    [compiler, "-p", join(import.meta.dirname, "tsconfig.types.json"), "--outDir", target],
    {
      stdio: "inherit",
    },
  );
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error("The declarations could not be written: see the compiler's messages above.");
}
