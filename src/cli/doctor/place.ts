/** What every connection rests on: Node.js, the configuration, the manifests, the state. */

import { inspectState } from "../../store/inspect.ts";
import { DEFAULT_STATE_URL, openStore } from "../../store/open.ts";
import { isOwnRecord, type ObjectState, StoreError } from "../../store/types.ts";
import { MINIMUM_NODE, VERSION } from "../../version.ts";
import { count, visible } from "../plain-text.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Workspace } from "../workspace.ts";
import { failed, ok, type Step } from "./step.ts";

/** The machine, as far as a report of a mistake needs it. */
export interface Machine {
  node: string;
  platform: string;
  arch: string;
}

/** Looks at all but the state. */
export function placeSteps(workspace: Workspace, { node, platform, arch }: Machine): Step[] {
  return [
    ok("plumbline", `${VERSION} on Node.js ${node} (${platform} ${arch}); it needs ${MINIMUM_NODE} or newer`),
    configurationStep(workspace),
    manifestsStep(workspace),
  ];
}

function configurationStep({ configuration }: Workspace): Step {
  if (!configuration) return ok("configuration", "no plumbline.config.yaml here or above");
  const [first] = configuration.problems;
  if (!first) return ok("configuration", configuration.file);
  const message = `${configuration.file}: ${first.message}`;
  return failed("configuration", message, "While it is wrong it allows nothing. See `plumbline validate`.");
}

function manifestsStep({ loaded }: Workspace): Step {
  const { manifests, problems, files } = loaded;
  const [first] = problems;
  if (!first) return ok("manifests", `${count(manifests.length, "manifest")} in ${count(files, "file")}`);
  const where = first.file === undefined ? "" : `${first.file}${first.line === undefined ? "" : `:${first.line}`}: `;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  return failed(
    "manifests",
    visible(`${where}${first.message}${more}`),
    "Run `plumbline validate`, and put right what it says.",
  );
}

/** @returns how the state is, and what it knows of each Integration. */
export async function stateStep(
  url: string = DEFAULT_STATE_URL,
  folder: string,
  env: Surroundings["env"],
): Promise<{ step: Step; objects: readonly ObjectState[] }> {
  try {
    const options = { folder, env, version: VERSION };
    const { where, exists, locked, holder } = await inspectState(url, options);
    if (!exists) return { step: ok("state", `none yet at ${where}`), objects: [] };
    const store = await openStore(url, { ...options, mode: "read" });
    try {
      const objects = (await store.objects()).filter((one) => !isOwnRecord(one));
      const who = holder
        ? `: pid ${holder.pid} on ${holder.host} ("${holder.command}")${holder.job ? ` of ${holder.job}` : ""} since ${holder.since}`
        : "";
      const warning = locked ? `somebody is applying${who}` : undefined;
      return { step: ok("state", `${where}, ${count(objects.length, "object")} on record`, warning), objects };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { step: failed("state", `${error.code}: ${error.message}`, "Do what the message says."), objects: [] };
  }
}
