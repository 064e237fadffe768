/** Files that appear whole or not at all, readable by nobody else. */
import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { UserError } from "./errors.ts";

/**
 * Writes a file beside its place and moves it there.
 *
 * @param shown the path as the user gave it.
 * @throws UserError when the folder is not there or may not be written.
 */
export async function writeFileAtomically(path: string, shown: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const handle = await open(draft, "wx", 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "its folder does not exist" : `the system refused it (${code})`;
    throw new UserError(`${shown} cannot be written: ${why}.`, { cause });
  }
}
