/**
 * What the rules do in a Scenario: the follower of the controller says which run, `simulate` what each action sends.
 *
 * Actions take no time and reach no system. What `emit_event` and `notify` raise comes in as an event of its own.
 */
import type { OpenEvent } from "../events/types.ts";
import { builtinActions, isBuiltin } from "../rules/builtin-actions.ts";
import { type BuiltinTools, emitEvent, notify } from "../rules/builtin-runs.ts";
import type { CompiledAction, CompiledRule } from "../rules/compile-rule.ts";
import { createRuleFollower, type RunInput } from "../rules/follower.ts";
import { type SimulatedAction, type SimulatedRule, type SimulationTools, simulateRules } from "../rules/simulate.ts";
import type { NewEvent } from "../store/event-types.ts";
import type { Acted, Undone } from "./happenings.ts";

/** A run of a rule that follows from an event. */
export interface RuleRun {
  id: string;
  rule: CompiledRule;
  event: OpenEvent;
  /** How the event is called. */
  name: string;
}

/** An event that an action raised, and how it is called. */
export interface Raised {
  name: string;
  event: NewEvent;
}

export interface ActingOptions extends SimulationTools {
  /** The clock's moment, in milliseconds from the start and since 1970. */
  now(): { at: number; absolute: number };
  happened(one: Acted | Undone): void;
  /** Whether a platform's code may not run now. */
  isUnloaded(platform: string): Promise<boolean>;
}

const raising = { emit_event: emitEvent, notify } as const;

export class Acting {
  readonly #options: ActingOptions;
  readonly #follower: ReturnType<typeof createRuleFollower>;
  /** Until when a key of a rule counts as seen, as the store remembers it. */
  readonly #seen = new Map<string, number>();

  readonly #answers = new WeakMap<OpenEvent, SimulatedRule[]>();

  constructor(options: ActingOptions) {
    this.#options = options;
    this.#follower = createRuleFollower({ rules: () => options.rules, monotonic: () => options.now().absolute });
  }

  /** @returns the runs that follow, and why other rules do not fire. */
  follow(event: OpenEvent, name: string): { runs: RuleRun[]; notes: readonly string[] } {
    const { deliveries, deduplicate = [], notes } = this.#follower.follow(event);
    const runs = deliveries.flatMap(({ id, namespace, target, input }): RuleRun[] => {
      const rule = this.#options.rules.find(namespace, target);
      if (!rule) return [];
      const { loop } = JSON.parse(input) as RunInput;
      const twin = deduplicate.find(({ delivery }) => delivery === id);
      const reason = loop === undefined ? twin && this.#repeated(rule, twin) : `this looks like a loop: ${loop}`;
      if (reason === undefined) return [{ id, rule, event, name }];
      this.#options.happened({ kind: "undone", at: this.#options.now().at, rule: rule.name, reason });
      return [];
    });
    return { runs, notes };
  }

  /** Does a run's actions. @returns the events that they raise. */
  async run(run: RuleRun): Promise<Raised[]> {
    const { rule, event } = run;
    const simulated = (await this.#simulated(event)).find(({ name }) => name === rule.name);
    const raised: Raised[] = [];
    for (const [index, one] of (simulated?.actions ?? []).entries()) {
      const action = rule.actions[index] as CompiledAction;
      await this.#tell(run, action, one);
      if (one.error !== undefined && action.spec.onFailure !== "Continue") break;
      if (one.skipped === undefined && one.error === undefined) raised.push(...(await this.#raise(run, one)));
    }
    return raised;
  }

  /** Once for all runs that follow from an event. */
  async #simulated(event: OpenEvent): Promise<SimulatedRule[]> {
    const known = this.#answers.get(event) ?? (await simulateRules(this.#options, event));
    this.#answers.set(event, known);
    return known;
  }

  #repeated(rule: CompiledRule, { key, until }: { key: string; until: number }): string | undefined {
    const id = JSON.stringify([rule.qualified, key]);
    if ((this.#seen.get(id) ?? 0) > this.#options.now().absolute) {
      return `it ran for the key ${JSON.stringify(key)} less than ${rule.spec.dedupe?.window} ago`;
    }
    this.#seen.set(id, until);
    return undefined;
  }

  async #tell({ rule, name: event }: RuleRun, action: CompiledAction, one: SimulatedAction): Promise<void> {
    const { at } = this.#options.now();
    const { id, integration, parameters, skipped, error } = one;
    if (skipped !== undefined) {
      this.#options.happened({ kind: "undone", at, rule: rule.name, id, reason: skipped });
      return;
    }
    const asks = (action.when?.outputs.length ?? 0) > 0;
    this.#options.happened({
      ...{ kind: "action", at, event, rule: rule.name, id, action: one.action, parameters },
      ...(integration === undefined ? {} : { integration }),
      ...(error === undefined ? {} : { error }),
      ...(one.unknown ? { unknown: asks ? ("all" as const) : ("parameters" as const) } : {}),
      ...((await this.#isUnchecked(rule, integration)) ? { unchecked: true as const } : {}),
    });
  }

  async #isUnchecked({ namespace }: CompiledRule, integration: string | undefined): Promise<boolean> {
    const target = this.#options.rules.directory.find(namespace, { integration });
    return integration !== undefined && "platform" in target && this.#options.isUnloaded(target.platform);
  }

  async #raise({ id, rule, event }: RuleRun, one: SimulatedAction): Promise<Raised[]> {
    const { action, integration, parameters } = one;
    if (integration !== undefined || !(isBuiltin(action) && action in raising)) return [];
    const events: NewEvent[] = [];
    const tools: BuiltinTools = {
      accept: async (given) => {
        events.push(...given);
        return [];
      },
      http: { send: () => Promise.reject(new Error("A Scenario sends nothing.")), close: async () => undefined },
      now: () => this.#options.now().absolute,
    };
    const signal = new AbortController().signal;
    await raising[action as keyof typeof raising](tools, {
      ...{ key: `${id}-${one.id}`, rule: rule.qualified, event, parameters, signal },
    });
    return events.map((raisedEvent) => ({ name: `${rule.name}/${one.id}`, event: raisedEvent }));
  }
}

/** Whether rules raise events, so that routes depend on them. */
export function raisesEvents({ actions }: Pick<CompiledRule, "actions">): boolean {
  return actions.some(({ spec }) => Object.hasOwn(builtinActions, spec.action) && spec.action in raising);
}
