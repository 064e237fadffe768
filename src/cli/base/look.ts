/**
 * `plumbline plan --base`: the head's manifests beside the base's, and with credentials the systems as they are.
 *
 * Nothing of the head decides here where a credential goes: see `trust.ts`.
 */
import { readFileSync, realpathSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { Integration } from "../../api/integration.ts";
import type { IntegrationPlan } from "../../api/plan.ts";
import { findConfiguration, type LoadedConfiguration } from "../../manifests/configuration.ts";
import { desiredEntries } from "../../manifests/desired.ts";
import { CONFIGURATION_FILE } from "../../manifests/files.ts";
import { loadManifests } from "../../manifests/load.ts";
import type { Manifest } from "../../manifests/types.ts";
import {
  basesOf,
  compareManifests,
  type DeclaredIntegration,
  indexBase,
  sideOf,
} from "../../reconcile/compare-manifests.ts";
import { planOf } from "../../reconcile/document.ts";
import { type BaseContext, ownerOf, type Pass } from "../../reconcile/pass.ts";
import type { Result } from "../../reconcile/reconcile.ts";
import type { Invocation } from "../command.ts";
import { UserError } from "../errors.ts";
import type { FileFlags, SelectionFlags, StateFlags } from "../flags.ts";
import { listenForInterrupts } from "../interrupt.ts";
import { compiledOf, observe, selectionIn } from "../look.ts";
import { assertFound } from "../selection.ts";
import {
  checksIn,
  isIntegration,
  modulesOf,
  type OnProblems,
  reportProblems,
  type Settings,
  settingsFrom,
  type Workspace,
} from "../workspace.ts";
import { HeadTree, mayBeCode } from "./head-tree.ts";
import {
  baseInvalid,
  configurationDiffers,
  connectionDiffers,
  connectorsDiffer,
  integrationRemoved,
  type Notice,
} from "./notices.ts";
import { type BaseFiles, type Commits, type Declared, withBaseFiles } from "./read-base.ts";
import { openRepository, type Repository } from "./repository.ts";
import { assertWithin, scopeOf } from "./scope.ts";
import { differenceOf, refusalOf, type Trusted } from "./trust.ts";

export interface BaseFlags extends FileFlags, SelectionFlags, StateFlags {
  base: string;
  offline?: boolean | undefined;
  "trust-head"?: boolean | undefined;
  output?: string | undefined;
}

/** The head, and all that it is compared with. */
interface Comparison {
  workspace: Workspace;
  base: Declared;
  trusted: Trusted;
  /** Undefined with `--trust-head`, and offline: nothing of the files is held against the head then. */
  tree: HeadTree | undefined;
  notices: Notice[];
}

/**
 * Validates the head, compares it with the base, and asks the systems unless it is to be offline.
 *
 * @param keeps whether the plan will be kept. @param onProblems is given what is wrong with the head. @returns undefined when the manifests are wrong: that was said.
 * @throws UserError where there is no base to compare with.
 */
export async function lookWithBase(
  invocation: Invocation,
  flags: BaseFlags,
  keeps: boolean,
  onProblems: OnProblems["onProblems"],
): Promise<Result | undefined> {
  const interruption = listenForInterrupts(invocation.surroundings, () => undefined);
  let read: { comparison: Comparison; commit: string } | undefined;
  try {
    read = await interruption.race(readComparison(invocation, flags, interruption.signal, onProblems));
  } finally {
    interruption.end();
  }
  if (!read) return undefined;
  const { comparison, commit } = read;
  const result = flags.offline
    ? await compareOnly(flags, comparison, new Date(invocation.surroundings.clock.now()).toISOString())
    : await compareLive(invocation, flags, comparison, keeps);
  const notices = [...comparison.notices, ...(await comparisonNotices(comparison, flags))];
  const base = { ref: flags.base, commit, ...(notices.length > 0 ? { notices } : {}) };
  return { ...result, plan: { ...result.plan, base } };
}

async function readComparison(
  invocation: Invocation,
  flags: BaseFlags,
  signal: AbortSignal,
  onProblems: OnProblems["onProblems"],
): Promise<{ comparison: Comparison; commit: string } | undefined> {
  const { cwd, env } = invocation.surroundings;
  const repository = await openRepository(cwd, env, signal);
  const tip = await repository.commitOf(flags.base);
  const commits: Commits = { tip, base: await repository.mergeBase(tip, flags.base) };
  const scope = scopeOf(flags.file, cwd, repository.root);
  if (!flags["trust-head"]) await assertWithin(flags.file, cwd, repository.root);
  const options = { inputs: flags.file, cwd, scope, signal };
  const comparison = await withBaseFiles(repository, commits, options, (files) =>
    compare(invocation, flags, repository, files, onProblems),
  );
  return comparison && { comparison, commit: commits.base };
}

async function compare(
  invocation: Invocation,
  flags: BaseFlags,
  repository: Repository,
  files: BaseFiles,
  onProblems: OnProblems["onProblems"],
): Promise<Comparison | undefined> {
  const { cwd } = invocation.surroundings;
  const head = await findConfiguration(cwd);
  const { settings, tree, notices } = await settingsOf(invocation, flags, repository, files, head);
  const { platforms } = settings;
  const loaded = await loadManifests({
    inputs: flags.file,
    cwd,
    platforms,
    configuration: head,
    check: checksIn(settings.folder),
  });
  if (loaded.problems.length > 0) {
    await reportProblems(invocation, loaded.problems, { format: flags.output, onProblems });
    return undefined;
  }
  const { base, tip } = await files.load(settings.platforms);
  const wrong = [...(files.configuration?.problems ?? []), ...base.problems];
  if (wrong.length > 0) notices.push(baseInvalid(wrong));
  const trusted: Trusted = {
    ref: flags.base,
    integrations: tip.integrations,
    configuration: files.configuration,
    folder: realpathSync(settings.folder),
    root: repository.root,
    differs: (path) => tree?.differs(path) ?? false,
  };
  const workspace = { ...settings, loaded, integrations: loaded.manifests.filter(isIntegration) };
  return { workspace, base, trusted, tree, notices };
}

/** Decides which configuration holds, and whether code of the repository may run. */
async function settingsOf(
  invocation: Invocation,
  flags: BaseFlags,
  repository: Repository,
  files: BaseFiles,
  head: LoadedConfiguration | undefined,
): Promise<{ settings: Settings; tree: HeadTree | undefined; notices: Notice[] }> {
  if (flags["trust-head"]) {
    return { settings: await settingsFrom(invocation, head, !flags.offline), tree: undefined, notices: [] };
  }
  const { configuration } = files;
  const notices: Notice[] = [];
  if (isOther(head, files)) notices.push(configurationDiffers(flags.base, configuration, head));
  const tree = await HeadTree.open(repository, files.trusted);
  const code =
    modulesOf(configuration).length > 0
      ? (tree.firstDifference(mayBeCode) ?? otherModule(configuration, tree, repository))
      : undefined;
  if (code !== undefined) notices.push(connectorsDiffer(flags.base, code));
  const loads = !flags.offline && notices.length === 0;
  const settings = await settingsFrom(invocation, configuration, loads, modulesOf(head));
  if (!flags.offline) assertOwnState(repository.root, realpathSync(settings.folder), tree);
  return { settings, tree, notices };
}

/** Whether the head's configuration is another file, or says anything else. */
function isOther(head: LoadedConfiguration | undefined, { configuration, configurationText }: BaseFiles): boolean {
  if (!head || !configuration || !configurationText) return head !== undefined || configuration !== undefined;
  if (realpathSync(head.folder) !== configuration.folder) return true;
  try {
    return !readFileSync(join(head.folder, CONFIGURATION_FILE)).equals(configurationText);
  } catch {
    return true; // it cannot be read, so it is not what it was
  }
}

/** A listed module of the repository, or a file below it, that differs, whatever its name is. */
function otherModule(
  configuration: LoadedConfiguration | undefined,
  tree: HeadTree,
  { root }: Repository,
): string | undefined {
  for (const module of modulesOf(configuration)) {
    const path = relative(root, join(configuration?.folder ?? root, module))
      .split(sep)
      .join("/");
    const found = path.startsWith("..") ? undefined : tree.firstBelow(path);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The state and its key must be those of whoever runs this: a key that others know hides nothing. */
function assertOwnState(root: string, folder: string, tree: HeadTree): void {
  const path = relative(root, join(folder, ".plumbline")).split(sep).join("/");
  const found = tree.firstBelow(path);
  if (found === undefined) return;
  throw new UserError(
    `--base: ${found} differs from the base. Take it out of the repository: Plumbline's state is none of a change's business.`,
  );
}

/** With the systems as they are. */
async function compareLive(
  invocation: Invocation,
  flags: BaseFlags,
  comparison: Comparison,
  keeps: boolean,
): Promise<Result> {
  const { workspace, base, trusted, tree } = comparison;
  const [before, after] = [
    await declaredOf(base.integrations, workspace),
    await declaredOf(workspace.integrations, workspace),
  ];
  const index = indexBase(before);
  const offline = compareManifests(before, after);
  const refused = new Map<Manifest<Integration>, IntegrationPlan>();
  for (const [at, manifest] of workspace.integrations.entries()) {
    const error = tree && refusalOf(manifest, after[at]?.compiled, trusted);
    if (error) refused.set(manifest, { ...(offline[at] as IntegrationPlan), error });
  }
  const context: BaseContext = {
    refused: (manifest) => refused.get(manifest),
    entries: ({ object }, compiled) => basesOf(sideOf({ integration: object, compiled, entries: [] }), index),
  };
  return observe(invocation, flags, workspace, keeps, context);
}

/** With the manifests alone. @param createdAt ISO 8601. */
async function compareOnly(flags: BaseFlags, { workspace, base }: Comparison, createdAt: string): Promise<Result> {
  const selection = await selectionIn(flags, workspace);
  const [before, after] = [
    await declaredOf(base.integrations, workspace),
    await declaredOf(workspace.integrations, workspace),
  ];
  const earlier = indexBase(before).byOwner;
  const parts: IntegrationPlan[] = [];
  const passes: Pass[] = [];
  for (const [index, part] of compareManifests(before, after).entries()) {
    const manifest = workspace.integrations[index] as Manifest<Integration>;
    const { owner, desired } = sideOf(after[index] as DeclaredIntegration);
    if (!selection.integration(owner)) continue;
    parts.push({ ...part, changes: part.changes.filter(({ kind, key }) => selection.change(owner, kind, key)) });
    const compiled = after[index]?.compiled;
    passes.push({ manifest, owner, object: undefined, ...(compiled ? { compiled } : {}), desired, outcomes: [] });
  }
  // What went may be named too.
  assertFound(
    flags.only ?? [],
    passes.map((pass) => ({ ...pass, desired: [...pass.desired, ...(earlier.get(pass.owner)?.desired ?? [])] })),
  );
  return { plan: planOf(parts, createdAt), passes, applied: false };
}

/** Integrations with their connectors, as far as those are loaded, and their entries. */
async function declaredOf(
  manifests: readonly Manifest<Integration>[],
  { platforms }: Settings,
): Promise<DeclaredIntegration[]> {
  return Promise.all(
    manifests.map(async (manifest) => {
      const compiled = await compiledOf(platforms, manifest.object.spec.platform);
      const entries = compiled ? desiredEntries(manifest, compiled).entries : [];
      return { integration: manifest.object, compiled, entries };
    }),
  );
}

/** What is said of Integrations as a whole. */
async function comparisonNotices({ workspace, base, trusted }: Comparison, flags: BaseFlags): Promise<Notice[]> {
  const declared = new Set(workspace.integrations.map(({ object }) => ownerOf(object)));
  const gone = base.integrations.map(({ object }) => ownerOf(object)).filter((owner) => !declared.has(owner));
  const moved = workspace.integrations.flatMap(({ object }) => {
    const why = flags.offline && !flags["trust-head"] ? differenceOf(object, trusted) : undefined;
    return why === undefined ? [] : [connectionDiffers(displayed(ownerOf(object)), why)];
  });
  return [...moved, ...gone.map((owner) => integrationRemoved(displayed(owner)))];
}

/** An owner as people write it. */
function displayed(owner: string): string {
  return owner.replace(/^default\//, "");
}
