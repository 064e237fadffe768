/**
 * Carries a plan out: in order, one record a write, so that kill -9 at any moment loses nothing and
 * doubles nothing.
 *
 * A create is recorded as an intent before it is sent. Where its answer never came, it is looked up by
 * key once a read can show it, and only a create that surely did not happen is ever sent again.
 */
import pLimit from "p-limit";
import { parsePointer } from "../api/index.ts";
import type { CompiledConnector } from "../connector-kit/compile.ts";
import type { Created, CreateRequest, Observed, Spec } from "../connector-kit/contract.ts";
import { ConnectorError } from "../connector-kit/errors.ts";
import type { Clock } from "../connector-kit/http/types.ts";
import { type HolderLock, type Store, StoreError } from "../store/types.ts";
import { kindTools } from "./kind-tools.ts";
import { Ledger } from "./ledger.ts";
import { type Lost, lookUpCreated } from "./look-up.ts";
import { orderSteps, type Step } from "./order.ts";
import { Progress } from "./progress.ts";
import type { Desired, IntegrationDecision, Memory, Observation, Outcome, PlannedChange } from "./types.ts";
import { WriteRequests } from "./write-requests.ts";

export interface ApplyInput {
  compiled: CompiledConnector;
  reader: unknown;
  writer: unknown;
  guard<T>(run: () => Promise<T>): Promise<T>;
  store: Store;
  system: string;
  /** `namespace/name`. */
  owner: string;
  observation: Observation;
  memory: Memory;
  decision: IntegrationDecision;
  clock: Clock;
  /** How long a read may lag behind a write, in milliseconds. */
  settle: number;
  /** Whether a thing that exists already under a declared key is taken over. */
  adopt: boolean;
  /** No new write starts once it is aborted; the ones under way end. */
  signal: AbortSignal;
  /** Where the right to write may run out: a write starts only if it surely holds for as long as one may take. */
  lease?: Pick<HolderLock, "outlasts">;
  onOutcome?(outcome: Outcome): void;
}

/** @returns how each change went, in the order of the plan. Blocked changes are left out. */
export async function applyDecision(input: ApplyInput): Promise<Outcome[]> {
  const changes = input.decision.changes.filter(({ action }) => action !== "blocked");
  const ledger = new Ledger(input);
  await ledger.bookkeeping(input.decision, changes);
  const progress = new Progress((outcome) => input.onOutcome?.(outcome));
  await new Run(input, ledger, progress).all(orderSteps(changes, input.compiled.kinds));
  return changes.map((change) => progress.outcomeOf(change));
}

/** One execution of an ordered plan. */
class Run {
  readonly #input: ApplyInput;
  readonly #ledger: Ledger;
  readonly #limit: ReturnType<typeof pLimit>;
  readonly #requests: WriteRequests;
  readonly #progress: Progress;
  #stateLost = false;

  constructor(input: ApplyInput, ledger: Ledger, progress: Progress) {
    this.#input = input;
    this.#ledger = ledger;
    this.#requests = new WriteRequests(input.compiled, ledger);
    this.#progress = progress;
    this.#limit = pLimit(Math.min(input.compiled.connector.concurrency ?? WRITES_AT_ONCE, WRITES_AT_ONCE));
  }

  /** Runs all steps, in waves of those whose predecessors are done. */
  async all(steps: readonly Step[]): Promise<void> {
    for (const { change } of steps) this.#progress.expect(change);
    let waiting = new Set(steps);
    while (waiting.size > 0) {
      const { ready = [], held = [] } = Object.groupBy(waiting, (step) =>
        [...step.after].every((before) => !waiting.has(before)) ? "ready" : "held",
      );
      waiting = new Set(held);
      await this.#wave(ready).catch((lost: unknown) => this.#abandon(waiting, lost));
    }
  }

  /** Says of what is left that it was not done. @throws why. */
  #abandon(waiting: ReadonlySet<Step>, lost: unknown): never {
    for (const step of waiting) {
      this.#mayStart(step);
      this.#progress.finish(step.change);
    }
    throw lost;
  }

  async #wave(ready: readonly Step[]): Promise<void> {
    const { single, batches } = this.#grouped(ready);
    // A state that cannot be written ends the run, but only after the writes under way have ended.
    const ends = await Promise.allSettled([
      ...single.map((step) => this.#limit(() => this.#attempt(step, () => this.#single(step)))),
      ...batches.map((batch) => this.#limit(() => this.#batch(batch))),
    ]);
    const broken = ends.find((end) => end.status === "rejected");
    if (broken) throw broken.reason;
  }

  /** Steps that a platform takes many of in one request. */
  #grouped(ready: readonly Step[]): { single: Step[]; batches: Step[][] } {
    const single: Step[] = [];
    const batches: Step[][] = [];
    for (const group of Map.groupBy(ready, ({ change, phase }) => `${change.kind}\n${phase}`).values()) {
      const first = group[0] as Step;
      const batch = this.#requests.kind(first.change).resource.batch;
      const able = batch && {
        create: batch.create,
        update: batch.update,
        remove: batch.remove,
        archive: undefined,
        unarchive: undefined,
      };
      if (!batch || !able?.[first.phase] || group.length === 1) single.push(...group);
      else for (let at = 0; at < group.length; at += batch.size) batches.push(group.slice(at, at + batch.size));
    }
    return { single, batches };
  }

  /** Whether a step may still start; notes why not. */
  #mayStart(step: Step): boolean {
    const { change } = step;
    if (this.#progress.hasFailed(change)) return false;
    const broken = [...step.after].find((before) => this.#progress.hasFailed(before.change));
    if (broken) {
      const name = `${broken.change.kind}/${broken.change.key}`;
      this.#progress.fail(change, {
        status: "skipped",
        code: "DependencyFailed",
        message: `not done, since ${name} was not done`,
      });
      return false;
    }
    if (this.#input.signal.aborted || this.#stateLost) {
      this.#progress.fail(change, { status: "interrupted", code: "Interrupted", message: "not done: interrupted" });
      return false;
    }
    if (this.#input.lease?.outlasts?.(WRITE_TIMEOUT) === false) {
      this.#progress.fail(change, { status: "interrupted", code: "LeaseLost", message: LEASE_LOST });
      return false;
    }
    return true;
  }

  async #attempt(step: Step, run: () => Promise<void>): Promise<void> {
    try {
      if (this.#mayStart(step)) await run();
    } catch (error) {
      await this.#failure(step, error);
    } finally {
      this.#progress.finish(step.change);
    }
  }

  /** Notes a failed write; one that trying again cannot cure is remembered. @throws StoreError: the state is lost. */
  async #failure({ change }: Step, error: unknown): Promise<void> {
    if (error instanceof StoreError) {
      this.#stateLost = true;
      const message = `it may have been made, and could not be recorded: ${error.message}`;
      this.#progress.fail(change, { status: "failed", code: "StateLost", message });
      throw error;
    }
    const known = error instanceof ConnectorError;
    const message = error instanceof Error ? error.message : String(error);
    this.#progress.fail(change, { status: "failed", code: known ? error.code : "Internal", message });
    if (known) await this.#ledger.failed(change, error);
  }

  async #batch(steps: readonly Step[]): Promise<void> {
    const able = steps.filter((step) => this.#mayStart(step));
    try {
      if (able.length > 0) await this.#runBatch(able);
    } catch (error) {
      await Promise.all(able.map((step) => this.#failure(step, error)));
    } finally {
      for (const step of steps) this.#progress.finish(step.change);
    }
  }

  async #runBatch(steps: readonly Step[]): Promise<void> {
    const { phase, change } = steps[0] as Step;
    const { batch } = this.#requests.kind(change).resource;
    const { writer, guard } = this.#input;
    if (phase === "create" && batch?.create) {
      const create = batch.create.bind(batch);
      return this.#createAll(steps, (requests) => create(writer, requests));
    }
    if (phase === "update" && batch?.update) {
      const requests = steps.map((step) => this.#requests.update(step.change));
      const update = batch.update.bind(batch);
      const answers = await guard(async () => oneEach(steps, await update(writer, requests)));
      return this.#each(steps, async (step, index) => {
        unlessError(answers[index]);
        await this.#ledger.written(step.change, this.#progress.isLast(step.change));
      });
    }
    const observed = steps.map((step) => this.#requests.thing(step.change).observed);
    const answers = await guard(async () => oneEach(steps, (await batch?.remove?.(writer, observed)) ?? []));
    return this.#each(steps, async (step, index) => {
      unlessError(answers[index]);
      await this.#ledger.removed(step.change);
    });
  }

  /** Concludes steps that went out together; one that failed keeps no other from being recorded. */
  async #each(steps: readonly Step[], conclude: (step: Step, index: number) => Promise<void>): Promise<void> {
    for (const [index, step] of steps.entries()) {
      try {
        await conclude(step, index);
      } catch (error) {
        await this.#failure(step, error);
      }
    }
  }

  async #single(step: Step): Promise<void> {
    const { change, phase } = step;
    const { resource } = this.#requests.kind(change);
    const { writer, guard } = this.#input;
    switch (phase) {
      case "create":
        return this.#createAll([step], async ([request]) => [
          (await resource.create?.(writer, request as CreateRequest<Spec>)) as Created,
        ]);
      case "update":
        return this.#update(change);
      case "unarchive":
        await guard(async () => resource.archived?.unarchive(writer, this.#requests.thing(change).observed));
        return this.#ledger.written(change, this.#progress.isLast(change));
      case "archive":
        await guard(async () => resource.archived?.archive(writer, this.#ledger.observed(change)));
        return change.action === "archive"
          ? this.#ledger.removed(change)
          : this.#ledger.written(change, this.#progress.isLast(change));
      default:
        await guard(async () => resource.remove?.(writer, this.#requests.thing(change).observed));
        return this.#ledger.removed(change);
    }
  }

  /**
   * Sends creates. Where no answer came, the things are looked for before anything is sent again. A thing that
   * exists already (a new repository comes with labels of its own) is taken over, where the policy adopts.
   * Any other refusal ends the intent.
   */
  async #createAll(
    steps: readonly Step[],
    send: (requests: readonly CreateRequest<Spec>[]) => Promise<readonly (Created | ConnectorError)[]>,
  ): Promise<void> {
    const requests = steps.map((step) => this.#requests.create(step.change));
    await this.#ledger.intend(steps.map((step) => step.change));
    const answers = await this.#answers(steps, async () => oneEach(steps, await send(requests)));
    const lost: { step: Step; sent: Lost }[] = [];
    await this.#each(steps, async (step, index) => {
      const { change } = step;
      const answer = answers[index] as Created | ConnectorError;
      if (!(answer instanceof ConnectorError)) return this.#created(change, answer);
      if (answer.outcomeUnknown || (answer.code === "CONFLICT" && this.#input.adopt)) {
        const { parent } = requests[index] as CreateRequest<Spec>;
        lost.push({ step, sent: { change, parent, error: answer } });
        return;
      }
      await this.#ledger.refused(change);
      throw answer;
    });
    if (lost.length > 0) await this.#recover(lost);
  }

  /** What was answered to each create; a request that failed failed for all of them. */
  async #answers(
    steps: readonly Step[],
    send: () => Promise<readonly (Created | ConnectorError)[]>,
  ): Promise<readonly (Created | ConnectorError)[]> {
    try {
      return await this.#input.guard(send);
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      return steps.map(() => error);
    }
  }

  /** Goes on with what lost creates made or met. The intents of those that may yet show up stay. */
  async #recover(lost: readonly { step: Step; sent: Lost }[]): Promise<void> {
    const sent = lost.map((one) => one.sent);
    const steps = lost.map(({ step }) => step);
    const found = await lookUpCreated(this.#input, sent).catch(
      (error: unknown) => new Map(steps.map(({ change }) => [change, error])),
    );
    await this.#each(steps, async ({ change }, index) => {
      const { error } = sent[index] as Lost;
      const thing = found.get(change) ?? error;
      if (thing === error && !error.outcomeUnknown) await this.#ledger.refused(change);
      unlessError(thing);
      await this.#found(change, thing as Observed);
    });
  }

  async #created(change: PlannedChange, { id, unset = [] }: Created): Promise<void> {
    await this.#record(change, { id, spec: (change.desired as Desired).resolved }, unset);
    if (unset.length > 0) await this.#complete(change, unset);
  }

  /** A thing whose create got no answer: what differs, or was not read, is written. */
  async #found(change: PlannedChange, thing: Observed): Promise<void> {
    const tools = kindTools((change.desired as Desired).kind);
    const { differences, unreadable } = tools.compare(this.#requests.desired(change), tools.normalize(thing.spec));
    // Nobody can see which secret it has.
    const unseen = [...unreadable, ...Object.keys((change.desired as Desired).hashes)];
    const fields = [...differences.map(({ path }) => path), ...unseen].map(firstOf);
    const unset = [...new Set(fields)];
    await this.#record(change, thing, unset);
    if (unset.length > 0) await this.#complete(change, unset);
  }

  async #record(
    change: PlannedChange,
    thing: Pick<Observed, "id" | "spec" | "raw">,
    unset: readonly string[],
  ): Promise<void> {
    const { parent } = this.#requests.create(change);
    await this.#ledger.created(change, thing, parent, unset.length === 0 && this.#progress.isLast(change));
  }

  /** Sets what creating could not set. */
  async #complete(change: PlannedChange, fields: readonly string[]): Promise<void> {
    const { resource } = this.#requests.kind(change);
    const { writer, guard } = this.#input;
    const request = this.#requests.completion(change, fields);
    await guard(async () => resource.update?.(writer, request));
    await this.#ledger.written(change, this.#progress.isLast(change));
  }

  async #update(change: PlannedChange): Promise<void> {
    const { resource } = this.#requests.kind(change);
    const request = this.#requests.update(change);
    await this.#input.guard(async () => resource.update?.(this.#input.writer, request));
    this.#ledger.renew(change, request.changes);
    await this.#ledger.written(change, this.#progress.isLast(change));
  }
}

/** How long a write may take, in milliseconds: nobody may take over while one is under way (docs/operations.md). */
const WRITE_TIMEOUT = 9000;

const LEASE_LOST =
  "not done: the right to write ran out, since the database of the state did not answer in time or another run took over";

/** Platforms want writes few at a time, however many reads they take at once. */
const WRITES_AT_ONCE = 4;

/** @throws the answer, where it is a failure. */
function unlessError(answer: unknown): void {
  if (answer instanceof Error) throw answer;
}

/** @throws ConnectorError when a batch did not answer for each thing: then nobody knows for which it did. */
function oneEach<A>(steps: readonly Step[], answers: readonly A[]): readonly A[] {
  if (answers.length === steps.length) return answers;
  const message = `The connector's batch answered for ${answers.length} of ${steps.length} things.`;
  throw new ConnectorError("UNSUPPORTED", message, { outcomeUnknown: true });
}

/** The name of the top-level field that a JSON pointer leads into. */
function firstOf(path: string): string {
  return parsePointer(path)[0] as string;
}
