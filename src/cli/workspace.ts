/**
 * What a command finds in its folder: the operator's settings, the platforms, the manifests.
 *
 * Little is loaded here, since `validate` starts with it: no HTTP, no database.
 */
import { readFile } from "node:fs/promises";
import type { Configuration } from "../api/config.ts";
import type { Integration } from "../api/integration.ts";
import { findConfiguration, type LoadedConfiguration } from "../manifests/configuration.ts";
import { type LoadedManifests, loadManifests, type ManifestCheck } from "../manifests/load.ts";
import { builtinPlatforms } from "../manifests/platform-source.ts";
import { renderProblems } from "../manifests/render.ts";
import type { AnyManifest, Manifest, PlatformSource, Problem } from "../manifests/types.ts";
import type { Invocation } from "./command.ts";
import { UserError } from "./errors.ts";
import { isProblemFormat, writeProblems } from "./formats/index.ts";
import { createPlatforms } from "./platforms.ts";

/** The operator's settings, and the platforms that come of them. */
export interface Settings {
  configuration: LoadedConfiguration | undefined;
  /** The configuration's folder, else the working folder: relative files and `.plumbline/` start here. */
  folder: string;
  allow: Configuration["allow"];
  platforms: PlatformSource;
}

export interface Workspace extends Settings {
  loaded: LoadedManifests;
  integrations: Manifest<Integration>[];
}

/**
 * Reads the settings.
 *
 * @param loadConnectors whether the code of the operator's own connectors may run.
 * @throws UserError for a connector module that cannot be used.
 */
export async function readSettings(invocation: Invocation, loadConnectors: boolean): Promise<Settings> {
  return settingsFrom(invocation, await findConfiguration(invocation.surroundings.cwd), loadConnectors);
}

/**
 * Settings that a configuration makes, wherever it came from.
 *
 * @param alsoUnloaded modules that are listed elsewhere: what they may bring is known to be unknown.
 * @throws UserError for a connector module that cannot be used.
 */
export async function settingsFrom(
  { surroundings }: Invocation,
  configuration: LoadedConfiguration | undefined,
  loadConnectors: boolean,
  alsoUnloaded: readonly string[] = [],
): Promise<Settings> {
  const { cwd, platforms: builtIn = builtinPlatforms() } = surroundings;
  const folder = configuration?.folder ?? cwd;
  const modules = [...modulesOf(configuration), ...(loadConnectors ? [] : alsoUnloaded)];
  const allow = configuration?.value.allow;
  try {
    const platforms = await createPlatforms({ modules, folder, allowed: loadConnectors, builtIn });
    return { configuration, folder, allow, platforms };
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** The operator's own connectors, as a configuration without a mistake lists them. */
export function modulesOf(configuration: LoadedConfiguration | undefined): readonly string[] {
  return (configuration?.problems.length === 0 && configuration.value.connectors) || [];
}

/**
 * Reads settings and manifests; what is wrong is in `loaded.problems`.
 *
 * @param playScenarios whether a Scenario that fails is a problem too.
 */
export async function openWorkspace(
  invocation: Invocation,
  inputs: readonly string[],
  loadConnectors: boolean,
  playScenarios = false,
): Promise<Workspace> {
  const settings = await readSettings(invocation, loadConnectors);
  const { surroundings } = invocation;
  const { configuration, platforms } = settings;
  const loaded = await loadManifests({
    inputs,
    cwd: surroundings.cwd,
    platforms,
    configuration,
    ...(inputs.includes("-") ? { stdin: surroundings.stdin } : {}), // looking at it loads streams
    check: checksIn(settings.folder),
    checkSound: playScenarios ? scenariosIn(settings.folder) : undefined,
  });
  return { ...settings, loaded, integrations: loaded.manifests.filter(isIntegration) };
}

/** What is done about wrong manifests, beside showing them. */
export interface OnProblems {
  /** The command's format; problems come in it too, where it has a form for them, so that who reads it gets a file. */
  format?: string | undefined;
  /** Is given what is wrong, once it was shown. */
  onProblems?: ((problems: readonly Problem[]) => Promise<void>) | undefined;
}

/** @returns what would be wrong with a workspace's manifests if files held other texts, by absolute path. */
export async function problemsWith(
  { surroundings: { cwd } }: Invocation,
  { configuration, folder, platforms }: Settings,
  inputs: readonly string[],
  texts: ReadonlyMap<string, string>,
): Promise<readonly Problem[]> {
  return (await loadManifests({ inputs, cwd, platforms, configuration, texts, check: checksIn(folder) })).problems;
}

/**
 * What Rules and routes say is checked by code that is loaded only where there are some.
 *
 * @param folder the configuration's, else the working folder: `templates/` stands there.
 */
export function checksIn(folder: string): ManifestCheck {
  return async (manifests, options) => {
    const are = (kind: string) => manifests.some((manifest) => manifest.object.kind === kind);
    const [rules, routes, receivers, templates] = await Promise.all([
      are("Rule") ? import("../rules/validate.ts") : undefined,
      are("NotificationRoute") ? import("../notifications/validate.ts") : undefined,
      are("NotificationRoute") ? import("../notifications/check-receivers.ts") : undefined,
      are("NotificationRoute") ? import("../notifications/render/check-templates.ts") : undefined,
    ]);
    return [
      ...((await rules?.checkRules(manifests, options)) ?? []),
      ...(routes?.checkRoutes(manifests) ?? []),
      ...((await receivers?.checkReceivers(manifests, options.platforms)) ?? []),
      ...((await templates?.checkTemplates(manifests, folder)) ?? []),
    ];
  };
}

/** Plays the Scenarios, by code that is loaded only where there are some. */
function scenariosIn(folder: string): ManifestCheck {
  return async (manifests, { platforms }) => {
    if (!manifests.some(({ object }) => object.kind === "Scenario")) return [];
    const { checkScenarios } = await import("../scenarios/check.ts");
    return checkScenarios(manifests, { platforms, folder });
  };
}

/**
 * Reads settings and manifests for a command that asks systems.
 *
 * @returns undefined when anything is wrong; the problems are then on stderr, and nothing may be done.
 */
export async function openSoundWorkspace(
  invocation: Invocation,
  inputs: readonly string[],
  reporting: OnProblems = {},
): Promise<Workspace | undefined> {
  const workspace = await openWorkspace(invocation, inputs, true);
  const { problems } = workspace.loaded;
  if (problems.length === 0) return workspace;
  await reportProblems(invocation, problems, reporting);
  return undefined;
}

/** Says what is wrong: to people, in the command's format where it has a form for problems, and to whoever asked. */
export async function reportProblems(
  invocation: Invocation,
  problems: readonly Problem[],
  { format = "text", onProblems }: OnProblems,
): Promise<void> {
  showProblems(invocation, problems);
  if (isProblemFormat(format)) await writeProblems(invocation, format, problems, []);
  await onProblems?.(problems);
}

/** Writes problems to stderr, with the lines that they are about. */
export function showProblems({ output }: Invocation, problems: readonly Problem[]): void {
  output.error(renderProblems(problems, { color: output.errorColor, width: output.width }));
}

/** Reads a file that the command line names. @throws UserError */
export async function readNamedFile(path: string, shown: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why =
      code === "ENOENT"
        ? "there is no such file"
        : code === "EISDIR"
          ? "it is a folder"
          : `it cannot be read (${code})`;
    throw new UserError(`${shown}: ${why}.`, { cause });
  }
}

/** Whether a manifest is an Integration. */
export function isIntegration(manifest: Manifest<AnyManifest>): manifest is Manifest<Integration> {
  return manifest.object.kind === "Integration";
}
