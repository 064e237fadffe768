/**
 * Which number a command ends with. 0: done; 1: failed; 2: with `--detailed-exitcode`, there is something.
 *
 * Wrong input and what throws never get here: that is always 1.
 */
import type { Change, Plan } from "../api/plan.ts";
import { quietReasons } from "../reconcile/reasons.ts";

export type ExitCode = 0 | 1 | 2;

/** The number of a process that Ctrl-C ended (128 + SIGINT, as shells have it). */
export const INTERRUPTED = 130;

/** How a run came out. */
export type Facts =
  | { command: "plan"; detailed: boolean; plan: Plan }
  /** The plan holds drift only. */
  | { command: "drift"; detailed: boolean; plan: Plan }
  | { command: "apply"; plan: Plan; outcomes: readonly { status: string }[]; approved: boolean; failed: boolean };

/** The one rule for all commands that plan. */
export function exitCode(facts: Facts): ExitCode {
  const { plan } = facts;
  const changes = plan.integrations.flatMap((integration) => integration.changes);
  if (plan.summary.failed > 0) return 1;
  switch (facts.command) {
    case "plan":
      return facts.detailed && changes.some(writesOutside) ? 2 : 0;
    case "drift":
      return facts.detailed && changes.length > 0 ? 2 : 0;
    case "apply":
      if (facts.failed || !facts.approved) return 1;
      if (facts.outcomes.some(({ status }) => status !== "done")) return 1;
      return changes.some((change) => change.action === "blocked" && !quietReasons.has(change.reason)) ? 1 : 0;
  }
}

/** Whether a change writes to the system: taking over what is as declared does not. */
export function writesOutside({ action, fields }: Pick<Change, "action" | "fields">): boolean {
  return action !== "blocked" && !(action === "adopt" && fields.length === 0);
}

/** Whether a change is something that moved outside, or may have: without an inventory nobody can tell. */
export function isDrift(change: Change, inventory: "present" | "absent"): boolean {
  if (change.action === "adopt" && change.fields.length === 0) return false;
  return change.cause === "drift" || (inventory === "absent" && change.cause === "unknown");
}
