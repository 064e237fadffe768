/** What a command's result is as a comment: its name, its text, and whether it is worth one. */
import type { Plan } from "../../api/plan.ts";
import type { Problem } from "../../manifests/types.ts";
import type { Invocation } from "../command.ts";
import { exitCode } from "../exit.ts";
import { renderPlanMarkdown } from "../markdown/plan.ts";
import { renderProblemsMarkdown } from "../markdown/problems.ts";
import { count } from "../plain-text.ts";
import { driftSummary, planSummary } from "../plan-summary.ts";
import type { CommentFlags, HostName } from "./flags.ts";
import { idOf, repositoryFolder } from "./place.ts";
import { post } from "./post.ts";

/** The flags that say what was planned. */
export interface PublishedFlags extends CommentFlags {
  file?: readonly string[];
  only?: readonly string[] | undefined;
}

/** Posts a plan. Never throws for what a host answers. */
export async function publishPlan(
  invocation: Invocation,
  flags: PublishedFlags & { comment: HostName },
  plan: Plan,
  mode: "plan" | "drift",
): Promise<void> {
  const id = commentId(invocation, flags, mode);
  const clean = invocation.output.redacted(plan);
  await post(invocation, flags.comment, {
    id,
    render: (budget, links) => renderPlanMarkdown(clean, { budget, links, title: titleOf(id), mode }),
    sentence: mode === "drift" ? driftSummary(plan) : planSummary(plan),
    failed: exitCode({ command: mode, detailed: false, plan }) === 1,
    needed: saysAnything(plan),
  });
}

/** Posts what is wrong with manifests, in the place of their plan. */
export async function publishProblems(
  invocation: Invocation,
  flags: PublishedFlags & { comment: HostName },
  problems: readonly Problem[],
  mode: "plan" | "drift",
): Promise<void> {
  const id = commentId(invocation, flags, mode);
  const clean = invocation.output.redacted(problems);
  await post(invocation, flags.comment, {
    id,
    render: (budget, links) => renderProblemsMarkdown(clean, { budget, links, title: titleOf(id) }),
    sentence: `The manifests are wrong: ${count(problems.length, "problem")}.`,
    failed: true,
    needed: true,
  });
}

/** A plan and a drift of the same files are two comments. */
function commentId({ surroundings }: Invocation, flags: PublishedFlags, mode: "plan" | "drift"): string {
  const { "comment-id": stated, file = [], only = [] } = flags;
  if (stated !== undefined) return stated;
  const { env, cwd } = surroundings;
  const id = idOf(file, only, repositoryFolder(env, cwd), cwd);
  return mode === "drift" ? `drift ${id}` : id;
}

/** The whole repository needs no name; the first line says anyway whether it is drift. */
function titleOf(id: string): string | undefined {
  const title = id.replace(/^drift /, "");
  return title === "." ? undefined : title;
}

function saysAnything({ integrations, summary, base }: Plan): boolean {
  const changes = integrations.some((integration) => integration.changes.length > 0 || integration.error !== null);
  return changes || summary.failed > 0 || (base?.notices ?? []).length > 0;
}
