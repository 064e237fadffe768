/**
 * The manifests of a commit as files, so that they are found and read like those of the working folder.
 *
 * The folder is the commit's tree thinned out: what may be a manifest below the given inputs, the `.gitignore` files
 * and the operator's configuration. A link is made only where it cannot lead out of the folder.
 */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { MAX_BYTES } from "../../manifests/decode.ts";
import { CONFIGURATION_FILE, isManifestName } from "../../manifests/files.ts";
import type { Repository, TreeEntry } from "./repository.ts";

/** Which part of a tree matters; paths from the root, with slashes, empty for the root itself. */
export interface Scope {
  /** The working folder. */
  cwd: string;
  /** Folders and files that were named with -f. */
  places: readonly string[];
  /** Folders in which globs that were named with -f start. */
  globs: readonly string[];
}

/** A commit's tree, and the folder in which its manifests lie. */
export interface Snapshot {
  folder: string;
  entries: ReadonlyMap<string, TreeEntry>;
}

const LINK = "120000";
const SUBMODULE = "160000";

/**
 * Writes a commit's manifests into a folder.
 *
 * @param folder an existing, empty one. @param signal checked before anything is written.
 */
export async function writeSnapshot(
  repository: Repository,
  commit: string,
  scope: Scope,
  folder: string,
  signal: AbortSignal,
): Promise<Snapshot> {
  const entries = new Map((await repository.tree(commit)).filter(isPlain).map((entry) => [entry.path, entry]));
  const wanted = [...entries.values()].filter((entry) => isWanted(entry, scope));
  const links = wanted.filter(({ mode }) => mode === LINK);
  const files = new Map(wanted.filter(({ mode }) => mode !== LINK).map((entry) => [entry.path, entry]));
  const targets = await repository.contents(links.map(({ id }) => id));
  const safe = links.flatMap(({ path, id }) => linkWithin(path, targets.get(id)?.toString("utf8") ?? ""));
  for (const { leadsTo } of safe) {
    const target = entries.get(leadsTo);
    if (target && target.mode !== LINK && isSmall(target)) files.set(leadsTo, target);
  }
  const contents = await repository.contents([...new Set([...files.values()].map(({ id }) => id))]);
  signal.throwIfAborted();
  // Ends the search for the configuration and for .gitignore files, as the repository's own does.
  for (const name of [".git", scope.cwd]) mkdirSync(join(folder, name), { recursive: true });
  for (const { path, id } of files.values()) write(join(folder, path), contents.get(id) ?? Buffer.alloc(0));
  for (const { path, target } of safe) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    symlinkSync(target, join(folder, path));
  }
  return { folder, entries };
}

function write(path: string, content: Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Whether a path is what it looks like: Git refuses others too when it checks out. */
function isPlain({ path }: TreeEntry): boolean {
  return path.split("/").every((name) => name !== "" && name !== "." && name !== ".." && name.toLowerCase() !== ".git");
}

function isWanted(entry: TreeEntry, { cwd, places, globs }: Scope): boolean {
  const { path, mode } = entry;
  if (mode === SUBMODULE || !isSmall(entry)) return false;
  const [folder, name] = [posix.dirname(path), posix.basename(path)];
  if (name === ".gitignore") return true;
  if (name === CONFIGURATION_FILE) return isWithin(cwd, folder === "." ? "" : folder);
  if (places.includes(path) || globs.some((start) => isWithin(path, start))) return true;
  return isManifestName(name) && places.some((place) => isWithin(path, place));
}

/** What is larger can be no manifest. */
function isSmall({ size = 0 }: TreeEntry): boolean {
  return size <= MAX_BYTES;
}

/** Whether a path is a folder, or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}

/**
 * A link that stays within the tree: relative, with `..` only in front, and no more of them than the link is deep.
 * Further inside a path, `..` could follow another link to its target and then go up from there.
 */
function linkWithin(path: string, target: string): { path: string; target: string; leadsTo: string }[] {
  const names = target.split("/");
  const down = names.slice(names.lastIndexOf("..") + 1);
  const up = names.length - down.length;
  const isSafe = target !== "" && !target.includes("\0") && !target.startsWith("/");
  if (!isSafe || names.slice(0, up).some((name) => name !== "..") || up > path.split("/").length - 1) return [];
  return [{ path, target, leadsTo: posix.join(posix.dirname(path), target) }];
}
