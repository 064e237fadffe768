/**
 * Runs one Integration's pass, and tells of it: conditions in the store (the engine's own), own events in the inbox,
 * entries in the audit log.
 *
 * Drift is told before it is put back and a failure before its condition is written, so that a process which is killed
 * in between loses neither; `alerts.ts` sees to it that the next one does not tell it again.
 */
import type { Integration } from "../api/index.ts";
import type { Plan } from "../api/plan.ts";
import type { Clock } from "../connector-kit/http/types.ts";
import { writeJson } from "../events/json.ts";
import type { EventLog } from "../events/log.ts";
import type { Manifest } from "../manifests/types.ts";
import { specDigest } from "../reconcile/digest.ts";
import { ownerOf, type Pass, type RunContext } from "../reconcile/pass.ts";
import { type PassEnd, passEnd } from "../reconcile/pass-end.ts";
import { reconcile } from "../reconcile/reconcile.ts";
import { nextState } from "../reconcile/report.ts";
import type { AuditRecord, NewEvent } from "../store/event-types.ts";
import type { LastingStore, Store } from "../store/types.ts";
import type { Alerts } from "./alerts.ts";
import { changesIn, type Found, foundBy } from "./found.ts";
import { healthOf, readyFailure } from "./health.ts";
import {
  driftDetected,
  driftResolved,
  endedBySuspension,
  fingerprintOf,
  type Moment,
  planApplied,
  reconciledAgain,
  reconcileFailed,
  recovered,
  topics,
  unhealthy,
} from "./own-events.ts";
import type { Ran } from "./scheduler.ts";
import { tellingStore } from "./telling-store.ts";
import { toldChanges } from "./told-changes.ts";
import { unlessStopped } from "./unless-stopped.ts";
import { createWriting, occurrenceOf, type Writing } from "./writing.ts";

export interface PassesOptions {
  store: Store & Pick<LastingStore, "audit">;
  /** Puts own events into the inbox. */
  raise(events: readonly NewEvent[]): Promise<void>;
  alerts: Alerts;
  /** Takes secrets out of a text. */
  clean(text: string): string;
  /** @returns undefined when there is no such Integration any more. */
  manifest(owner: string): Manifest<Integration> | undefined;
  /** Makes what the engine is given, anew for each pass, so that secrets are read anew. */
  context(manifest: Manifest<Integration>, store: Store, signal: AbortSignal): RunContext;
  clock: Pick<Clock, "now" | "monotonic">;
  /** A new trace: 32 hex digits. */
  newTrace(): string;
  log: EventLog;
  /** The commit that the manifests were read at, where that is known. */
  commit?(): string | undefined;
  /** Told of each pass that ended. @param took milliseconds. */
  onPass?(owner: string, end: PassEnd, took: number): void;
}

export interface Passes {
  run(owner: string, signal: AbortSignal): Promise<Ran>;
  /** Records that an Integration waits for another. */
  waiting(manifest: Manifest<Integration>, dependency: string): Promise<void>;
  /** @returns what the last pass of this process found. */
  found(owner: string): Found | undefined;
}

export function createPasses(options: PassesOptions): Passes {
  return new PassRunner(options);
}

class PassRunner implements Passes {
  readonly #options: PassesOptions;
  readonly #found = new Map<string, Found>();
  readonly #writing: Writing;

  constructor(options: PassesOptions) {
    this.#options = options;
    this.#writing = createWriting(options.store);
  }

  found(owner: string): Found | undefined {
    return this.#found.get(owner);
  }

  async run(owner: string, signal: AbortSignal): Promise<Ran> {
    const { clock, newTrace, onPass } = this.#options;
    const manifest = this.#options.manifest(owner);
    if (!manifest) return { end: { end: "done" } };
    const at: Moment = { now: clock.now(), trace: newTrace() };
    await this.#tellInterrupted(manifest, at);
    await this.#tellSuspended(manifest, at);
    const started = clock.monotonic();
    const context = this.#options.context(manifest, this.#telling(manifest, at), signal);
    let writes = false;
    const running = reconcile(context, {
      approve: async (proposed) => {
        if (!signal.aborted) await this.#tellDrift(manifest, proposed, at);
        if (!signal.aborted) await this.#begin(owner, proposed, at);
        writes = !signal.aborted;
        return writes;
      },
      onOutcome: ({ owner: integration }, { change, status, code }) => {
        const { kind, key, action } = change;
        this.#options.log.info({ trace: at.trace, integration, kind, key, action, status, code }, "written");
      },
    });
    const result = await unlessStopped(running, signal, () => writes);
    if (!result) return { end: interrupted };
    const { plan, passes } = result;
    const pass = passes.find((one) => one.owner === owner);
    if (!pass) return { end: { end: "done" } };
    const end = signal.aborted ? interrupted : passEnd(pass);
    await this.#tellOutcomes(pass, at);
    if (!signal.aborted) await this.#tellHealth(pass, end, at);
    this.#found.set(owner, foundBy(plan, end, at.now));
    this.#logEnd(owner, end, at, clock.monotonic() - started);
    onPass?.(owner, end, clock.monotonic() - started);
    return { end, ...(pass.system === undefined ? {} : { system: pass.system }) };
  }

  async waiting(manifest: Manifest<Integration>, dependency: string): Promise<void> {
    const { store, clock, newTrace } = this.#options;
    const owner = ownerOf(manifest.object);
    await this.#tellSuspended(manifest, { now: clock.now(), trace: newTrace() });
    const message = `spec.dependsOn names ${dependency.split("/")[1]}, which is not ready; nothing was read or written.`;
    const error = { code: "DependencyNotReady", message };
    const object = await store.object("Integration", owner);
    const now = clock.now();
    const pass: Pass = { manifest, owner, object, desired: [], outcomes: [], error };
    const next = nextState(pass, specDigest(manifest.object.spec), new Date(now).toISOString());
    if (next) await this.#telling(manifest, { now, trace: newTrace() }).putObject(next);
  }

  #telling(manifest: Manifest<Integration>, at: Moment): Store {
    return tellingStore(this.#options.store, async (next) => {
      const fingerprint = fingerprintOf("reconcile", ownerOf(manifest.object));
      const ready = readyFailure(next);
      if (ready === "wanted") return;
      await this.#options.alerts.tell(fingerprint, ready && JSON.stringify(ready), at, (moment) =>
        ready ? reconcileFailed(manifest, ready, moment) : reconciledAgain(manifest, moment),
      );
    });
  }

  /** Tells drift until it is over, anew when it changes. A system that could not be read says nothing about it. */
  async #tellDrift(manifest: Manifest<Integration>, plan: Plan, at: Moment): Promise<void> {
    if (plan.integrations.some(({ error }) => error !== null)) return;
    const changes = changesIn(plan).filter(({ cause }) => cause === "drift");
    if (changes.length === 0) return this.#tellDriftGone(manifest, at);
    const told = toldChanges(changes, this.#options.clean);
    const fingerprint = fingerprintOf("drift", ownerOf(manifest.object));
    await this.#options.alerts.tell(fingerprint, writeJson(told), at, (moment) =>
      driftDetected(manifest, told, moment),
    );
  }

  async #tellDriftGone(manifest: Manifest<Integration>, at: Moment): Promise<void> {
    const fingerprint = fingerprintOf("drift", ownerOf(manifest.object));
    await this.#options.alerts.tell(fingerprint, undefined, at, (moment) => driftResolved(manifest, moment));
  }

  /** What was told of it ends: nobody looks at it, and it may be mended. It is told anew by the first pass that finds it. */
  async #tellSuspended(manifest: Manifest<Integration>, at: Moment): Promise<void> {
    if (!manifest.object.spec.suspend) return;
    for (const topic of topics) {
      const fingerprint = fingerprintOf(topic, ownerOf(manifest.object));
      await this.#options.alerts.tell(fingerprint, undefined, at, (moment) =>
        endedBySuspension(topic, manifest, moment),
      );
    }
  }

  async #tellHealth(pass: Pass, end: PassEnd, at: Moment): Promise<void> {
    const { manifest, owner } = pass;
    const health = healthOf(pass, end, await this.#options.store.object("Integration", owner), at.now);
    if (health === "unknown") return;
    const { failure, since } = health;
    await this.#options.alerts.tell(fingerprintOf("health", owner), failure?.code, at, (moment) =>
      failure ? unhealthy(manifest, failure, since, moment) : recovered(manifest, moment),
    );
  }

  async #begin(owner: string, plan: Plan, at: Moment): Promise<void> {
    const toWrite = changesIn(plan).filter(({ action }) => action !== "blocked");
    if (toWrite.length > 0) await this.#writing.begin(owner, toldChanges(toWrite, this.#options.clean), at);
  }

  /** Tells what a process that was killed had begun to write. */
  async #tellInterrupted(manifest: Manifest<Integration>, at: Moment): Promise<void> {
    const owner = ownerOf(manifest.object);
    const begun = await this.#writing.left(owner);
    if (!begun) return;
    const { told, trace } = begun;
    const { raise, store } = this.#options;
    await raise([planApplied(manifest, { ...told, interrupted: true }, appliedAt(owner, { ...at, trace }))]);
    const details = { planned: told.total, interrupted: true };
    await store.audit.append([{ ...this.#auditOf(owner, 0, 0, { ...at, trace }), outcome: "failed", details }]);
    await this.#writing.end(owner);
  }

  /** Tells what was written, and whether the drift is over by that. */
  async #tellOutcomes({ manifest, owner, outcomes, decision }: Pass, at: Moment): Promise<void> {
    if (outcomes.length === 0) return this.#writing.end(owner);
    const done = outcomes.filter(({ status }) => status === "done").map(({ change }) => change);
    const left = (decision?.changes ?? []).filter((change) => change.cause === "drift" && !done.includes(change));
    const { raise, clean } = this.#options;
    if (done.length > 0) await raise([planApplied(manifest, toldChanges(done, clean), appliedAt(owner, at))]);
    if (left.length === 0) await this.#tellDriftGone(manifest, at);
    const failed = outcomes.length - done.length;
    await this.#options.store.audit.append([this.#auditOf(owner, done.length, failed, at)]);
    await this.#writing.end(owner);
  }

  #auditOf(owner: string, done: number, failed: number, { now, trace }: Moment): AuditRecord {
    const commit = this.#options.commit?.();
    return {
      at: now,
      actor: "controller",
      action: "apply",
      resourceType: "integration",
      resourceId: owner,
      outcome: failed === 0 ? "done" : "failed",
      trace,
      details: { done, failed },
      ...(commit === undefined ? {} : { commit }),
    };
  }

  #logEnd(owner: string, end: PassEnd, { trace }: Moment, took: number): void {
    const { log } = this.#options;
    const facts = { trace, integration: owner, took: Math.round(took) };
    if (end.end === "done") log.info(facts, "reconciled");
    else
      log.warn(
        { ...facts, reason: end.reason },
        `${end.end === "again" ? "will be tried again" : "stalled"}: ${end.message}`,
      );
  }
}

const interrupted: PassEnd = { end: "again", reason: "Interrupted", message: "The program was stopped." };

/** The moment of what a pass wrote: told once, by this process or the next. */
function appliedAt(owner: string, at: Moment): Moment {
  return { ...at, occurrence: occurrenceOf(owner, at.trace) };
}
