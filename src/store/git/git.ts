/**
 * Runs git in somebody's repository, and leaves no trace in it.
 *
 * New objects go to a folder of their own that reads the repository's objects as alternates, as git itself
 * does while it receives a push. So the repository's configuration holds (remotes, credentials of the CI's
 * checkout), and neither refs nor objects nor FETCH_HEAD nor the working tree are touched. Hooks do not run.
 */
import { type ExecFileException, execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { StoreError } from "../types.ts";

export type Env = Readonly<Record<string, string | undefined>>;

export interface Ran {
  /** -1 when it was ended because it took too long. */
  code: number;
  stdout: string;
  stderr: string;
}

/** Git in one repository. */
export interface Git {
  /** @param input what it reads. @throws StoreError `Unwritable` when there is no git. */
  run(args: readonly string[], input?: string): Promise<Ran>;
  close(): Promise<void>;
}

/** Milliseconds for one command; a push that takes longer hangs. */
const COMMAND_LIMIT = 120_000;

/** What a repository may have switched on, and would leave traces or run programs. */
const QUIET = [
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["fetch.writeCommitGraph", "false"],
].flatMap(([name, value]) => ["-c", `${name}=${value}`]);

/** @param folder one inside the repository. @param env what git finds in its environment. */
export async function openGit(folder: string, env: Env): Promise<Git> {
  const plain = (args: readonly string[]) => execute(args, folder, quietEnv(env));
  const found = await plain(["rev-parse", "--git-path", "objects"]);
  if (found.code !== 0) {
    throw new StoreError(
      "Unwritable",
      `${folder} is in no Git repository that can be read (${detailOf(found)}). A state of git: is kept at a remote of ` +
        "the repository that the manifests are in: check it out, or choose another place with --state.",
    );
  }
  const own = await mkdtemp(join(tmpdir(), "plumbline-git-"));
  const objects = join(own, "objects");
  await mkdir(join(objects, "info"), { recursive: true });
  await writeFile(join(objects, "info", "alternates"), `${resolve(folder, found.stdout.trim())}\n`);
  const inside = { ...quietEnv(env), GIT_OBJECT_DIRECTORY: objects };
  return {
    run: (args, input) => execute(args, folder, inside, input),
    close: () => rm(own, { recursive: true, force: true }),
  };
}

/** What git said went wrong, on one line and without credentials. */
export function detailOf({ code, stdout, stderr }: Ran): string {
  if (code === -1) return `git did not end within ${COMMAND_LIMIT / 1000} s`;
  const rejected = stdout.split("\n").filter((line) => line.startsWith("!"));
  const said = stderr.split("\n").filter((line) => /^(fatal|error|remote|ERROR):? /.test(line));
  const lines = [...said, ...rejected].map((line) => line.replace(/\s+/g, " ").trim());
  const text = lines.length > 0 ? lines.slice(0, 4).join("; ") : `git ended with ${code}`;
  return withoutCredentials(text).slice(0, 400);
}

/** Takes out what stands before the @ of an address. */
export function withoutCredentials(text: string): string {
  return text.replace(/:\/\/[^\s'"]*@/g, "://");
}

/** Nothing may ask, and messages have to be in one language; traces would hold more than messages. */
function quietEnv(env: Env): Env {
  const kept = Object.entries(env).filter(([name]) => !/^GIT_(TRACE|QUARANTINE|ALTERNATE_OBJECT)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GCM_INTERACTIVE: "never" };
}

function execute(args: readonly string[], cwd: string, env: Env, input = ""): Promise<Ran> {
  const { promise, resolve: end, reject } = Promise.withResolvers<Ran>();
  const options = { cwd, env: { ...env }, encoding: "utf8", maxBuffer: 2 ** 30, timeout: COMMAND_LIMIT } as const;
  const child = execFile("git", [...QUIET, ...args], options, (error, stdout, stderr) => {
    if (typeof error?.code === "string") reject(notRun(error));
    else end({ code: error?.killed ? -1 : ((error?.code as number | undefined) ?? 0), stdout, stderr });
  });
  child.stdin?.on("error", () => undefined); // one that ended early says why itself
  child.stdin?.end(input);
  return promise;
}

function notRun(error: ExecFileException): StoreError {
  return new StoreError(
    "Unwritable",
    `A state of git: needs the program git, 2.29 or newer, and it cannot be run (${error.code}). Install it, or choose another place with --state.`,
    { cause: error },
  );
}
