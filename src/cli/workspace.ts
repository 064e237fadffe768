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
  const loaded = await loadManifests({ inputs, cwd, platforms, configuration, stdin, check: checkRules });
  return { ...settings, loaded, integrations: loaded.manifests.filter(isIntegration) };
}

/** Templates and expressions are loaded only where there are Rules. */
export const checkRules: ManifestCheck = async (manifests, options) => {
  if (!manifests.some(({ object }) => object.kind === "Rule")) return [];
  const { checkRules: check } = await import("../rules/validate.ts");
  return check(manifests, options);
};

/**
 * Reads settings and manifests for a command that asks systems.
 *
 * @param format the command's; problems come in it too, where it has a form for them, so that who reads it gets a file.
 * @returns undefined when anything is wrong; the problems are then on stderr, and nothing may be done.
 */
export async function openSoundWorkspace(
  invocation: Invocation,
  inputs: readonly string[],
  format = "text",
): Promise<Workspace | undefined> {
  const workspace = await openWorkspace(invocation, inputs, true);
  const { problems } = workspace.loaded;
  if (problems.length === 0) return workspace;
  showProblems(invocation, problems);
  if (isProblemFormat(format)) await writeProblems(invocation, format, problems, []);
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
