/** `plumbline simulate --scenarios`: plays the Scenarios of a folder and shows what happens in each. */
import type { ExpectedAction, ExpectedNotification } from "../api/scenario.ts";
import type { Problem } from "../manifests/types.ts";
import { scenarioProblems } from "../scenarios/check.ts";
import { durationText, type Happening } from "../scenarios/happenings.ts";
import { runScenarios, type ScenarioResult } from "../scenarios/index.ts";
import { recordedExpectations } from "../scenarios/recorded.ts";
import type { Invocation } from "./command.ts";
import type { SimulateFlags } from "./commands/simulate.ts";
import { UserError } from "./errors.ts";
import { writeScenarios } from "./formats/index.ts";
import { renderScenarios } from "./render-scenarios.ts";
import { openSoundWorkspace } from "./workspace.ts";

/** A Scenario as it is shown. */
export interface ShownScenario {
  name: string;
  namespace: string;
  file: string;
  line: number;
  passed: boolean;
  failures: readonly Problem[];
  /** Times as manifests write them. */
  happened: readonly (Omit<Happening, "at" | "until"> & { at: string; until?: string })[];
  /** Of one that was played and failed: what `expect` would have to be. */
  expect?: readonly (ExpectedNotification | ExpectedAction)[];
}

/** @returns 1 when one fails. @throws UserError where there is none, since a test of nothing must not pass. */
export async function simulateScenarios(invocation: Invocation, flags: SimulateFlags): Promise<number> {
  const workspace = await openSoundWorkspace(invocation, flags.file);
  if (!workspace) return 1;
  const { loaded, platforms, folder } = workspace;
  const results = await runScenarios(loaded.manifests, { platforms, folder });
  if (results.length === 0)
    throw new UserError(`There is no manifest of the kind Scenario in ${flags.file.join(", ")}.`);
  const scenarios = results.map(shown);
  const failed = scenarios.filter(({ passed }) => !passed).length;
  const { output } = invocation;
  if (flags.output === "text") {
    output.print(await renderScenarios(scenarios, results, output.paint));
  } else if (flags.output === "junit") {
    await writeScenarios(invocation, scenarios);
  } else {
    await output.data({ kind: "ScenarioResults", passed: results.length - failed, failed, scenarios }, flags.output);
  }
  return failed === 0 ? 0 : 1;
}

function shown(result: ScenarioResult): ShownScenario {
  const { manifest, name, namespace, happened } = result;
  const failures = scenarioProblems(result);
  return {
    ...{
      name,
      namespace,
      file: manifest.file,
      line: manifest.locate([]).line,
      passed: failures.length === 0,
      failures,
    },
    happened: happened.map((one) => ({
      ...one,
      at: durationText(one.at),
      ...("until" in one && one.until !== undefined ? { until: durationText(one.until) } : {}),
    })) as ShownScenario["happened"],
    ...(failures.length === 0 || happened.length === 0 ? {} : { expect: recordedExpectations(happened) }),
  };
}
