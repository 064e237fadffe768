/** `plumbline plan`: looks, shows what apply would do, and saves it where that is asked for. */
import { resolve } from "node:path";
import type { Plan } from "../../api/plan.ts";
import type { Problem } from "../../manifests/types.ts";
import { planHash } from "../../reconcile/document.ts";
import type { Result } from "../../reconcile/reconcile.ts";
import { saveable } from "../../reconcile/saved-plan.ts";
import type { Invocation, Run } from "../command.ts";
import type { PlanFlags } from "../commands/plan.ts";
import { UserError } from "../errors.ts";
import { exitCode } from "../exit.ts";
import { homesOf, writePlan } from "../formats/index.ts";
import { look } from "../look.ts";
import type { Output } from "../output.ts";
import { publishPlan, publishProblems } from "../publish/index.ts";
import { renderPlan } from "../render-plan.ts";
import { writeFileAtomically } from "../write-file.ts";

const plan: Run<PlanFlags> = async (invocation, flags) => {
  const { surroundings, output } = invocation;
  const result = await lookAsAsked(invocation, flags);
  if (!result) return 1;
  const document = withoutSecrets(result.plan, output);
  if (flags.out !== undefined) {
    const text = `${JSON.stringify(saveable(document, result.passes), undefined, 2)}\n`;
    await writeFileAtomically(resolve(surroundings.cwd, flags.out), flags.out, text);
  }
  if (flags.output === "text") {
    output.print(renderPlan(document, { width: output.width, paint: output.paint, end: "Nothing was written." }));
  } else {
    await writePlan(invocation, flags.output, { command: "plan", plan: document, homes: homesOf(result.passes) });
  }
  if (flags.out !== undefined) {
    const use = flags.offline ? `To read it: plumbline show` : "To apply exactly this: plumbline apply";
    output.note(`The plan is in ${flags.out}. ${use} ${flags.out}`);
    if (document.summary.failed > 0) {
      output.warn("Something could not be read: the saved plan lacks it, and apply refuses the plan while that is so.");
    }
  }
  await publishPlan(invocation, flags, document);
  return exitCode({ command: "plan", detailed: flags["detailed-exitcode"] === true, plan: document });
};
export default plan;

/** With a base, or without. @throws UserError for flags that need one. */
async function lookAsAsked(invocation: Invocation, flags: PlanFlags): Promise<Result | undefined> {
  const { base, offline, out } = flags;
  const onProblems = (problems: readonly Problem[]) => publishProblems(invocation, flags, problems);
  if (base !== undefined) {
    const { lookWithBase } = await import("../base/look.ts");
    return lookWithBase(invocation, { ...flags, base }, out !== undefined, onProblems);
  }
  if (offline || flags["trust-head"]) {
    throw new UserError(
      `${offline ? "--offline" : "--trust-head"} goes with --base REF, which names what to compare with.`,
    );
  }
  return look(invocation, flags, out !== undefined, onProblems);
}

/**
 * What a system shows may repeat a secret. The hash is of what the file holds, so that it fits; such a
 * change cannot be found again by `apply`, which then refuses the plan.
 */
function withoutSecrets(plan: Plan, output: Output): Plan {
  const integrations = output.redacted(plan.integrations);
  return { ...plan, hash: planHash(integrations), integrations };
}
