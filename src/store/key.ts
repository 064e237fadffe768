/**
 * Keyed hashes of write-only fields: what was written last can be compared, and not be guessed from
 * the state by somebody who has no key.
 *
 * A hash is `h1:<keyId>:<base64url of HMAC-SHA256>` over system, kind, key, path and value, each
 * before its length in bytes (32 bits, big-endian), so that no two fields can share one.
 */
import { createHash, createHmac, createSecretKey, randomBytes } from "node:crypto";
import { link, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { explaining } from "./errors.ts";
import { createFile, ensureFolder, isAbsence, STATE_FOLDER } from "./folder.ts";
import { StoreError } from "./types.ts";

/** Bytes of a state key. */
const KEY_LENGTH = 32;
export const STATE_KEY_VARIABLE = "PLUMBLINE_STATE_KEY";

/** A key that is held, and never handed out. */
export interface StateKey {
  /** The first 8 hexadecimal digits of the key's SHA-256. */
  readonly keyId: string;
  /**
   * @param path a JSON pointer to the field. @param value the field's value as text.
   * @returns `h1:<keyId>:<hash>`.
   */
  hash(system: string, kind: string, key: string, path: string, value: string): string;
}

export interface LoadStateKeyOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** The folder of the configuration; the key is kept in its `.plumbline/key`. */
  folder: string;
  /** Whether this is a run that keeps no files: then only the environment counts. */
  ci: boolean;
  /** Make a key where there is none. */
  create: boolean;
  /** Default: the system's secure source. */
  random?: (bytes: number) => Uint8Array;
}

/**
 * Finds the state key: in the environment, else in its file.
 *
 * @returns undefined where there is none and none may be made.
 * @throws StoreError `BadKey` when there is one that is not 32 bytes; `Unwritable` or `Full`.
 */
export async function loadStateKey(options: LoadStateKeyOptions): Promise<StateKey | undefined> {
  const stated = options.env[STATE_KEY_VARIABLE];
  if (stated) return stateKey(parseKey(stated, STATE_KEY_VARIABLE));
  if (options.ci) return undefined;
  const folder = join(options.folder, STATE_FOLDER);
  const file = join(folder, "key");
  return explaining(file, async () => {
    const kept = await readKey(file);
    if (kept || !options.create) return kept;
    await ensureFolder(folder);
    await createKey(file, (options.random ?? randomBytes)(KEY_LENGTH));
    return readKey(file);
  });
}

/** @param key 32 bytes. */
export function stateKey(key: Uint8Array): StateKey {
  const keyId = createHash("sha256").update(key).digest("hex").slice(0, 8);
  const secret = createSecretKey(key);
  return {
    keyId,
    hash: (...parts) => {
      const hmac = createHmac("sha256", secret);
      for (const part of parts) {
        const bytes = Buffer.from(part, "utf8");
        const length = Buffer.alloc(4);
        length.writeUInt32BE(bytes.length);
        hmac.update(length).update(bytes);
      }
      return `h1:${keyId}:${hmac.digest("base64url")}`;
    },
  };
}

/** @returns the id of the key that a hash was made with, undefined for what is no hash of this form. */
export function hashKeyId(hash: string): string | undefined {
  return /^h1:([0-9a-f]{8}):[A-Za-z0-9_-]{43}$/.exec(hash)?.[1];
}

async function readKey(file: string): Promise<StateKey | undefined> {
  try {
    return stateKey(parseKey(await readFile(file, "utf8"), file));
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** Two processes may do this at once: the first link wins, and a half-written key is never seen. */
async function createKey(file: string, key: Uint8Array): Promise<void> {
  const draft = `${file}.${randomBytes(8).toString("hex")}`;
  try {
    await createFile(draft, `${Buffer.from(key).toString("base64url")}\n`);
    await syncFile(draft);
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The text is never repeated: it is a secret, or nearly one. */
function parseKey(text: string, where: string): Uint8Array {
  const key = text.trim();
  if (/^[0-9a-f]{64}$/i.test(key)) return Buffer.from(key, "hex");
  if (/^([A-Za-z0-9+/]{43}=?|[A-Za-z0-9_-]{43}=?)$/.test(key)) return Buffer.from(key, "base64");
  throw new StoreError(
    "BadKey",
    `${where} is no state key: it has to be ${KEY_LENGTH} bytes as base64, base64url or hex. ` +
      "Make one with: openssl rand -base64 32",
  );
}
