/**
 * Plans and problems in the formats that other programs read: one place that knows which there are.
 *
 * Each is loaded when it is asked for, since `validate` must start fast. To add one: its name in
 * `names.ts`, its loader here.
 */
import type { Plan, Source } from "../../api/plan.ts";
import type { Problem } from "../../manifests/types.ts";
import type { Pass } from "../../reconcile/pass.ts";
import type { Invocation } from "../command.ts";
import type { StructuredFormat } from "../output.ts";
import type { ShownScenario } from "../simulate-scenarios.ts";
import { type PlanFormat, type ProblemFormat, problemFormatNames } from "./names.ts";
import { homeKey, type PlanInput, type ProblemInput, type Rendered } from "./types.ts";

type Load<T> = () => Promise<(input: T) => Rendered | Promise<Rendered>>;

const planFormats: Readonly<Record<PlanFormat, Load<PlanInput>>> = {
  markdown: async () => (await import("./markdown.ts")).planMarkdown,
  junit: async () => (await import("./junit.ts")).planJunit,
  sarif: async () => (await import("./sarif.ts")).planSarif,
  github: async () => (await import("./github.ts")).planAnnotations,
  codequality: async () => (await import("./codequality.ts")).planCodeQuality,
};

const problemFormats: Readonly<Record<ProblemFormat, Load<ProblemInput>>> = {
  markdown: async () => (await import("./markdown.ts")).problemsMarkdown,
  junit: async () => (await import("./junit.ts")).problemsJunit,
  sarif: async () => (await import("./sarif.ts")).problemsSarif,
  github: async () => (await import("./github.ts")).problemAnnotations,
  codequality: async () => (await import("./codequality.ts")).problemsCodeQuality,
};

/** Writes a plan to stdout, in any format but text. */
export async function writePlan(
  { output, surroundings }: Invocation,
  format: StructuredFormat | PlanFormat,
  input: Omit<PlanInput, "where">,
): Promise<void> {
  if (format === "json" || format === "yaml") return output.data(input.plan, format);
  const render = await planFormats[format]();
  const rendered = await render({ ...input, plan: output.redacted(input.plan), where: surroundings });
  say(output, rendered);
}

/** Writes problems to stdout. @param files those that hold manifests. */
export async function writeProblems(
  { output, surroundings }: Invocation,
  format: ProblemFormat,
  problems: readonly Problem[],
  files: readonly string[],
): Promise<void> {
  const render = await problemFormats[format]();
  say(output, await render({ problems: output.redacted(problems), files, where: surroundings }));
}

/** Writes Scenarios to stdout as JUnit XML. */
export async function writeScenarios(
  { output, surroundings }: Invocation,
  scenarios: readonly ShownScenario[],
): Promise<void> {
  const { scenariosJunit } = await import("./junit.ts");
  say(output, scenariosJunit({ scenarios: output.redacted(scenarios), where: surroundings }));
}

/** Whether problems can be written in a format. */
export function isProblemFormat(format: string): format is ProblemFormat {
  return (problemFormatNames as readonly string[]).includes(format);
}

/** Where the manifests of a run's Integrations start. */
export function homesOf(passes: readonly Pick<Pass, "manifest">[]): ReadonlyMap<string, Source> {
  return new Map(
    passes.map(({ manifest }) => [
      homeKey(manifest.object.metadata),
      { file: manifest.file, line: manifest.locate([]).line },
    ]),
  );
}

/** Where the manifests in a saved plan start. */
export function savedHomes({ integrations }: Plan): ReadonlyMap<string, Source> {
  return new Map(
    integrations.flatMap((integration) => {
      const home = (integration.sources as Readonly<Record<string, Source>> | undefined)?.[""];
      return home ? [[homeKey(integration), home] as const] : [];
    }),
  );
}

function say(output: Invocation["output"], { text, cut, commands }: Rendered): void {
  output.document(text, commands === true);
  if (cut !== undefined) output.warn(cut);
}
