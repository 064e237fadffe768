/** `plumbline show`: a saved plan. Nothing but the file is looked at. */
import { resolve } from "node:path";
import type { Plan } from "../../api/plan.ts";
import type { Run } from "../command.ts";
import type { ShowFlags } from "../commands/show.ts";
import { savedHomes, writePlan } from "../formats/index.ts";
import { parsePlan } from "../plan-file.ts";
import { publishPlan } from "../publish/index.ts";
import { renderPlan } from "../render-plan.ts";
import { readNamedFile } from "../workspace.ts";

const show: Run<ShowFlags, [string]> = async (invocation, flags, file) => {
  const { surroundings, output } = invocation;
  const plan = parsePlan(await readNamedFile(resolve(surroundings.cwd, file), file), file);
  if (flags.output === "text") {
    const end = `Made ${plan.createdAt}; no system was asked now.`;
    output.print(renderPlan(plan, { width: output.width, paint: output.paint, end }));
  } else {
    await writePlan(invocation, flags.output, { command: "show", plan: asPrinted(plan), homes: savedHomes(plan) });
  }
  await publishPlan(invocation, { ...flags, file: [file] }, plan);
  return 0;
};
export default show;

/** The plan without what only applying it needs. */
function asPrinted(plan: Plan): Plan {
  const integrations = plan.integrations.map(({ manifest: _, sources: __, ...integration }) => integration);
  return { ...plan, integrations };
}
