/** From `-f` to places in the repository: what is to be read of a base, and under which names. */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { findFiles, GLOB, STDIN } from "../../manifests/files.ts";
import { UserError } from "../errors.ts";
import type { Scope } from "./snapshot.ts";

/**
 * Finds where inputs lie in the repository.
 *
 * @param inputs the `-f` arguments. @param cwd the working folder. @param root the repository's, links resolved.
 * @throws UserError for one that lies outside, and for standard input, which has no base.
 */
export function scopeOf(inputs: readonly string[], cwd: string, root: string): Scope {
  const places: string[] = [];
  const globs: string[] = [];
  for (const input of inputs) {
    if (input === "-") throw new UserError("--base: what comes from standard input has no base; name files with -f.");
    const isGlob = !existsSync(resolve(cwd, input)) && GLOB.test(input);
    const place = placeIn(root, resolve(cwd, isGlob ? startOf(input) : input));
    if (place === undefined) {
      throw new UserError(`--base: "${input}" lies outside of the repository ${root}, so that it has no base.`);
    }
    (isGlob ? globs : places).push(place);
  }
  return { cwd: placeIn(root, cwd) ?? "", places, globs };
}

/**
 * Refuses manifests that are links to files outside of the repository: what such a file says is no part of it, and a
 * pull request could have it shown.
 *
 * @throws UserError naming the first.
 */
export async function assertWithin(inputs: readonly string[], cwd: string, root: string): Promise<void> {
  const { files } = await findFiles(inputs, cwd);
  for (const { path, shown } of files) {
    if (path === STDIN || !existsSync(path) || isBelow(root, realpathSync(path))) continue;
    throw new UserError(`--base: ${shown} is a link that leads out of the repository; it is not read.`);
  }
}

/** The folders of a glob before the first that is a pattern. */
function startOf(glob: string): string {
  const names = glob.split("/");
  const literal = names.slice(
    0,
    names.findIndex((name) => GLOB.test(name)),
  );
  return literal.join("/") || (glob.startsWith("/") ? "/" : ".");
}

/** A path from the root, with slashes; undefined outside of it. What does not exist is found by what does above it. */
function placeIn(root: string, path: string): string | undefined {
  let existing = path;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  const real = join(realpathSync(existing), relative(existing, path));
  return isBelow(root, real) ? relative(root, real).split(sep).join("/") : undefined;
}

/** Whether a path is a folder, or lies below it; both absolute. */
export function isBelow(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
