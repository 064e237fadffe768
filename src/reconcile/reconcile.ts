/**
 * The whole product on one screen: observe, plan, brake, apply, report.
 */
import type { Plan } from "../api/index.ts";
import type { CompiledConnector } from "../connector-kit/compile.ts";
import type { ObjectState } from "../store/types.ts";
import { applyDecision } from "./apply.ts";
import { withBaseCauses } from "./base-causes.ts";
import { brakeContext } from "./brake-context.ts";
import { applyBrakes, countRemovals } from "./brakes.ts";
import { readCascades } from "./cascades.ts";
import { specDigest } from "./digest.ts";
import { planDocument } from "./document.ts";
import { failureOf } from "./failure.ts";
import { declaredElsewhere, readyOrder } from "./neighbours.ts";
import { CircularOrder, orderSteps } from "./order.ts";
import { openPass, ownerOf, type Pass, type RunContext } from "./pass.ts";
import { planIntegration } from "./plan.ts";
import { protectedIds } from "./protected-ids.ts";
import { nextState } from "./report.ts";
import { assertAsSaved, leaveUnlisted } from "./saved-plan.ts";
import type { IntegrationDecision, Outcome } from "./types.ts";

/** What a run may do beside looking. */
export interface Writing {
  /** Shown the finished plan; nothing is written unless it resolves to true. */
  approve(plan: Plan, passes: readonly Pass[]): Promise<boolean>;
  /** The exact number of removals that a person confirmed. */
  confirmRemovals?: number;
  /** A plan that was approved before: only its changes are made. */
  saved?: Plan;
  onOutcome?(pass: Pass, outcome: Outcome): void;
}

export interface Result {
  plan: Plan;
  passes: readonly Pass[];
  /** False when nothing was to be written, or it was not approved. */
  applied: boolean;
}

/** The number given with `--confirm-removals` is not the run's. */
export class RemovalsNotConfirmed extends Error {
  override readonly name = "RemovalsNotConfirmed";
}

/**
 * Reconciles the selected Integrations once.
 *
 * @param writing left out: only looks, and leaves no trace.
 * @throws SavedPlanStale, RemovalsNotConfirmed before anything is written; StoreError when the state is lost.
 */
export async function reconcile(context: RunContext, writing?: Writing): Promise<Result> {
  const passes = await observe(context);
  const known = await context.store.objects();
  for (const pass of passes) await plan(pass, passes, known, context);
  if (writing?.saved) leaveUnlisted(passes, writing.saved);
  brake(passes, writing?.confirmRemovals);
  if (writing?.saved) assertAsSaved(passes, writing.saved, writing.confirmRemovals !== undefined);
  tellCauses(passes, context);
  const document = planDocument(passes, new Date(context.clock.now()).toISOString());
  const applied = writing !== undefined && (await writing.approve(document, passes));
  if (applied) await apply(passes, context, writing);
  if (applied) await report(passes, context);
  return { plan: document, passes, applied };
}

/** Opens and reads all selected systems, each on its own. */
function observe(context: RunContext): Promise<Pass[]> {
  const selected = context.integrations.filter(({ object }) => context.selection.integration(ownerOf(object)));
  return Promise.all(selected.map((manifest) => openPass(manifest, context)));
}

/** Decides about one Integration. What could not be read yields no changes. */
async function plan(
  pass: Pass,
  passes: readonly Pass[],
  known: readonly ObjectState[],
  context: RunContext,
): Promise<void> {
  const { compiled, observation, memory } = pass;
  if (pass.error || !compiled || !observation || !memory) return;
  const decision = planIntegration({
    integration: pass.manifest.object,
    owner: pass.owner,
    compiled,
    desired: pass.desired,
    observation,
    memory,
    declaredElsewhere: context.incomplete ? () => true : declaredElsewhere(pass, passes, known, context),
    now: context.clock.now(),
    settle: context.milliseconds(compiled.connector.settle ?? "0s"),
  });
  const wanted = ({ kind, key }: { kind: string; key: string }): boolean =>
    context.selection.change(pass.owner, kind, key);
  pass.decision = {
    ...decision,
    changes: decision.changes.filter(wanted),
    unchanged: decision.unchanged.filter(({ kind: { kind }, key }) => wanted({ kind, key })),
    refresh: decision.refresh.filter(wanted),
    forget: decision.forget.filter(wanted),
  };
  await checkPlan(pass, pass.decision, compiled);
}

/** Learns what the brakes need before anything is removed, and that the writes have an order. */
async function checkPlan(pass: Pass, decision: IntegrationDecision, compiled: CompiledConnector): Promise<void> {
  try {
    await readCascades(pass, decision);
    const { things, members } = countRemovals(decision.changes);
    if (things + members > 0) pass.account = (await pass.session?.check())?.account;
    if (members > 0) pass.protectedIds = await protectedIds(pass, decision);
    orderSteps(decision.changes, compiled.kinds);
  } catch (error) {
    pass.error = error instanceof CircularOrder ? { code: "Cycle", message: error.message } : failureOf(error);
    delete pass.decision;
  }
}

/** Holds back what may not happen; many removals need the run's exact number. */
function brake(passes: readonly Pass[], confirmed: number | undefined): void {
  const decided = passes.flatMap((pass) => (pass.decision ? [{ pass, decision: pass.decision }] : []));
  const free = decided.map(({ pass, decision }) => applyBrakes(decision.changes, brakeContext(pass, true)));
  const total = free.map(countRemovals).reduce((sum, { things, members }) => sum + things + members, 0);
  if (confirmed !== undefined && confirmed !== total) {
    throw new RemovalsNotConfirmed(
      `This run removes ${total}, not ${confirmed}. Look at the plan, then use --confirm-removals ${total}.`,
    );
  }
  for (const { pass, decision } of decided) {
    const braked = applyBrakes(decision.changes, brakeContext(pass, confirmed === total));
    decision.changes = braked.map((change) =>
      change.reason === "TooManyRemovals"
        ? { ...change, message: `${change.message} To go on: --confirm-removals ${total}.` }
        : change,
    );
  }
}

/** With a base, its manifests tell what changed since; what did comes first. The brakes know nothing of it. */
function tellCauses(passes: readonly Pass[], { base }: RunContext): void {
  if (!base) return;
  for (const { manifest, compiled, decision, desired } of passes) {
    if (compiled && decision) {
      decision.changes = withBaseCauses(decision.changes, desired, base.entries(manifest, compiled));
    }
  }
}

/** Applies in the order of `dependsOn`, different systems side by side. */
async function apply(passes: readonly Pass[], context: RunContext, writing: Writing): Promise<void> {
  for (const wave of readyOrder(passes)) {
    const bySystem = Map.groupBy(wave, (pass) => pass.system ?? pass.owner);
    const ends = await Promise.allSettled(
      [...bySystem.values()].map(async (sameSystem) => {
        for (const pass of sameSystem) await applyPass(pass, passes, context, writing);
      }),
    );
    const broken = ends.find((end) => end.status === "rejected");
    if (broken) throw broken.reason;
  }
}

async function applyPass(pass: Pass, passes: readonly Pass[], context: RunContext, writing: Writing): Promise<void> {
  const { compiled, session, system, observation, memory, decision } = pass;
  if (pass.error || !compiled || !session || !system || !observation || !memory || !decision) return;
  const unready = pass.manifest.object.spec.dependsOn?.find((name) => !isReady(name, pass, passes, context));
  if (unready !== undefined) {
    pass.error = {
      code: "DependencyNotReady",
      message: `spec.dependsOn names ${unready}, which is not ready; nothing was written.`,
    };
    return;
  }
  pass.outcomes = await applyDecision({
    compiled,
    reader: session.reader,
    writer: session.writer,
    guard: session.guardErrors,
    store: context.store,
    system,
    owner: pass.owner,
    observation,
    memory,
    decision,
    clock: context.clock,
    settle: context.milliseconds(compiled.connector.settle ?? "0s"),
    adopt: pass.manifest.object.spec.policy?.adopt !== false,
    signal: context.signal,
    ...(context.lease ? { lease: context.lease } : {}),
    onOutcome: (outcome) => writing.onOutcome?.(pass, outcome),
  });
}

/** Whether an Integration of the same namespace came out without error or failed change. */
function isReady(name: string, pass: Pass, passes: readonly Pass[], context: RunContext): boolean {
  const owner = `${pass.owner.split("/")[0]}/${name}`;
  const other = passes.find((one) => one.owner === owner);
  // One that this run was told to leave out is not waited for.
  if (!other) return !context.selection.integration(owner);
  return (
    !other.error &&
    (other.decision?.failures.length ?? 0) === 0 &&
    other.outcomes.every(({ status }) => status === "done")
  );
}

/** Writes the conditions that moved. A pass that found nothing to do writes nothing. */
async function report(passes: readonly Pass[], context: RunContext): Promise<void> {
  const now = new Date(context.clock.now()).toISOString();
  for (const pass of passes) {
    const next = nextState(pass, specDigest(pass.manifest.object.spec), now);
    if (next) await context.store.putObject(next);
  }
}
