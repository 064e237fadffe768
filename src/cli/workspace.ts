/**
 * What a command finds in its folder: the operator's settings, the platforms, the manifests.
 *
 * Little is loaded here, since `validate` starts with it: no HTTP, no database.
 */
import { readFile } from "node:fs/promises";
import type { Configuration } from "../api/config.ts";
import type { Integration } from "../api/integration.ts";
import { findConfiguration, type LoadedConfiguration } from "../manifests/configuration.ts";
import { type LoadedManifests, loadManifests } from "../manifests/load.ts";
import { renderProblems } from "../manifests/render.ts";
import type { AnyManifest, Manifest, PlatformSource, Problem } from "../manifests/types.ts";
import type { Invocation } from "./command.ts";
import { UserError } from "./errors.ts";
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
export async function readSettings({ surroundings }: Invocation, loadConnectors: boolean): Promise<Settings> {
  const { cwd, connectors = [] } = surroundings;
  const configuration = await findConfiguration(cwd);
  const folder = configuration?.folder ?? cwd;
  const sound = configuration?.problems.length === 0;
  const modules = (sound && configuration.value.connectors) || [];
  const allow = configuration?.value.allow;
  try {
    const platforms = await createPlatforms({ modules, folder, allowed: loadConnectors, connectors });
    return { configuration, folder, allow, platforms };
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Reads settings and manifests; what is wrong is in `loaded.problems`. */
export async function openWorkspace(
  invocation: Invocation,
  inputs: readonly string[],
  loadConnectors: boolean,
): Promise<Workspace> {
  const settings = await readSettings(invocation, loadConnectors);
  const { cwd, stdin } = invocation.surroundings;
  const { configuration, platforms } = settings;
  const loaded = await loadManifests({ inputs, cwd, platforms, configuration, stdin });
  return { ...settings, loaded, integrations: loaded.manifests.filter(isIntegration) };
}

/** @returns what would be wrong with a workspace's manifests if files held other texts, by absolute path. */
export async function problemsWith(
  { surroundings: { cwd } }: Invocation,
  { configuration, platforms }: Settings,
  inputs: readonly string[],
  texts: ReadonlyMap<string, string>,
): Promise<readonly Problem[]> {
  return (await loadManifests({ inputs, cwd, platforms, configuration, texts })).problems;
}

/**
 * Reads settings and manifests for a command that asks systems.
 *
 * @returns undefined when anything is wrong; the problems are then on stderr, and nothing may be done.
 */
export async function openSoundWorkspace(
  invocation: Invocation,
  inputs: readonly string[],
): Promise<Workspace | undefined> {
  const workspace = await openWorkspace(invocation, inputs, true);
  if (workspace.loaded.problems.length === 0) return workspace;
  showProblems(invocation, workspace.loaded.problems);
  return undefined;
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

function isIntegration(manifest: Manifest<AnyManifest>): manifest is Manifest<Integration> {
  return manifest.object.kind === "Integration";
}
