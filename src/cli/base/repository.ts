/**
 * Git, as far as a base needs it: which commit is meant, what its tree holds, and the bytes of its files.
 *
 * Only objects are read (`rev-parse`, `merge-base`, `ls-tree`, `ls-files`, `cat-file`), so that no hook, filter or
 * attribute of the head runs, and neither the working tree nor the index is written. Git is started in the
 * repository's root: in a folder below, it would take files that look like a bare repository for one, configuration
 * included, and a pull request may bring such files.
 */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SimpleGitOptions } from "simple-git";
import { UserError } from "../errors.ts";

/** A file, link or submodule of a tree. */
export interface TreeEntry {
  /** From the root, with slashes. */
  path: string;
  /** As Git has it: `100644`, `120000` for a link, `160000` for a submodule. */
  mode: string;
  /** The id of its content. */
  id: string;
  /** Bytes; undefined where Git does not say. */
  size: number | undefined;
}

export interface Repository {
  /** Absolute, links resolved. */
  root: string;
  /** @throws UserError for what names no commit. */
  commitOf(ref: string): Promise<string>;
  /** The best common ancestor of a commit and HEAD. @throws UserError where there is none. */
  mergeBase(commit: string, ref: string): Promise<string>;
  /** @param of a commit. */
  tree(of: string): Promise<TreeEntry[]>;
  /** What is in the index: what a checkout has put there. */
  index(): Promise<TreeEntry[]>;
  /** Contents by id. @throws Error for an id that the repository lacks. */
  contents(ids: readonly string[]): Promise<Map<string, Buffer>>;
}

/** Contents are asked for so many at a time, which bounds what is held twice. */
const AT_ONCE = 500;

/**
 * Opens the repository that a folder is in.
 *
 * @param env of this process; Git is given what it needs of it.
 * @param signal ends what runs.
 * @throws UserError where there is none.
 */
export async function openRepository(
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Repository> {
  const root = rootOf(realpathSync(cwd));
  if (root === undefined) {
    throw new UserError("--base compares commits, and this folder is in no Git repository.");
  }
  const { simpleGit } = await import("simple-git"); // only where there is a base: a start costs time
  const git = (options: Partial<SimpleGitOptions> = {}) =>
    simpleGit({ baseDir: root, abort: signal, ...options }).env({ ...plainEnv(env), LC_ALL: "C" });
  const raw = (...command: string[]): Promise<string> => explaining(() => git().raw(command));
  return {
    root,
    commitOf: (ref) => commitOf(ref, raw),
    mergeBase: (commit, ref) => mergeBase(commit, ref, raw),
    tree: async (of) => parseTree(await raw("ls-tree", "-r", "-l", "-z", "--full-tree", of)),
    index: async () => parseIndex(await raw("ls-files", "--stage", "-z")),
    async contents(ids) {
      const found = new Map<string, Buffer>();
      for (let start = 0; start < ids.length; start += AT_ONCE) {
        const some = ids.slice(start, start + AT_ONCE);
        const input = () => some.map((id) => `${id}\n`).join("");
        const answer: unknown = await explaining(() => git({ input }).binaryCatFile(["--batch"]));
        for (const [id, content] of parseBatch(answer as Buffer, some)) found.set(id, content);
      }
      return found;
    },
  };
}

/**
 * What Git needs to be found, to find its settings, and to fetch what a partial clone lacks. All else stays away: the
 * secrets of a job, and the variables that steer Git, which the library refuses.
 */
const PASSED = new Set([
  ...["PATH", "PATHEXT", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR"],
  ...["HOME", "HOMEDRIVE", "HOMEPATH", "USERPROFILE", "XDG_CONFIG_HOME"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSH_AUTH_SOCK"],
]);

function plainEnv(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const passed = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && PASSED.has(name.toUpperCase()) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(passed);
}

/** The folder that holds `.git`: a folder, or in a work tree a file. */
function rootOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (dirname(at) === at) return undefined;
  }
}

type Raw = (...command: string[]) => Promise<string>;

async function commitOf(ref: string, raw: Raw): Promise<string> {
  // Git would take it for a flag, or for several revisions.
  const isName = ref !== "" && !ref.startsWith("-") && !ref.includes("..") && !/[\s^]/.test(ref[0] ?? "");
  const commit = isName ? (await raw("rev-parse", "--verify", "--quiet", `${ref}^{commit}`)).trim() : "";
  if (commit !== "") return commit;
  throw new UserError(
    `--base ${ref}: there is no such commit, branch or tag here. A branch of the remote is named origin/NAME, and must have been fetched` +
      `${(await isShallow(raw)) ? `: this clone is shallow. ${UNSHALLOW}` : "."}`,
  );
}

async function mergeBase(commit: string, ref: string, raw: Raw): Promise<string> {
  const head = (await raw("rev-parse", "--verify", "--quiet", "HEAD^{commit}")).trim();
  if (head === "") throw new UserError("--base compares commits, and this repository has none yet.");
  const [base = ""] = (await raw("merge-base", commit, head)).trim().split("\n");
  if (base !== "") return base;
  const why = (await isShallow(raw))
    ? `this clone is shallow and lacks their common history. ${UNSHALLOW}`
    : "they have no common history.";
  throw new UserError(`--base ${ref}: it has no merge base with HEAD, because ${why}`);
}

const UNSHALLOW =
  "Fetch all of it: `fetch-depth: 0` for actions/checkout, `GIT_DEPTH: 0` in GitLab, or `git fetch --unshallow`.";

async function isShallow(raw: Raw): Promise<boolean> {
  return (await raw("rev-parse", "--is-shallow-repository")).trim() === "true";
}

/** Says what Git says, and what is missing where it is Git itself. */
async function explaining<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    const said = cause instanceof Error ? cause.message.trim() : String(cause);
    if (said.includes("ENOENT")) throw new UserError("--base needs Git, and there is no `git` in the PATH.", { cause });
    throw new UserError(`--base: Git could not read the repository: ${said.split("\n")[0]}`, { cause });
  }
}

/** Parses `ls-tree -l -z`: mode, type, id and size, a tab, the path. */
function parseTree(text: string): TreeEntry[] {
  return [...text.matchAll(/(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t([^\0]+)\0/g)].map(
    ([, mode = "", id = "", size, path = ""]) => ({ path, mode, id, size: size === "-" ? undefined : Number(size) }),
  );
}

/** Parses `ls-files --stage -z`: mode, id and stage, a tab, the path. */
function parseIndex(text: string): TreeEntry[] {
  return [...text.matchAll(/(\d+) ([0-9a-f]+) \d\t([^\0]+)\0/g)].map(([, mode = "", id = "", path = ""]) => ({
    ...{ path, mode, id },
    size: undefined,
  }));
}

/** Parses `cat-file --batch`: id, type and size in a line, the content, a line end. */
function parseBatch(answer: Buffer, ids: readonly string[]): [string, Buffer][] {
  let at = 0;
  return ids.map((id) => {
    const end = answer.indexOf("\n", at);
    const [, type, size] = answer.toString("latin1", at, end).split(" ");
    if (type !== "blob") throw new UserError(`--base: the repository lacks the object ${id}. Fetch it: git fetch.`);
    const start = end + 1;
    at = start + Number(size) + 1;
    return [id, answer.subarray(start, at - 1)];
  });
}
