/** One pass that only looks: what `plan` and `drift` have in common. */
import type { Integration } from "../api/integration.ts";
import { secretReferences } from "../manifests/secret-references.ts";
import type { Manifest, PlatformSource, Problem } from "../manifests/types.ts";
import type { BaseContext, Selection } from "../reconcile/pass.ts";
import { type Result, reconcile } from "../reconcile/reconcile.ts";
import { openStore } from "../store/open.ts";
import { VERSION } from "../version.ts";
import type { Invocation } from "./command.ts";
import { composeRun, createConnections } from "./compose.ts";
import type { FileFlags, SelectionFlags, StateFlags } from "./flags.ts";
import { listenForInterrupts } from "./interrupt.ts";
import { createProgress } from "./progress.ts";
import { assertFound, selectionOf } from "./selection.ts";
import { openSoundWorkspace, type Workspace } from "./workspace.ts";

/**
 * Validates, then asks the systems and plans.
 *
 * @param keeps whether the plan will be kept, so that a later run has to come to the same hashes.
 * @param onProblems is given what is wrong with the manifests, once it was shown.
 * @returns undefined when the manifests are wrong: that was said, and no system was asked.
 */
export async function look(
  invocation: Invocation,
  flags: FileFlags & SelectionFlags & StateFlags & { output?: string },
  keeps = false,
  onProblems?: (problems: readonly Problem[]) => Promise<void>,
): Promise<Result | undefined> {
  const workspace = await openSoundWorkspace(invocation, flags.file, { format: flags.output, onProblems });
  return workspace && observe(invocation, flags, workspace, keeps);
}

/**
 * Asks the systems of a workspace and plans. @param base what the manifests were before, where that counts.
 *
 * @throws UserError for an `--only` that names nothing.
 */
export async function observe(
  invocation: Invocation,
  flags: SelectionFlags & StateFlags,
  workspace: Workspace,
  keeps: boolean,
  base?: BaseContext,
): Promise<Result> {
  const { surroundings, output } = invocation;
  const { integrations, folder, platforms } = workspace;
  const selection = await selectionIn(flags, workspace);
  const store = await openStore(flags.state, { mode: "read", folder, env: surroundings.env, version: VERSION });
  const progress = createProgress(surroundings, output);
  const interruption = listenForInterrupts(surroundings, () => undefined);
  const connections = createConnections(invocation, workspace, progress);
  try {
    const context = composeRun(invocation, {
      settings: workspace,
      integrations,
      selection,
      connections,
      store,
      signal: interruption.signal,
      keepKey: keeps && (await haveWriteOnlyFields(integrations, platforms)),
      ...(base ? { base } : {}),
    });
    const result = await interruption.race(reconcile(context));
    assertFound(flags.only ?? [], result.passes);
    return result;
  } finally {
    progress.end();
    interruption.end();
    await store.close();
    await connections.close();
  }
}

/** Reads `--only` against a workspace. @throws UserError for what it lacks. */
export function selectionIn({ only = [] }: SelectionFlags, { integrations, platforms }: Workspace): Promise<Selection> {
  return selectionOf(
    only,
    integrations.map(({ object }) => object),
    ({ spec }) => compiledOf(platforms, spec.platform),
  );
}

/** @returns an Integration's connector, where it may be loaded. */
export async function compiledOf(platforms: PlatformSource, platform: string) {
  const found = await platforms.load(platform);
  return typeof found === "object" ? found.compiled : undefined;
}

async function haveWriteOnlyFields(
  integrations: readonly Manifest<Integration>[],
  platforms: PlatformSource,
): Promise<boolean> {
  for (const { object } of integrations) {
    const references = secretReferences(object, await compiledOf(platforms, object.spec.platform));
    if (references.some(({ part }) => part === "resources" || part === "defaults")) return true;
  }
  return false;
}
