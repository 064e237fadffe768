/** Git repositories for tests: a bare one that is the remote, and clones of it. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";
import { openStore, type Store, type StoreClock } from "../../../src/store/index.ts";
import { temporaryFolder, VERSION } from "../support.ts";

export const REF = "refs/plumbline/state";
export const URL_OF_STATE = `git:${REF}`;

/** What git finds: nothing of the machine's configuration. */
export const gitEnv = { PATH: process.env.PATH ?? "", GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };

const ident = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];

/** Runs git. @returns what it wrote. */
export function git(folder: string, ...args: readonly string[]): string {
  return execFileSync("git", [...ident, ...args], { cwd: folder, env: gitEnv, encoding: "utf8", stdio: "pipe" }).trim();
}

export interface Repositories {
  /** The bare repository. */
  remote: string;
  /** A clone of it, with one commit. */
  clone: string;
}

/** Made once a test file: each test gets a copy, which starts no processes. */
const master = mkdtempSync(join(tmpdir(), "plumbline-git-"));
afterAll(() => rmSync(master, { recursive: true, force: true }));
makeRepositories(master);

function makeRepositories(folder: string): void {
  const { remote, clone } = repositoriesIn(folder);
  mkdirSync(remote);
  git(remote, "init", "--quiet", "--bare", "--initial-branch=main");
  git(folder, "clone", "--quiet", remote, clone);
  writeFileSync(join(clone, "README.md"), "Systems\n");
  git(clone, "add", ".");
  git(clone, "commit", "--quiet", "--message", "Start");
  git(clone, "push", "--quiet", "origin", "HEAD:main");
}

function repositoriesIn(folder: string): Repositories {
  return { remote: join(folder, "remote.git"), clone: join(folder, "clone") };
}

export async function repositories(): Promise<Repositories> {
  const folder = await temporaryFolder();
  cpSync(master, folder, { recursive: true, preserveTimestamps: true }); // or the index takes its files for changed
  const made = repositoriesIn(folder);
  const settings = join(made.clone, ".git/config");
  writeFileSync(settings, readFileSync(settings, "utf8").replaceAll(master, folder));
  return made;
}

/** Opens the state of a clone; it is closed when the test ends. */
export async function openState(
  folder: string,
  options: { clock?: StoreClock; mode?: "read" | "write"; url?: string } = {},
): Promise<Store> {
  const { clock, mode = "write", url = URL_OF_STATE } = options;
  const store = await openStore(url, { mode, folder, version: VERSION, env: gitEnv, ...(clock ? { clock } : {}) });
  onTestFinished(() => store.close());
  return store;
}

/** The state as the remote has it. */
export function stateText(remote: string): string {
  return git(remote, "show", `${REF}:state.json`);
}

/** Puts a text where the state is kept. */
export function plantState(remote: string, text: string, file = "state.json"): void {
  const input = (...args: string[]) => ({ args, options: { cwd: remote, env: gitEnv, encoding: "utf8" as const } });
  const write = ({ args, options }: ReturnType<typeof input>, text_: string) =>
    execFileSync("git", [...ident, ...args], { ...options, input: text_ }).trim();
  const blob = write(input("hash-object", "-w", "--stdin"), text);
  const tree = write(input("mktree"), `100644 blob ${blob}\t${file}\n`);
  git(remote, "update-ref", REF, write(input("commit-tree", tree, "-m", "planted"), ""));
}
