/** Real Git repositories for tests, independent of what the person who runs them has set. */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { folderOf } from "./cli.ts";

/** The variables that Git is run with, and commands that run Git: none but the path. */
export const gitEnv: Readonly<Record<string, string>> = { PATH: process.env.PATH ?? "" };

export interface TestRepository {
  folder: string;
  /** Runs Git. @returns its output, trimmed. @throws Error with what it said. */
  git(...args: string[]): string;
  /** Writes files (null removes one), and commits all that changed. @returns the commit. */
  commit(files?: Readonly<Record<string, string | null>>): string;
  /** Writes files and commits nothing. */
  write(files: Readonly<Record<string, string | null>>): void;
}

/** Makes a repository whose first commit, on `main`, holds these files. */
export function repositoryOf(files: Readonly<Record<string, string>>): TestRepository {
  const folder = folderOf();
  const repository = repositoryIn(folder);
  initialise(join(folder, ".git"));
  repository.commit(files);
  return repository;
}

/** What `git init` makes, as far as anything here needs it (gitrepository-layout(5)), without a process for it. */
function initialise(folder: string): void {
  for (const name of ["objects", "refs/heads", "hooks"]) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, "HEAD"), "ref: refs/heads/main\n");
  writeFileSync(join(folder, "config"), "[core]\n\trepositoryformatversion = 0\n\tbare = false\n");
}

/** A repository that is there already. */
export function repositoryIn(folder: string): TestRepository {
  const env = { ...gitEnv, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", GIT_CEILING_DIRECTORIES: "" };
  const git = (...args: string[]): string => {
    const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
    const { status, stdout, stderr } = spawnSync("git", [...identity, ...args], { cwd: folder, env, encoding: "utf8" });
    if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
    return stdout.trim();
  };
  const write: TestRepository["write"] = (changed) => {
    for (const [name, text] of Object.entries(changed)) {
      const path = join(folder, name);
      rmSync(path, { force: true });
      mkdirSync(dirname(path), { recursive: true });
      if (text !== null) writeFileSync(path, text);
    }
  };
  return {
    folder,
    git,
    write,
    commit(changed = {}) {
      write(changed);
      git("add", "--all");
      git("commit", "--quiet", "--allow-empty", "--message=change");
      return git("rev-parse", "HEAD");
    },
  };
}
