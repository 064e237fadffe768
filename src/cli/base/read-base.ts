/**
 * Reads what a base declares: the configuration that holds, and the manifests that the head's are compared with.
 *
 * Two commits matter. The head is compared with the merge base: what is new on the branch since then is no part of
 * the change. What is trusted is the tip of the branch: who opens a pull request chooses where it starts, and with
 * it which of all former configurations and connections the merge base has.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { isAbsolute, join, relative, resolve } from "node:path";
import type { Integration } from "../../api/integration.ts";
import { findConfiguration, type LoadedConfiguration } from "../../manifests/configuration.ts";
import { CONFIGURATION_FILE, GLOB } from "../../manifests/files.ts";
import { loadManifests } from "../../manifests/load.ts";
import type { Manifest, PlatformSource, Problem } from "../../manifests/types.ts";
import { isIntegration } from "../workspace.ts";
import type { Repository, TreeEntry } from "./repository.ts";
import { isBelow } from "./scope.ts";
import { type Scope, type Snapshot, writeSnapshot } from "./snapshot.ts";

/** The manifests of one commit. */
export interface Declared {
  integrations: readonly Manifest<Integration>[];
  /** What is wrong with others; those are left out. */
  problems: readonly Problem[];
}

/** What is read of the two commits while their files are there. */
export interface BaseFiles {
  /** The configuration at the tip of REF, its places those in the repository. */
  configuration: LoadedConfiguration | undefined;
  /** Its bytes, where there is one. */
  configurationText: Buffer | undefined;
  /** The tree at the tip of REF. */
  trusted: ReadonlyMap<string, TreeEntry>;
  /** The manifests at the merge base, and at the tip of REF. */
  load(platforms: PlatformSource): Promise<{ base: Declared; tip: Declared }>;
}

export interface Commits {
  base: string;
  tip: string;
}

/**
 * Runs something with the files of the commits, and removes them, whatever comes of it.
 *
 * @param inputs the `-f` arguments, and @param cwd where they start.
 */
export async function withBaseFiles<T>(
  repository: Repository,
  commits: Commits,
  { inputs, cwd, scope, signal }: { inputs: readonly string[]; cwd: string; scope: Scope; signal: AbortSignal },
  run: (files: BaseFiles) => Promise<T>,
): Promise<T> {
  const temporary = await mkdtemp(join(tmpdir(), "plumbline-base-"));
  try {
    const snapshots = new Map<string, Snapshot>();
    for (const commit of new Set([commits.base, commits.tip])) {
      const folder = join(temporary, commit);
      await mkdir(folder);
      snapshots.set(commit, await writeSnapshot(repository, commit, scope, folder, signal));
    }
    const [base, tip] = [snapshots.get(commits.base) as Snapshot, snapshots.get(commits.tip) as Snapshot];
    const place = { root: repository.root, cwd, scope, inputs };
    const found = await findConfiguration(join(tip.folder, scope.cwd));
    return await run({
      configuration: found && relocated(found, tip, repository.root),
      configurationText: found && (await readFile(join(found.folder, CONFIGURATION_FILE))),
      trusted: tip.entries,
      async load(platforms) {
        const declared = await loadDeclared(base, place, platforms);
        return { base: declared, tip: base === tip ? declared : await loadDeclared(tip, place, platforms) };
      },
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

interface Place {
  root: string;
  cwd: string;
  scope: Scope;
  inputs: readonly string[];
}

function relocated(found: LoadedConfiguration, snapshot: Snapshot, root: string): LoadedConfiguration {
  return {
    ...found,
    file: inRepository(found.file, snapshot, root),
    folder: resolve(root, relative(snapshot.folder, found.folder)),
    problems: found.problems.map((problem) => placed(problem, snapshot, root)),
  };
}

async function loadDeclared(snapshot: Snapshot, place: Place, platforms: PlatformSource): Promise<Declared> {
  const cwd = join(snapshot.folder, place.scope.cwd);
  const inputs = place.inputs.flatMap((input) => inputIn(snapshot, input, place));
  if (inputs.length === 0) return { integrations: [], problems: [] };
  const { manifests, problems } = await loadManifests({ inputs, cwd, platforms });
  return {
    integrations: manifests.filter(isIntegration),
    problems: problems.filter(({ code }) => !ABSENCES.has(code)).map((one) => placed(one, snapshot, place.root)),
  };
}

/** What is wrong when the base has none of these files: nothing. */
const ABSENCES: ReadonlySet<string> = new Set(["FileNotFound", "NoManifests"]);

/** An input as it is in the snapshot; one that the base lacks is left out. */
function inputIn({ folder }: Snapshot, input: string, { root, cwd, scope }: Place): string[] {
  const from = resolve(root, scope.cwd);
  const local = isAbsolute(input) ? relative(cwd, input) || "." : input;
  // What is absolute and lies elsewhere in the repository may have been named by way of a link.
  const there = isAbsolute(local)
    ? join(folder, relative(root, local))
    : resolve(join(folder, relative(root, from)), local);
  if (!isBelow(folder, there) || (!existsSync(there) && !GLOB.test(input))) return [];
  return [GLOB.test(input) && !existsSync(there) ? local : there];
}

function placed(problem: Problem, snapshot: Snapshot, root: string): Problem {
  return problem.file === undefined ? problem : { ...problem, file: inRepository(problem.file, snapshot, root) };
}

/** A file's name in the repository: the temporary folder says nothing to anybody. */
function inRepository(file: string, { folder }: Snapshot, root: string): string {
  return isBelow(folder, file) ? resolve(root, relative(folder, file)) : file;
}
