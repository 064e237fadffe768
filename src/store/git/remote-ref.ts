/**
 * One JSON file in one commit on a ref of a remote, which changes only from what was read.
 *
 * The commit has no parent, so that nothing grows; a push states which commit it replaces
 * (`--force-with-lease`), and the server takes it only from that one. Whether somebody else was faster, the
 * answer got lost, or the push is not allowed is told by looking at the ref afterwards, never by texts.
 */
import type { StoreClock } from "../clock.ts";
import { StoreError } from "../types.ts";
import { type GitAddress, showAddress } from "./address.ts";
import { detailOf, type Env, type Git, openGit, type Ran } from "./git.ts";

/** What a ref held at a time. */
export interface Revision {
  /** The commit; undefined while there is no such ref. */
  id: string | undefined;
  text: string | undefined;
}

/** A text that many may read and change. */
export interface StateRef {
  /** What messages call it. */
  readonly where: string;
  /** @throws StoreError */
  read(): Promise<Revision>;
  /**
   * Replaces the text.
   *
   * @param expected the commit that it replaces. @returns the new one; undefined when another stands there.
   * @throws StoreError
   */
  write(text: string, expected: string | undefined): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface RemoteRefOptions extends Pick<GitAddress, "ref" | "remote"> {
  /** One inside the repository. */
  folder: string;
  env: Env;
  clock: StoreClock;
}

const FILE = "state.json";
/** Waits before a command is tried again that failed on the way, in milliseconds. */
const WAITS = [1000, 3000];
/** Times that a ref may move between a look at it and its fetching. */
const MOST_MOVES = 5;

/** @throws StoreError `Unwritable` without a repository, `BadUrl` without that remote. */
export async function openRemoteRef(options: RemoteRefOptions): Promise<StateRef> {
  const { folder, env, remote } = options;
  const git = await openGit(folder, env);
  try {
    const names = (await git.run(["remote"])).stdout.split("\n").filter(Boolean);
    if (!names.includes(remote)) throw unknownRemote(remote, names);
    return new RemoteRef(git, options);
  } catch (error) {
    await git.close();
    throw error;
  }
}

class RemoteRef implements StateRef {
  readonly where: string;
  readonly #git: Git;
  readonly #options: RemoteRefOptions;
  #last: Revision = { id: undefined, text: undefined };

  constructor(git: Git, options: RemoteRefOptions) {
    this.where = showAddress(options);
    this.#git = git;
    this.#options = options;
  }

  async read(): Promise<Revision> {
    for (let moves = 0; moves < MOST_MOVES; moves++) {
      const id = await this.#id();
      if (id !== this.#last.id) {
        const text = id && (await this.#fetch(id));
        if (id !== undefined && text === undefined) continue;
        this.#last = { id, text };
      }
      return this.#last;
    }
    throw new StoreError("Locked", `Others keep writing to ${this.where}. Wait for them, then run the command again.`);
  }

  async write(text: string, expected: string | undefined): Promise<string | undefined> {
    const commit = await this.#commit(text);
    const push = ["push", "--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no", "--no-signed"];
    const { ref, remote, clock } = this.#options;
    for (let tries = 0; ; tries++) {
      const ran = await this.#git.run([
        ...push,
        `--force-with-lease=${ref}:${expected ?? ""}`,
        remote,
        `${commit}:${ref}`,
      ]);
      const stands = ran.code === 0 ? commit : await this.#id();
      if (stands === commit) {
        this.#last = { id: commit, text };
        return commit;
      }
      if (stands !== expected) return undefined;
      const wait = WAITS[tries];
      if (wait === undefined || isRefusal(ran)) throw this.#refused(ran);
      await clock.sleep(wait);
    }
  }

  close(): Promise<void> {
    return this.#git.close();
  }

  /** The commit that the ref is at. */
  async #id(): Promise<string | undefined> {
    const { ref, remote } = this.#options;
    const { stdout } = await this.#reach(["ls-remote", "--quiet", remote, ref]);
    const lines = stdout.split("\n").map((line) => line.split("\t"));
    return lines.find(([, name]) => name === ref)?.[0];
  }

  /** @returns undefined when the ref moved on meanwhile. @throws StoreError `Corrupt` for a commit of something else. */
  async #fetch(id: string): Promise<string | undefined> {
    const { ref, remote } = this.#options;
    const alone = ["--no-tags", "--no-prune", "--no-recurse-submodules", "--no-auto-gc", "--no-filter"];
    await this.#reach(["fetch", "--quiet", "--no-write-fetch-head", "--refmap=", ...alone, remote, ref]);
    const file = await this.#git.run(["cat-file", "blob", `${id}:${FILE}`]);
    if (file.code === 0) return file.stdout;
    if ((await this.#git.run(["cat-file", "-e", id])).code !== 0) return undefined;
    throw new StoreError(
      "Corrupt",
      `${this.where} is no state of Plumbline: what is there has no ${FILE}. Nothing was changed in it; name another ref with --state.`,
    );
  }

  /** Runs what only reads the remote; what fails on the way is tried again. */
  async #reach(args: readonly string[]): Promise<Ran> {
    for (let tries = 0; ; tries++) {
      const ran = await this.#git.run(args);
      if (ran.code === 0) return ran;
      const wait = WAITS[tries];
      if (wait === undefined) throw this.#unreachable(ran);
      await this.#options.clock.sleep(wait);
    }
  }

  async #commit(text: string): Promise<string> {
    const blob = await this.#object(["hash-object", "-w", "--stdin"], text);
    const tree = await this.#object(["mktree"], `100644 blob ${blob}\t${FILE}\n`);
    const ident = [
      "-c",
      "user.name=Plumbline",
      "-c",
      "user.email=plumbline@localhost",
      "-c",
      "i18n.commitEncoding=UTF-8",
    ];
    return this.#object([...ident, "commit-tree", tree, "-m", "State of Plumbline"]);
  }

  async #object(args: readonly string[], input?: string): Promise<string> {
    const ran = await this.#git.run(args, input);
    if (ran.code === 0) return ran.stdout.trim();
    throw new StoreError(
      "Unwritable",
      `Git cannot make the commit for ${this.where} (${detailOf(ran)}). Look at the space and the rights in the folder for temporary files.`,
    );
  }

  #refused(ran: Ran): StoreError {
    const { ref, remote } = this.#options;
    return new StoreError(
      "Unwritable",
      `The remote "${remote}" did not take the state of ${this.where} (${detailOf(ran)}). What it held is unchanged. ` +
        `Give this job the right to push ${ref}: with GitHub Actions "permissions: { contents: write }" and ` +
        "actions/checkout without persist-credentials: false; elsewhere a credential that may write to the repository.",
    );
  }

  #unreachable(ran: Ran): StoreError {
    return new StoreError(
      "Unwritable",
      `The remote "${this.#options.remote}" cannot be read for ${this.where} (${detailOf(ran)}). Look at the network, and at ` +
        "the credentials that git has here (actions/checkout needs persist-credentials, which is its default); then run the command again.",
    );
  }
}

/** Whether a push ended with a word about this ref, so that trying again is no use. */
function isRefusal({ stdout }: Ran): boolean {
  return stdout.split("\n").some((line) => line.startsWith("!"));
}

function unknownRemote(remote: string, names: readonly string[]): StoreError {
  const known = names.length > 0 ? `There is ${names.join(", ")}.` : "It has none.";
  return new StoreError(
    "BadUrl",
    `This repository has no remote "${remote}". ${known} Add it with "git remote add", or name another: git:REF?remote=NAME.`,
  );
}
