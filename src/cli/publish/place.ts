/** Where this run stands in its repository: what a comment is about, and where its lines can be looked at. */
import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { Source } from "../../api/plan.ts";
import type { Links } from "../markdown/lines.ts";
import type { Env } from "./host.ts";

/** @returns the repository's folder: as the run's environment says, else as Git has it, else the working folder. */
export function repositoryFolder(env: Env, cwd: string): string {
  const stated = [env.GITHUB_WORKSPACE, env.CI_PROJECT_DIR].find((folder) => folder && isInside(folder, cwd));
  if (stated) return stated;
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return cwd;
  }
}

/**
 * @returns what was planned, as the comment's id: the paths, seen from the repository, so that two folders
 *   that are each planned from inside are told apart; and what of them.
 */
export function idOf(paths: readonly string[], only: readonly string[], folder: string, cwd: string): string {
  const places = [...new Set(paths.map((path) => (path === "-" ? path : shown(path, folder, cwd))))].sort();
  return only.length === 0 ? places.join(" ") : `${places.join(" ")} (${[...only].sort().join(" ")})`;
}

/** @param files where the commit's files can be looked at. */
export function linksTo(files: string | undefined, folder: string, cwd: string): Links | undefined {
  if (files === undefined) return undefined;
  return ({ file, line }: Source) => {
    const path = resolve(cwd, file);
    if (file.startsWith("<") || !isInside(folder, path)) return undefined;
    const segments = relative(folder, path).split(sep).map(encoded);
    return `${files}/${segments.join("/")}#L${line}`;
  };
}

function shown(path: string, folder: string, cwd: string): string {
  const absolute = resolve(cwd, path);
  return isInside(folder, absolute) ? relative(folder, absolute).split(sep).join("/") || "." : path;
}

/** Percent-encoded, brackets too: they would end a link in Markdown. */
function encoded(segment: string): string {
  const percent = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(segment.toWellFormed()).replaceAll(/[!'()*]/g, percent);
}

function isInside(folder: string, path: string): boolean {
  const below = relative(folder, path);
  return below !== ".." && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}
