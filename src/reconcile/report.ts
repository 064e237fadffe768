/** What a run leaves behind as conditions. Pure but for the clock that is handed in. */
import type { Condition, Failure } from "../api/index.ts";
import type { ObjectState } from "../store/types.ts";
import type { Pass } from "./pass.ts";
import { quietReasons } from "./reasons.ts";

/** Reasons that need a person. */
const stallingReasons: ReadonlySet<string> = new Set(["DriftLoop", "Ambiguous", "PermanentFailure"]);
const stallingErrors: ReadonlySet<string> = new Set(["SystemChanged", "AUTH", "StateKeyMissing", "Cycle"]);

interface Verdict {
  type: string;
  status: Condition["status"];
  reason: string;
  message: string;
}

/**
 * The object's next state.
 *
 * @param digest of the spec. @param now ISO 8601.
 * @returns undefined when nothing moved, so that nothing has to be written.
 */
export function nextState(pass: Pass, digest: string, now: string): ObjectState | undefined {
  const before = pass.object;
  const generation = before ? (before.digest === digest ? before.generation : before.generation + 1) : 1;
  const conditions = verdicts(pass).map((verdict) => condition(verdict, before, generation, now));
  const accepted = pass.error?.code === "SystemChanged" ? before?.system : (pass.system ?? before?.system);
  const next: ObjectState = {
    kind: "Integration",
    name: pass.owner,
    platform: pass.manifest.object.spec.platform,
    ...(accepted === undefined ? {} : { system: accepted }),
    generation,
    digest,
    ...(pass.error && before?.observedGeneration !== undefined
      ? { observedGeneration: before.observedGeneration }
      : pass.error
        ? {}
        : { observedGeneration: generation }),
    conditions,
  };
  return before && JSON.stringify(sorted(before)) === JSON.stringify(sorted(next)) ? undefined : next;
}

function sorted(state: ObjectState): unknown {
  return Object.entries(state).sort(([a], [b]) => (a < b ? -1 : 1));
}

function condition(
  { type, status, reason, message }: Verdict,
  before: ObjectState | undefined,
  generation: number,
  now: string,
): Condition {
  const known = before?.conditions.find((one) => one.type === type);
  return {
    type,
    status,
    reason,
    message,
    lastTransitionTime: known?.status === status ? known.lastTransitionTime : now,
    observedGeneration: generation,
  };
}

/** Ready, Reconciling, Stalled, Connected and InSync of one pass. */
function verdicts(pass: Pass): Verdict[] {
  const { error, decision } = pass;
  const stall = stalled(pass);
  const trouble = error ?? troubleOf(pass);
  const things = (decision?.unchanged.length ?? 0) + pass.outcomes.filter(({ status }) => status === "done").length;
  const isEmpty = things === 0 && (decision?.changes.length ?? 0) === 0;
  const fine = isEmpty ? "Nothing is declared." : `${things} ${things === 1 ? "thing is" : "things are"} as declared.`;
  const connected: Verdict =
    error && !pass.identity
      ? { type: "Connected", status: "False", reason: error.code, message: error.message }
      : {
          type: "Connected",
          status: "True",
          reason: "Connected",
          message: pass.identity?.title ?? "The system answers.",
        };
  const bad = (type: string): Verdict => ({
    type,
    status: "False",
    reason: trouble?.code ?? "",
    message: trouble?.message ?? "",
  });
  return [
    trouble ? bad("Ready") : { type: "Ready", status: "True", reason: "InSync", message: fine },
    { type: "Reconciling", status: "False", reason: "Done", message: "The last pass has ended." },
    stall
      ? { type: "Stalled", status: "True", reason: stall.code, message: stall.message }
      : { type: "Stalled", status: "False", reason: "Progressing", message: "Nothing waits for a person." },
    connected,
    trouble ? bad("InSync") : inSync(pass, fine),
  ];
}

function inSync({ decision }: Pass, fine: string): Verdict {
  const held = decision?.changes.find(({ action, reason }) => action === "blocked" && quietReasons.has(reason));
  return held
    ? {
        type: "InSync",
        status: "False",
        reason: held.reason,
        message: `${held.kind}/${held.key} is not as declared, and the policy says to leave it.`,
      }
    : { type: "InSync", status: "True", reason: "InSync", message: fine };
}

/** The first thing that keeps an Integration from being ready. */
export function troubleOf({ decision, outcomes }: Pass): Failure | undefined {
  const failed = outcomes.find(({ status }) => status !== "done");
  if (failed)
    return {
      code: failed.code ?? "Failed",
      message: `${failed.change.kind}/${failed.change.key}: ${failed.message ?? ""}`,
    };
  const unread = decision?.failures[0];
  if (unread) return { code: unread.code, message: `${unread.kind} could not be read: ${unread.message}` };
  const blocked = decision?.changes.find(({ action, reason }) => action === "blocked" && !quietReasons.has(reason));
  return blocked && { code: blocked.reason, message: `${blocked.kind}/${blocked.key}: ${blocked.message ?? ""}` };
}

function stalled({ error, decision, held }: Pass): Failure | undefined {
  if (held) return held;
  if (error && stallingErrors.has(error.code)) return error;
  const blocked = decision?.changes.find(({ action, reason }) => action === "blocked" && stallingReasons.has(reason));
  return blocked && { code: blocked.reason, message: `${blocked.kind}/${blocked.key}: ${blocked.message ?? ""}` };
}
