/** What `apply` is given: the manifests of a folder, or a saved plan. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Integration, Plan } from "../api/index.ts";
import { sortProblems } from "../manifests/problem.ts";
import type { DesiredEntry, Manifest } from "../manifests/types.ts";
import { ownerOf, type Selection } from "../reconcile/pass.ts";
import type { Invocation } from "./command.ts";
import type { ApplyFlags } from "./commands/apply.ts";
import { UserError } from "./errors.ts";
import { compiledOf } from "./look.ts";
import { parsePlan } from "./plan-file.ts";
import { manifestsOf } from "./saved-manifests.ts";
import { selectionOf } from "./selection.ts";
import { openSoundWorkspace, readNamedFile, readSettings, type Settings, showProblems } from "./workspace.ts";

export interface ApplyInput {
  settings: Settings;
  integrations: readonly Manifest<Integration>[];
  selection: Selection;
  /** The plan that was approved before. */
  saved?: Plan;
  relocate?(manifest: Manifest<Integration>, entries: readonly DesiredEntry[]): readonly DesiredEntry[];
}

/**
 * Reads and checks the input.
 *
 * @param named the argument: a saved plan or a folder.
 * @returns undefined when manifests are wrong; the problems are then on stderr.
 * @throws UserError
 */
export async function readApplyInput(
  invocation: Invocation,
  flags: ApplyFlags,
  named: string | undefined,
): Promise<ApplyInput | undefined> {
  if (named === undefined) return fromFolder(invocation, flags, flags.file);
  if (flags.file.join() !== ".") throw new UserError(`Give either ${named} or -f, not both.`);
  const path = resolve(invocation.surroundings.cwd, named);
  const isFolder = await stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );
  return isFolder ? fromFolder(invocation, flags, [named]) : fromPlan(invocation, flags, path, named);
}

async function fromFolder(
  invocation: Invocation,
  flags: ApplyFlags,
  inputs: readonly string[],
): Promise<ApplyInput | undefined> {
  const workspace = await openSoundWorkspace(invocation, inputs);
  if (!workspace) return undefined;
  const { integrations, platforms } = workspace;
  const objects = integrations.map(({ object }) => object);
  const selection = await selectionOf(flags.only ?? [], objects, ({ spec }) => compiledOf(platforms, spec.platform));
  return { settings: workspace, integrations, selection };
}

async function fromPlan(
  invocation: Invocation,
  flags: ApplyFlags,
  path: string,
  shown: string,
): Promise<ApplyInput | undefined> {
  if (flags.only !== undefined && flags.only.length > 0)
    throw new UserError("A saved plan is applied whole; --only is for `plan --out`.");
  const saved = parsePlan(await readNamedFile(path, shown), shown);
  const settings = await readSettings(invocation, true);
  const { manifests, problems, relocate } = await manifestsOf(saved, shown, settings);
  if (problems.length > 0) {
    showProblems(invocation, sortProblems(problems));
    return undefined;
  }
  const owners = new Set(manifests.map(({ object }) => ownerOf(object)));
  const selection: Selection = { integration: (owner) => owners.has(owner), change: () => true };
  return { settings, integrations: manifests, selection, saved, relocate };
}
