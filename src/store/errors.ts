/**
 * Turns what SQLite and the file system throw into one {@link StoreError} with a remedy.
 *
 * Classified by result code, never by text. The primary result code is the low byte of the extended
 * one (sqlite.org/rescode.html). What is not classified is a mistake in the program and stays as it is.
 */
import { StoreError, type StoreErrorCode } from "./types.ts";

const SQLITE_CODES: ReadonlyMap<number, StoreErrorCode> = new Map([
  [3, "Unwritable"], // SQLITE_PERM
  [5, "Locked"], // SQLITE_BUSY
  [6, "Locked"], // SQLITE_LOCKED
  [8, "Unwritable"], // SQLITE_READONLY
  [10, "Unwritable"], // SQLITE_IOERR
  [11, "Corrupt"], // SQLITE_CORRUPT
  [13, "Full"], // SQLITE_FULL
  [14, "Unwritable"], // SQLITE_CANTOPEN
  [26, "Corrupt"], // SQLITE_NOTADB
]);

const FILE_CODES: ReadonlyMap<string, StoreErrorCode> = new Map([
  ["ENOSPC", "Full"],
  ["EDQUOT", "Full"],
  ["EACCES", "Unwritable"],
  ["EPERM", "Unwritable"],
  ["EROFS", "Unwritable"],
  ["ENOENT", "Unwritable"],
  ["ENOTDIR", "Unwritable"],
  ["EISDIR", "Unwritable"],
  ["EEXIST", "Unwritable"],
  ["EIO", "Unwritable"],
]);

/** @returns SQLite's primary result code, undefined for another error. */
export function sqliteCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return error instanceof Error && typeof code === "number" ? code & 0xff : undefined;
}

/**
 * @param where what was opened, read or written, as people know it.
 * @returns a StoreError, or the error itself when it has no remedy that a user could carry out.
 */
function asStoreError(error: unknown, where: string): unknown {
  if (error instanceof StoreError || !(error instanceof Error)) return error;
  const sqlite = sqliteCode(error);
  const code =
    sqlite === undefined ? FILE_CODES.get((error as NodeJS.ErrnoException).code ?? "") : SQLITE_CODES.get(sqlite);
  return code === undefined ? error : new StoreError(code, explain(code, where, error.message), { cause: error });
}

/** Runs something; what it throws leaves as {@link asStoreError} makes it. */
export async function explaining<T>(where: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw asStoreError(error, where);
  }
}

function explain(code: StoreErrorCode, where: string, detail: string): string {
  switch (code) {
    case "Full":
      return `The disk is full: nothing was written to ${where}, and what it held is unchanged. Free some space and run the command again.`;
    case "Corrupt":
      return (
        `${where} is damaged or not an SQLite database (${detail}). Restore it from a backup, or move it away: ` +
        "Plumbline then starts with an empty inventory, and apply adopts what it finds under the declared keys."
      );
    case "Locked":
      return `Another process keeps writing to ${where}. Wait for it to finish, then run the command again.`;
    default:
      return (
        `${where} cannot be opened or written (${detail}). Give this user access to the file and its folder, and ` +
        "look at limits on the size of files (ulimit -f); or choose another place with --state."
      );
  }
}
