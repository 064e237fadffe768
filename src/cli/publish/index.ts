/**
 * Posting a result on a pull request, for commands to call whatever their flags are: what it takes is loaded
 * only where `--comment` is given.
 */
import type { Plan } from "../../api/plan.ts";
import type { Problem } from "../../manifests/types.ts";
import type { Invocation } from "../command.ts";
import type { PublishedFlags } from "./publish.ts";

/** Posts a plan where `--comment` asks for it. What a host refuses is a warning. */
export async function publishPlan(
  invocation: Invocation,
  flags: PublishedFlags,
  plan: Plan,
  mode: "plan" | "drift" = "plan",
): Promise<void> {
  const { comment } = flags;
  if (comment === undefined) return;
  const publish = await import("./publish.ts");
  await publish.publishPlan(invocation, { ...flags, comment }, plan, mode);
}

/** Posts what is wrong with manifests, in the place of their plan, where `--comment` asks for it. */
export async function publishProblems(
  invocation: Invocation,
  flags: PublishedFlags,
  problems: readonly Problem[],
  mode: "plan" | "drift" = "plan",
): Promise<void> {
  const { comment } = flags;
  if (comment === undefined) return;
  const publish = await import("./publish.ts");
  await publish.publishProblems(invocation, { ...flags, comment }, problems, mode);
}
