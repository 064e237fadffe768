/**
 * What Git ignores, by the `.gitignore` files from Git's root down.
 *
 * The deepest file that says something about a path decides, as in Git. Files that are tracked
 * although a rule ignores them are not known here, nor is the user's global excludes file.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";

interface Level {
  folder: string;
  rules: Ignore;
}

/** The rules that hold in one folder. */
export class GitIgnore {
  private readonly levels: readonly Level[];

  private constructor(levels: readonly Level[]) {
    this.levels = levels;
  }

  /**
   * The rules for a folder that was asked for by name: if Git ignores the folder itself, only what
   * is said inside of it holds, since whoever names `build/manifests` means it.
   */
  static forFolder(folder: string): GitIgnore {
    const root = gitRoot(folder);
    if (root === undefined) return new GitIgnore([]);
    let rules = new GitIgnore([]).with(root, join(root, ".git", "info", "exclude"));
    const between = relative(root, folder)
      .split(sep)
      .filter((name) => name !== "");
    let at = root;
    rules = rules.below(root);
    for (const name of between) {
      at = join(at, name);
      if (rules.ignores(at, true)) rules = new GitIgnore([]);
      rules = rules.below(at);
    }
    return rules;
  }

  /** @returns these rules with those of a folder's own `.gitignore`. */
  below(folder: string): GitIgnore {
    return this.with(folder, join(folder, ".gitignore"));
  }

  /** Whether Git ignores a path whose folder it does not ignore. */
  ignores(path: string, isFolder: boolean): boolean {
    for (let index = this.levels.length - 1; index >= 0; index--) {
      const { folder, rules } = this.levels[index] as Level;
      const local = relative(folder, path).split(sep).join("/");
      const { ignored, unignored } = rules.test(isFolder ? `${local}/` : local);
      if (ignored || unignored) return ignored;
    }
    return false;
  }

  private with(folder: string, file: string): GitIgnore {
    const text = readOptional(file);
    if (text === undefined) return this;
    return new GitIgnore([...this.levels, { folder, rules: ignore({ ignorecase: false }).add(text) }]);
  }
}

function gitRoot(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (dirname(at) === at) return undefined;
  }
}

function readOptional(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // absent, or unreadable for us as it is for Git
  }
}
