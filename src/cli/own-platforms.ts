/**
 * The platforms of a command that reads declarations and no manifests.
 *
 * The code of the operator's own connectors runs only when a flag says so: whoever looks something up in
 * a checkout of somebody else's branch must not run what that branch brought along.
 */
import type { Invocation } from "./command.ts";
import { readSettings, type Settings, showProblems } from "./workspace.ts";

/**
 * Reads the settings.
 *
 * @returns undefined when own connectors were asked for and the settings are wrong: that was said.
 * @throws UserError for a connector module that cannot be used.
 */
export async function declaredPlatforms(
  invocation: Invocation,
  loadConnectors: boolean,
): Promise<Settings["platforms"] | undefined> {
  const { configuration, platforms } = await readSettings(invocation, loadConnectors);
  if (!loadConnectors || !configuration || configuration.problems.length === 0) return platforms;
  showProblems(invocation, configuration.problems);
  return undefined;
}
