/** `plumbline apply`: under the lock from the first read to the last write, so that no other run comes between. */
import { resolve } from "node:path";
import type { Plan } from "../../api/plan.ts";
import type { Result } from "../../reconcile/reconcile.ts";
import { reconcile } from "../../reconcile/reconcile.ts";
import type { HolderLock, Store } from "../../store/types.ts";
import { type ApplyInput, readApplyInput } from "../apply-input.ts";
import {
  applyData,
  applyReport,
  displayName,
  type Ended,
  type OutcomeColumns,
  outcomeColumns,
  outcomeLine,
  passName,
} from "../apply-report.ts";
import { ask, assertApprovable } from "../approve.ts";
import { applyDeeds, recordDeeds } from "../audit.ts";
import type { Invocation, Run } from "../command.ts";
import type { ApplyFlags } from "../commands/apply.ts";
import { composeRun, createConnections } from "../compose.ts";
import { exitCode } from "../exit.ts";
import { type Interruption, listenForInterrupts } from "../interrupt.ts";
import { withLockedStore } from "../lock.ts";
import { count } from "../plain-text.ts";
import { createProgress } from "../progress.ts";
import { renderPlan } from "../render-plan.ts";
import { assertFound } from "../selection.ts";

const apply: Run<ApplyFlags, [string?]> = async (invocation, flags, named) => {
  assertApprovable("apply", flags["auto-approve"] === true, invocation.surroundings);
  const input = await readApplyInput(invocation, flags, named);
  if (!input) return 1;
  const { surroundings } = invocation;
  const { folder } = input.settings;
  const where = { state: flags.state, folder, command: "plumbline apply", timeout: flags["lock-timeout"] };
  return withLockedStore(surroundings, where, (store, lease) =>
    applyLocked(invocation, flags, input, { store, lease }),
  );
};
export default apply;

async function applyLocked(
  invocation: Invocation,
  flags: ApplyFlags,
  input: ApplyInput,
  { store, lease }: { store: Store; lease: HolderLock },
): Promise<number> {
  const { surroundings, output } = invocation;
  const progress = createProgress(surroundings, output);
  const interruption = listenForInterrupts(surroundings, () =>
    output.warn(
      "Stopping after the write under way. Once more to stop at once, which may leave a write without a record.",
    ),
  );
  const connections = createConnections(invocation, input.settings, progress);
  const ended: Ended[] = [];
  const deeds: Parameters<typeof applyDeeds>[0][number][] = [];
  let columns: OutcomeColumns = outcomeColumns([]);
  try {
    const context = composeRun(invocation, {
      ...input,
      connections,
      store,
      signal: interruption.signal,
      lease,
      acceptSystem: flags["accept-system"] === true,
      keepKey: true,
    });
    const confirmed = flags["confirm-removals"];
    const running = reconcile(context, {
      approve(plan, passes) {
        assertFound(flags.only ?? [], passes);
        columns = outcomeColumns(
          plan.integrations.flatMap((part) =>
            part.changes.map((change) => ({ integration: displayName(part), change })),
          ),
        );
        return approve(invocation, flags, plan, interruption);
      },
      ...(confirmed === undefined ? {} : { confirmRemovals: confirmed }),
      ...(input.saved ? { saved: input.saved } : {}),
      onOutcome(pass, outcome) {
        const one = { integration: passName(pass), outcome };
        ended.push(one);
        deeds.push({ owner: pass.owner, outcome });
        output.note(outcomeLine(one, output.paintError, columns));
      },
    });
    const result = await interruption.race(running);
    return await report(invocation, flags, result, interruption.signal.aborted);
  } catch (error) {
    // The state was lost half-way: what was written by then has to be known.
    if (ended.length > 0) output.error(applyReport({ ended, errors: [], interrupted: true, paint: output.paintError }));
    throw error;
  } finally {
    progress.end();
    interruption.end();
    await connections.close();
    await recordDeeds(invocation, store, manifestFolder(invocation, flags, input), applyDeeds(deeds));
  }
}

/** Where the manifests are, whose commit is recorded: the first folder that was named. */
function manifestFolder({ surroundings: { cwd } }: Invocation, { file: [first] }: ApplyFlags, { saved }: ApplyInput) {
  return saved || first === undefined || first === "-" ? cwd : resolve(cwd, first);
}

/** Shows the plan and asks, where there is something to ask about. */
async function approve(
  { surroundings, output }: Invocation,
  flags: ApplyFlags,
  plan: Plan,
  interruption: Interruption,
): Promise<boolean> {
  // Whoever stopped it while it was read gets no question any more.
  if (interruption.signal.aborted) return false;
  if (flags.output === "text")
    output.print(renderPlan(plan, { width: output.width, paint: output.paint, mode: "apply" }));
  const changes = plan.integrations
    .flatMap((integration) => integration.changes)
    .filter(({ action }) => action !== "blocked");
  const question = `Make ${changes.length === 1 ? "this change" : `these ${count(changes.length, "change")}`}?`;
  const yes = changes.length === 0 || flags["auto-approve"] || (await ask(question, surroundings));
  if (yes) interruption.writing();
  return yes;
}

async function report(
  { output }: Invocation,
  flags: ApplyFlags,
  { plan, passes, applied }: Result,
  interrupted: boolean,
): Promise<number> {
  // In the plan's order, not in that in which they ended.
  const ended = passes.flatMap((pass) => pass.outcomes.map((outcome) => ({ integration: passName(pass), outcome })));
  const known = new Set(plan.integrations.flatMap(({ error }) => error ?? []));
  const errors = passes.flatMap((pass) =>
    pass.error && !known.has(pass.error) ? [{ integration: passName(pass), ...pass.error }] : [],
  );
  if (flags.output !== "text") {
    await output.data(
      { kind: "ApplyResult", applied, interrupted, errors, outcomes: applyData(ended), plan },
      flags.output,
    );
  } else if (applied) {
    output.print(applyReport({ ended, errors, interrupted, paint: output.paint }));
  } else {
    output.print("Not approved. Nothing was written.");
  }
  const failed = passes.some(({ error }) => error !== undefined && error.code !== "Suspended");
  const outcomes = ended.map(({ outcome }) => outcome);
  return exitCode({ command: "apply", plan, outcomes, approved: applied, failed });
}
