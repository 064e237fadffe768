/**
 * Carries out a run of a rule: its actions in order, each kept before the next begins.
 *
 * An attempt goes on after the last action that is done, so a failure repeats nothing before it. Between an action
 * and its being kept the process may die; the action is then tried again with the same key, by which platforms that
 * know repetitions do it once.
 */
import { MAX_ATTEMPTS } from "../events/backoff.ts";
import type { Performance, Performed, Performer } from "../events/types.ts";
import type { Delivery } from "../store/event-types.ts";
import type { CompiledAction, CompiledRule } from "./compile-rule.ts";
import { eventContext } from "./event-context.ts";
import type { RunInput } from "./follower.ts";
import { outputsOf, type Progress, readProgress } from "./progress.ts";
import type { RuleSet } from "./rule-set.ts";
import { type ActionCall, type ActionTools, carryOut, type Ran } from "./run-action.ts";

export interface PerformerOptions extends Omit<ActionTools, "directory"> {
  /** The rules as they are now. */
  rules(): RuleSet;
}

/** Tries of an action whose failure does not stop the run and that states no number (requirements 3.3). */
const TRIES = 3;

/** Whether a system was asked to act and did not; waiting for its limit, or for it to come back, is none. */
const isTry = ({ code, heldBack }: Extract<Ran, { outcome: "failed" }>) =>
  code !== "Interrupted" && code !== "RATE_LIMITED" && heldBack !== true;

export function createRulePerformer(options: PerformerOptions): Performer {
  let tools: ActionTools | undefined;
  const toolsFor = ({ directory }: RuleSet): ActionTools => {
    if (tools?.directory !== directory) tools = { ...options, directory };
    return tools;
  };
  return {
    perform(delivery, performance) {
      const { loop } = JSON.parse(delivery.input) as RunInput;
      if (loop !== undefined) return Promise.resolve(looping(loop));
      const set = options.rules();
      const rule = set.find(delivery.namespace, delivery.target);
      return rule ? new Run(toolsFor(set), rule, delivery, performance).perform() : Promise.resolve(ruleGone);
    },
  };
}

const looping = (loop: string): Performed => ({
  outcome: "dead",
  code: "Loop",
  message: `This looks like a loop: ${loop}.`,
});

const ruleGone: Performed = {
  outcome: "skipped",
  code: "RuleGone",
  message: "The rule is gone, or cannot run as it is.",
};

class Run {
  readonly #tools: ActionTools;
  readonly #rule: CompiledRule;
  readonly #delivery: Delivery;
  readonly #performance: Performance;
  readonly #progress: Progress;

  constructor(tools: ActionTools, rule: CompiledRule, delivery: Delivery, performance: Performance) {
    this.#tools = tools;
    this.#rule = rule;
    this.#delivery = delivery;
    this.#performance = performance;
    this.#progress = readProgress(delivery.progress);
  }

  async perform(): Promise<Performed> {
    const context = eventContext(this.#performance.event);
    const last = this.#rule.actions.at(-1);
    for (const action of this.#rule.actions) {
      if (Object.hasOwn(this.#progress.steps, action.id)) continue;
      const outputs = outputsOf(this.#progress);
      const answer = action.when?.evaluate(context.cel(outputs));
      if (answer && answer.outcome !== true) {
        this.#progress.steps[action.id] = { state: "skipped", reason: answer.reason };
        continue;
      }
      const ran = await carryOut(this.#tools, this.#call(action, context.lookup(outputs)));
      if (ran.outcome === "done" && action === last) this.#done(action, ran.output);
      else {
        const ended = await this.#ended(action, ran);
        if (ended) return ended;
      }
    }
    return { outcome: "done", progress: JSON.stringify(this.#progress) };
  }

  #call(action: CompiledAction, lookup: ActionCall["lookup"]): ActionCall {
    const { event, signal } = this.#performance;
    return { rule: this.#rule, action, key: `${this.#delivery.id}-${action.id}`, lookup, event, signal };
  }

  /** Of the last action this is kept with the run's end, which follows at once. */
  #done({ id }: CompiledAction, output: unknown): void {
    this.#progress.steps[id] = { state: "done", output };
    delete this.#progress.tries[id];
  }

  /** @returns how the attempt ends with this action; undefined: the next one's turn. */
  async #ended(action: CompiledAction, ran: Ran): Promise<Performed | undefined> {
    if (ran.outcome === "held") return { outcome: "skipped", code: ran.code, message: ran.message };
    if (ran.outcome === "failed") return this.#failed(action, ran);
    this.#done(action, ran.output);
    await this.#keep(action);
    return undefined;
  }

  async #failed(
    { id, spec }: CompiledAction,
    ran: Extract<Ran, { outcome: "failed" }>,
  ): Promise<Performed | undefined> {
    const { code, message, retryable, retryAfter, unknown } = ran;
    const tries = (this.#progress.tries[id] ?? 0) + (isTry(ran) || this.#performance.attempt >= MAX_ATTEMPTS ? 1 : 0);
    const most = spec.retry?.maxAttempts ?? (spec.onFailure === "Continue" ? TRIES : undefined);
    if (retryable && (most === undefined || tries < most)) {
      this.#progress.tries[id] = tries;
      await this.#performance.checkpoint(JSON.stringify(this.#progress));
      // The store counts attempts of the whole run, those of earlier actions included.
      const maxAttempts = most === undefined ? undefined : this.#performance.attempt - tries + most;
      return {
        outcome: "retry",
        code,
        message,
        step: id,
        ...(retryAfter === undefined ? {} : { retryAfter }),
        ...(maxAttempts === undefined ? {} : { maxAttempts }),
        ...(unknown ? { unknown } : {}),
      };
    }
    if (spec.onFailure === "Continue") this.#progress.steps[id] = { state: "failed", code, message };
    await this.#keep({ id });
    return spec.onFailure === "Continue" ? undefined : { outcome: "dead", code, message, step: id };
  }

  /** What is brought back from the dead letters begins to count anew. */
  async #keep({ id }: Pick<CompiledAction, "id">): Promise<void> {
    delete this.#progress.tries[id];
    await this.#performance.checkpoint(JSON.stringify(this.#progress));
  }
}
