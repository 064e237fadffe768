/**
 * The operator's settings while the program runs: read again with the manifests, and kept as they were while the file
 * is wrong, since a mistake there must neither close nor open anything.
 */
import { findConfiguration, type LoadedConfiguration } from "../../manifests/configuration.ts";
import { type LoadedManifests, loadManifests } from "../../manifests/load.ts";
import type { Invocation } from "../command.ts";
import { checksIn, type Settings, settingsFrom } from "../workspace.ts";

export interface LiveSettings {
  /** As they are now, in an object that stays the same. */
  readonly settings: Settings;
  /** Reads settings and manifests. */
  load(): Promise<LoadedManifests>;
}

/** @param first the settings at the start, without a mistake. */
export function liveSettings(invocation: Invocation, first: Settings, inputs: readonly string[]): LiveSettings {
  const { cwd } = invocation.surroundings;
  let now = first;
  let text = JSON.stringify(first.configuration?.value);
  const settings: Settings = {
    get configuration() {
      return now.configuration;
    },
    get folder() {
      return now.folder;
    },
    get allow() {
      return now.allow;
    },
    get platforms() {
      return now.platforms;
    },
  };

  /** @returns a configuration that holds; its mistakes are those of the one that is written. */
  async function configuration(): Promise<LoadedConfiguration | undefined> {
    const written = await findConfiguration(cwd);
    if (written && written.problems.length > 0) {
      return { ...written, value: now.configuration?.value ?? {}, folder: now.folder };
    }
    if (JSON.stringify(written?.value) !== text) {
      now = await settingsFrom(invocation, written, true);
      text = JSON.stringify(written?.value);
    }
    return now.configuration;
  }

  return {
    settings,
    async load() {
      const holds = await configuration();
      return loadManifests({
        inputs,
        cwd,
        platforms: now.platforms,
        configuration: holds,
        check: checksIn(now.folder),
      });
    },
  };
}
