/**
 * What the head holds otherwise than the base, file by file.
 *
 * The working folder is compared, and beside it HEAD and the index: a file that a checkout put there is tracked in
 * one of them, and what is in neither (installed packages, what a job wrote) comes from whoever runs the command.
 */
import { createHash } from "node:crypto";
import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { extname, join } from "node:path";
import type { Repository, TreeEntry } from "./repository.ts";
import { isWithin } from "./snapshot.ts";

type Tree = ReadonlyMap<string, TreeEntry>;

export class HeadTree {
  readonly #root: string;
  readonly #base: Tree;
  readonly #heads: readonly Tree[];

  /** @param base the tree that is trusted. */
  static async open(repository: Repository, base: Tree): Promise<HeadTree> {
    const trees = [await repository.tree("HEAD"), await repository.index()];
    return new HeadTree(
      repository.root,
      base,
      trees.map((entries) => new Map(entries.map((entry) => [entry.path, entry]))),
    );
  }

  private constructor(root: string, base: Tree, heads: readonly Tree[]) {
    this.#root = root;
    this.#base = base;
    this.#heads = heads;
  }

  /** Whether a file, or a link on the way to it, differs. @param path from the root, with slashes. */
  differs(path: string): boolean {
    const names = path.split("/");
    return names.some((_, index) => this.#entryDiffers(names.slice(0, index + 1).join("/")));
  }

  /** The first path, in order, of a kind that differs. */
  firstDifference(isMeant: (path: string) => boolean): string | undefined {
    const paths = new Set([this.#base, ...this.#heads].flatMap((tree) => [...tree.keys()]));
    return [...paths]
      .filter(isMeant)
      .sort()
      .find((path) => this.#entryDiffers(path));
  }

  /** The first path below a folder that differs. */
  firstBelow(folder: string): string | undefined {
    return this.firstDifference((path) => isWithin(path, folder));
  }

  #entryDiffers(path: string): boolean {
    const before = this.#base.get(path);
    const isOther = (head: Tree): boolean => {
      const after = head.get(path);
      return after?.id !== before?.id || after?.mode !== before?.mode;
    };
    if (this.#heads.some(isOther)) return true;
    return before !== undefined && before.mode !== SUBMODULE && !this.#isOnDisk(before);
  }

  #isOnDisk({ path, id, mode }: TreeEntry): boolean {
    const file = join(this.#root, path);
    try {
      const isLink = lstatSync(file).isSymbolicLink();
      if (isLink !== (mode === "120000")) return false;
      return blobId(isLink ? Buffer.from(readlinkSync(file)) : readFileSync(file), id.length) === id;
    } catch {
      return false;
    }
  }
}

const SUBMODULE = "160000";

/** Git's id of a content: the hash of a header and the bytes. SHA-1 has 40 hex digits, SHA-256 has 64. */
function blobId(content: Buffer, digits: number): string {
  const hash = createHash(digits === 64 ? "sha256" : "sha1");
  return hash.update(`blob ${content.length}\0`).update(content).digest("hex");
}

/** Files by which package managers decide what is installed, beside those in JSON. */
const PACKAGE_FILES = /^(?:\.npmrc|\.pnp\..*|\.?yarnrc.*|yarn\.lock|pnpm-.*\.yaml|bun\.lockb?)$/;

const GIT_FILES = new Set([".gitignore", ".gitattributes", ".gitkeep"]);

/** Extensions of what Node.js loads as code, or as data that decides which code it loads. */
const CODE = new Set(["", ".js", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".json", ".node", ".wasm"]);

/**
 * Whether a connector's module could import a file, or be replaced by it. What a module imports is not known before
 * it runs, so every such file of the repository counts.
 */
export function mayBeCode(path: string): boolean {
  const names = path.split("/");
  const name = names.at(-1) ?? "";
  if (GIT_FILES.has(name)) return false;
  return CODE.has(extname(name)) || PACKAGE_FILES.test(name) || names.includes("node_modules");
}
