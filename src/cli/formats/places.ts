/**
 * Paths as the hosts want them: relative to the repository's root, with `/`, without `./`.
 *
 * Manifests are shown relative to the working folder, which need not be the root: a job may run in `deploy/`.
 */
import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { STDIN } from "../../manifests/files.ts";
import type { Where } from "./types.ts";

/** A path relative to the repository's root. */
export type Path = string & { readonly relativeTo: "root" };

/** Turns a file as it is shown to people into a path; undefined: it lies outside, or is no file. */
export type ToPath = (shown: string | undefined) => Path | undefined;

/** Paths relative to the nearest folder upwards that holds `.git`; without one, to the working folder. */
export function fromRepository({ cwd }: Where): ToPath {
  return below(repositoryRoot(cwd) ?? cwd, cwd);
}

/**
 * Paths as an annotation's `file` names them: relative to GITHUB_WORKSPACE, where the working folder lies in
 * it. Elsewhere as {@link fromRepository}.
 */
export function fromWorkspace(where: Where): ToPath {
  const workspace = where.env.GITHUB_WORKSPACE;
  if (!workspace || inside(workspace, where.cwd) === undefined) return fromRepository(where);
  return below(workspace, where.cwd);
}

/** @returns a path as the reference of RFC 3986 that SARIF has in `uri`. */
export function uriOf(path: Path): string {
  return path
    .split("/")
    .map((segment) => encodeURIComponent(segment.toWellFormed()))
    .join("/");
}

function below(root: string, cwd: string): ToPath {
  return (shown) => (shown === undefined || shown === STDIN ? undefined : inside(root, resolve(cwd, shown)));
}

/** @returns the path from a folder to what lies in it; undefined for anything else. */
function inside(root: string, path: string): Path | undefined {
  const local = relative(root, path);
  if (local === ".." || local.startsWith(`..${sep}`) || isAbsolute(local)) return undefined;
  return local.split(sep).join("/") as Path;
}

/** `.git` is a folder, or a file in a worktree or a submodule. */
function repositoryRoot(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}
