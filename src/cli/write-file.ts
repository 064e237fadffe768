/** Files that appear whole or not at all; new ones are readable by nobody else. */
import { randomBytes } from "node:crypto";
import { open, realpath, rename, rm, stat } from "node:fs/promises";
import { UserError } from "./errors.ts";

/** A new file: its owner reads and writes it. */
const PRIVATE = 0o600;
const PERMISSIONS = 0o777;

/**
 * Writes a text in the place of another; a link stays one, and the file's permissions stay as they are.
 *
 * @param shown the path as it is shown to people.
 * @throws UserError when the file is gone or may not be written.
 */
export async function replaceFile(path: string, shown: string, text: string): Promise<void> {
  try {
    const real = await realpath(path);
    const { mode } = await stat(real);
    await writeFileAtomically(real, shown, text, mode & PERMISSIONS);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(`${shown} cannot be written: it is not there any more.`, { cause });
  }
}

/**
 * Writes a file beside its place and moves it there.
 *
 * @param shown the path as the user gave it.
 * @throws UserError when the folder is not there or may not be written.
 */
export async function writeFileAtomically(path: string, shown: string, text: string, mode = PRIVATE): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const handle = await open(draft, "wx", PRIVATE);
    try {
      await handle.chmod(mode);
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
