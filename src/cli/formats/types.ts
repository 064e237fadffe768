/** What the dispatcher hands to a format, and what a format gives back. */
import type { Plan, Source } from "../../api/plan.ts";
import type { Problem } from "../../manifests/types.ts";
import type { ShownScenario } from "../simulate-scenarios.ts";
import type { Surroundings } from "../surroundings.ts";

/** Where the command runs: what paths are made relative to. */
export type Where = Pick<Surroundings, "cwd" | "env">;

export interface PlanInput {
  command: "plan" | "drift" | "show";
  /** Holds no known secret any more. */
  plan: Plan;
  /** Where each Integration's manifest starts, by {@link homeKey}. */
  homes: ReadonlyMap<string, Source>;
  where: Where;
}

export interface ProblemInput {
  /** Hold no known secret any more. */
  problems: readonly Problem[];
  /** The files that hold manifests, right or wrong. */
  files: readonly string[];
  where: Where;
}

export interface ScenarioInput {
  /** Hold no known secret any more. */
  scenarios: readonly ShownScenario[];
  where: Where;
}

/** A finished document. */
export interface Rendered {
  text: string;
  /** What was left out of it for the reader's limits, as a sentence for people; left out: nothing. */
  cut?: string | undefined;
  /** The text is made of the workflow commands of GitHub's runner, which must stay as they are. */
  commands?: true;
}

/** The key of {@link PlanInput.homes}. */
export function homeKey(integration: { name: string; namespace?: string | undefined }): string {
  return `${integration.namespace ?? "default"}/${integration.name}`;
}
