/** Whether an event fires a rule, and why not. Pure. Namespaces are told apart by whoever asks. */
import type { Rule } from "../api/rule.ts";
import { bareName } from "../events/event-view.ts";
import type { Expression } from "../expressions/cel.ts";
import type { Test } from "../expressions/pattern.ts";
import { type CompiledCondition, failedCondition } from "./conditions.ts";
import type { Directory } from "./directory.ts";
import type { EventContext } from "./event-context.ts";

/** A trigger with its patterns, conditions and expression compiled. */
export interface CompiledTrigger {
  spec: Rule["spec"]["trigger"];
  /** One test for each name or glob of `event`. */
  events: readonly Test[] | undefined;
  type: Test | undefined;
  conditions: readonly CompiledCondition[];
  when: Expression | undefined;
}

export type Decision =
  | { matched: true }
  | {
      matched: false;
      reason: string;
      /** The expression could not be evaluated. */
      failed?: true;
      /** The rule is for events of another origin: of no interest to whoever looks at this one. */
      elsewhere?: true;
    };

/** @param namespace the rule's, which is also the event's. */
export function matchTrigger(
  trigger: CompiledTrigger,
  namespace: string,
  context: EventContext,
  directory: Directory,
): Decision {
  const { spec } = trigger;
  const origin = wrongOrigin(spec, namespace, context, directory);
  if (origin !== undefined) return { matched: false, reason: origin, elsewhere: true };
  const reason =
    ownDoing(spec, context) ?? wrongName(trigger, context) ?? failedCondition(trigger.conditions, context.data);
  if (reason !== undefined) return { matched: false, reason };
  const answer = trigger.when?.evaluate(context.cel({}));
  if (answer === undefined || answer.outcome === true) return { matched: true };
  const { outcome } = answer;
  return { matched: false, reason: answer.reason, ...(outcome === "failed" ? { failed: true } : {}) };
}

function wrongOrigin(
  { integration, platform }: CompiledTrigger["spec"],
  namespace: string,
  { event }: EventContext,
  directory: Directory,
): string | undefined {
  const from = bareName(event.stored.integration);
  if (integration === undefined && platform === undefined) {
    return from === undefined ? undefined : `the event came through ${from}, and the trigger names no Integration`;
  }
  const wanted = integration === undefined ? directory.find(namespace, { platform }) : { integration };
  if ("missing" in wanted) return wanted.missing;
  if (from !== wanted.integration) {
    return `the event came ${from === undefined ? "through no Integration" : `through ${from}`}, not through ${wanted.integration}`;
  }
  return undefined;
}

function ownDoing({ self }: CompiledTrigger["spec"], { event }: EventContext): string | undefined {
  if (!event.self || self === "Allow") return undefined;
  return `the account of ${bareName(event.stored.integration)} itself caused the event`;
}

function wrongName({ spec, events, type }: CompiledTrigger, { event }: EventContext): string | undefined {
  const { name, envelope } = event;
  if (events && !(name !== undefined && events.some((matches) => matches(name)))) {
    return `the event is ${name ?? envelope.type}, not ${[spec.event ?? []].flat().join(", ")}`;
  }
  if (type && !type(envelope.type)) return `the type is ${envelope.type}, not ${spec.type}`;
  return undefined;
}
