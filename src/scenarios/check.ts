/** Scenarios that fail, as problems of their manifests, for `validate`. */
import { problemAt } from "../manifests/problem.ts";
import type { Manifest, Problem } from "../manifests/types.ts";
import { runScenarios, type ScenarioOptions, type ScenarioResult } from "./index.ts";

/** @returns a problem for each expectation that is not met, and for whatever else happened. */
export async function checkScenarios(manifests: readonly Manifest[], options: ScenarioOptions): Promise<Problem[]> {
  return (await runScenarios(manifests, options)).flatMap((result) =>
    scenarioProblems(result).map((problem) => ({
      ...problem,
      message: `Scenario ${result.name}: ${problem.message}`,
      ...(problem.code === "ScenarioFailed" ? { remedy: "All that happens: plumbline simulate --scenarios" } : {}),
    })),
  );
}

/** @returns the failures of one Scenario with their places. */
export function scenarioProblems({ manifest, failures }: ScenarioResult): Problem[] {
  return failures.map(({ path, ...problem }) => problemAt(manifest, path, problem));
}
