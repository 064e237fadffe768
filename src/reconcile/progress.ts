/** How far a run of a plan is: which steps of each change are to come, and what went wrong. */
import type { Outcome, PlannedChange } from "./types.ts";

/** Why a change was not made. */
export type Failure = Pick<Outcome, "status"> & { code?: string; message: string };

export class Progress {
  readonly #failed = new Map<PlannedChange, Failure>();
  readonly #open = new Map<PlannedChange, number>();
  readonly #onOutcome: ((outcome: Outcome) => void) | undefined;

  /** @param onOutcome is told of each change whose last step is over. */
  constructor(onOutcome: ((outcome: Outcome) => void) | undefined) {
    this.#onOutcome = onOutcome;
  }

  /** One more step of a change is to come. */
  expect(change: PlannedChange): void {
    this.#open.set(change, (this.#open.get(change) ?? 0) + 1);
  }

  /** A step of a change is over. */
  finish(change: PlannedChange): void {
    const left = (this.#open.get(change) ?? 1) - 1;
    this.#open.set(change, left);
    if (left === 0) this.#onOutcome?.(this.outcomeOf(change));
  }

  /** Whether a change has no further step. */
  isLast(change: PlannedChange): boolean {
    return (this.#open.get(change) ?? 1) <= 1;
  }

  /** Notes why a change was not made; the first reason counts. */
  fail(change: PlannedChange, failure: Failure): void {
    if (!this.#failed.has(change)) this.#failed.set(change, failure);
  }

  hasFailed(change: PlannedChange): boolean {
    return this.#failed.has(change);
  }

  outcomeOf(change: PlannedChange): Outcome {
    const failure = this.#failed.get(change);
    return failure ? { change, ...failure } : { change, status: "done" };
  }
}
