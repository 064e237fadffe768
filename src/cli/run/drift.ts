/** `plumbline drift`: looks, and shows what moved outside. What a policy or a brake holds back is drift all the same. */
import type { Run } from "../command.ts";
import type { DriftFlags } from "../commands/drift.ts";
import { driftOf } from "../drift-plan.ts";
import { exitCode } from "../exit.ts";
import { homesOf, writePlan } from "../formats/index.ts";
import { look } from "../look.ts";
import { driftSummary } from "../plan-summary.ts";
import { publishPlan, publishProblems } from "../publish/index.ts";
import { renderPlan } from "../render-plan.ts";

const drift: Run<DriftFlags> = async (invocation, flags) => {
  const { output } = invocation;
  const result = await look(invocation, flags, false, (problems) =>
    publishProblems(invocation, flags, problems, "drift"),
  );
  if (!result) return 1;
  const plan = driftOf(result.plan);
  if (flags.output === "text") {
    const { width, paint } = output;
    output.print(
      renderPlan(plan, { width, paint, mode: "drift", summary: driftSummary(plan), end: "Nothing was written." }),
    );
  } else {
    await writePlan(invocation, flags.output, { command: "drift", plan, homes: homesOf(result.passes) });
  }
  await publishPlan(invocation, flags, plan, "drift");
  return exitCode({ command: "drift", detailed: flags["detailed-exitcode"] === true, plan });
};
export default drift;
