/**
 * Manifests in folders and files on this machine, watched.
 *
 * Watching only says that something may have moved; reading is the truth, and happens once things are quiet, so that
 * a file that is written in pieces or an editor's rename is read when it is whole. What a watch misses (network file
 * systems, a mount that was swapped) is found by looking at names, sizes and times now and then. Links are followed,
 * and the folder of links by which Kubernetes swaps a ConfigMap (`..data`) is watched though its name begins with a dot.
 */
import { existsSync, statSync } from "node:fs";
import { basename, resolve, sep } from "node:path";
import { type FSWatcher, watch } from "chokidar";
import type { Clock } from "../connector-kit/http/types.ts";
import { findFiles, GLOB } from "../manifests/files.ts";
import type { Manifest } from "../manifests/types.ts";
import { inForce } from "./in-force.ts";
import type { ReadManifests, Snapshot, Source } from "./source.ts";

/** Milliseconds without a change before anything is read. */
export const QUIET = 200;
/** Milliseconds after which it is read although things go on changing. */
export const LONGEST_WAIT = 2000;
/** Milliseconds between two looks that no change asked for. */
export const LOOK_EVERY = 30_000;

export interface FolderOptions {
  /** The `-f` arguments: folders, files, globs. */
  inputs: readonly string[];
  /** The working folder, absolute. */
  cwd: string;
  /** Files and folders beside {@link inputs} that matter, absolute: the operator's configuration, templates. */
  also?: readonly string[];
  /** What manifests rest on beside their own text, as it is now: where it differs, there is a new snapshot. */
  beside?(): Promise<string>;
  /** Reads everything. */
  load(): Promise<ReadManifests>;
  clock: Clock;
  /** Default {@link QUIET}. */
  quiet?: number;
  /** Told when watching or reading failed; the next look tries again. */
  onError(error: unknown): void;
}

export function createFolderSource(options: FolderOptions): Source {
  return new FolderSource(options);
}

class FolderSource implements Source {
  readonly description: string;
  readonly #options: FolderOptions;
  readonly #closing = new AbortController();
  #watcher: FSWatcher | undefined;
  #emit: (snapshot: Snapshot) => void = () => undefined;
  #manifests: readonly Manifest[] = [];
  /** The last snapshot, as text. */
  #shown = "";
  /** What was beside the manifests when they were read. */
  #beside = "";
  /** What the files looked like when they were read. */
  #seen = "";
  #reading: Promise<void> = Promise.resolve();
  #touched: { first: number; last: number } | undefined;
  #settling: Promise<void> | undefined;

  constructor(options: FolderOptions) {
    this.#options = options;
    this.description = options.inputs.join(", ");
  }

  async start(onSnapshot: (snapshot: Snapshot) => void): Promise<void> {
    this.#emit = onSnapshot;
    const { inputs, cwd, also = [] } = this.#options;
    // Watched before it is read, so that nothing falls between the two.
    const roots = [...inputs.map((input) => watched(input, cwd)), ...also];
    const watcher = watch(roots, {
      ignoreInitial: true,
      ignored: isIgnored(new Set(roots)),
      atomic: true,
    });
    this.#watcher = watcher;
    watcher.on("all", () => this.#touch());
    watcher.on("error", (error) => this.#options.onError(error));
    await new Promise<void>((ready) => watcher.once("ready", ready));
    await this.look();
    void this.#keepLooking();
  }

  look(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#read());
    return this.#reading;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#watcher?.close();
    await this.#settling;
    await this.#reading;
  }

  #touch(): void {
    const now = this.#options.clock.monotonic();
    this.#touched = { first: this.#touched?.first ?? now, last: now };
    this.#settling ??= this.#settle().finally(() => {
      this.#settling = undefined;
      // Touched after the last look at the time and before this.
      if (this.#touched && !this.#closing.signal.aborted) this.#touch();
    });
  }

  async #settle(): Promise<void> {
    const { clock, quiet = QUIET } = this.#options;
    while (this.#touched && !this.#closing.signal.aborted) {
      const { first, last } = this.#touched;
      const wait = Math.min(last + quiet, first + LONGEST_WAIT) - clock.monotonic();
      if (wait > 0) await clock.sleep(wait, this.#closing.signal).catch(() => undefined);
      else {
        this.#touched = undefined;
        await this.look();
      }
    }
  }

  /** Finds what the watch missed. */
  async #keepLooking(): Promise<void> {
    const { clock, onError } = this.#options;
    while (!this.#closing.signal.aborted) {
      await clock.sleep(LOOK_EVERY, this.#closing.signal).catch(() => undefined);
      if (this.#closing.signal.aborted) return;
      const seen = await this.#looks().catch((error: unknown) => void onError(error));
      if (seen !== this.#seen) await this.look();
    }
  }

  async #read(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    try {
      const seen = await this.#looks();
      this.#beside = (await this.#options.beside?.()) ?? "";
      const snapshot = inForce(await this.#options.load(), this.#manifests);
      this.#seen = seen;
      this.#show(snapshot);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #show(snapshot: Snapshot): void {
    const { revision, problems, held, refused, warnings } = snapshot;
    this.#manifests = snapshot.manifests;
    const shown = JSON.stringify([revision, problems, held, refused, warnings, this.#beside]);
    if (shown === this.#shown || this.#closing.signal.aborted) return;
    this.#shown = shown;
    this.#emit(snapshot);
  }

  /** Names, sizes and times of all files; links count as what they lead to. */
  async #looks(): Promise<string> {
    const { inputs, cwd, also = [] } = this.#options;
    const { files, problems } = await findFiles(inputs, cwd);
    const stats = [...files.map(({ path }) => path), ...also].map((path) => {
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat ? `${path} ${stat.ino} ${stat.size} ${stat.mtimeMs}` : `${path} -`;
    });
    const beside = (await this.#options.beside?.()) ?? "";
    return [...stats, ...problems.map(({ message }) => message), beside].join("\n");
  }
}

/** What to watch for an argument: of a glob the folder above its first wildcard. */
function watched(input: string, cwd: string): string {
  const path = resolve(cwd, input);
  if (existsSync(path) || !GLOB.test(input)) return path;
  const parts = input.split("/");
  const wild = parts.findIndex((part) => GLOB.test(part));
  return wild <= 0 ? cwd : resolve(cwd, parts.slice(0, wild).join("/") || sep);
}

/** Folders that no manifest is looked for in; those of a ConfigMap's links begin with two dots. */
function isIgnored(roots: ReadonlySet<string>): (path: string) => boolean {
  return (path) => {
    const name = basename(path);
    if (roots.has(path)) return false;
    return name === "node_modules" || (name.startsWith(".") && !name.startsWith(".."));
  };
}
