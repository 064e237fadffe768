/** Plans and problems as Markdown, whole: what a comment shows within a host's limits, without them. */
import { unlimited } from "../markdown/budget.ts";
import { renderPlanMarkdown } from "../markdown/plan.ts";
import { renderProblemsMarkdown } from "../markdown/problems.ts";
import type { PlanInput, ProblemInput, Rendered } from "./types.ts";

export function planMarkdown({ command, plan }: PlanInput): Rendered {
  return { text: renderPlanMarkdown(plan, { budget: unlimited, mode: command === "drift" ? "drift" : "plan" }) };
}

export function problemsMarkdown({ problems }: ProblemInput): Rendered {
  return { text: renderProblemsMarkdown(problems, { budget: unlimited }) };
}
