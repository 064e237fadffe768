/**
 * The private folder that state and key are kept in.
 *
 * Files are created before SQLite opens them, because SQLite takes the mode of its `-wal` and `-shm`
 * from the database file. They are only ever created (`wx`), never opened when they exist: closing a
 * second descriptor of a file drops all POSIX locks that this process holds on it, SQLite's included
 * (sqlite.org/howtocorrupt.html, section 2.2).
 */
import { access, constants, mkdir, open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** The folder beside `plumbline.config.yaml`; it keeps itself out of Git. */
export const STATE_FOLDER = ".plumbline";

/**
 * Makes the folder, for this user alone. A folder that Plumbline made, or that has its name, gets a
 * `.gitignore` for all it holds; one that somebody else made is left as it is.
 */
export async function ensureFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined || basename(folder) === STATE_FOLDER) await createFile(join(folder, ".gitignore"), "*\n");
}

/**
 * Creates a file that only this user may read and write.
 *
 * @returns false when it exists; it is then left as it is.
 */
export async function createFile(file: string, content = ""): Promise<boolean> {
  try {
    const handle = await open(file, "wx", 0o600);
    try {
      await handle.writeFile(content);
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Whether a path exists. @throws what the file system says when that cannot be told. */
export async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

/** Whether this user may write a file and create others beside it. */
export async function isWritable(file: string): Promise<boolean> {
  try {
    await access(file, constants.W_OK);
    await access(dirname(file), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether an error says that a file is not there. */
export function isAbsence(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
