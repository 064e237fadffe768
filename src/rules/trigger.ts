/** Whether an event fires a rule, and why not. Pure. Namespaces are told apart by whoever asks. */
import type { Rule } from "../api/rule.ts";
import type { Expression } from "../expressions/cel.ts";
import type { Test } from "../expressions/pattern.ts";
import { failedCondition } from "./conditions.ts";
import type { Directory } from "./directory.ts";
import { bareName, type EventContext } from "./event-context.ts";

/** A trigger with its patterns and its expression compiled. */
export interface CompiledTrigger {
  spec: Rule["spec"]["trigger"];
  /** One test for each name or glob of `event`. */
  events: readonly Test[] | undefined;
  type: Test | undefined;
  when: Expression | undefined;
}

export type Decision = { matched: true } | { matched: false; reason: string; failed?: true };

/** @param namespace the rule's, which is also the event's. */
export function matchTrigger(
  trigger: CompiledTrigger,
  namespace: string,
  context: EventContext,
  directory: Directory,
): Decision {
  const { spec } = trigger;
  const reason =
    wrongOrigin(spec, namespace, context, directory) ??
    wrongName(trigger, context) ??
    (spec.conditions && failedCondition(spec.conditions, context.data));
  if (reason !== undefined) return { matched: false, reason };
  const answer = trigger.when?.evaluate(context.cel({}));
  if (answer === undefined || answer.outcome === true) return { matched: true };
  const { outcome } = answer;
  return { matched: false, reason: answer.reason, ...(outcome === "failed" ? { failed: true } : {}) };
}

function wrongOrigin(
  { integration, platform, self }: CompiledTrigger["spec"],
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
  if (event.self && self !== "Allow") return `the account of ${from} itself caused the event`;
  return undefined;
}

function wrongName({ spec, events, type }: CompiledTrigger, { event }: EventContext): string | undefined {
  const { name, envelope } = event;
  if (events && !(name !== undefined && events.some((matches) => matches(name)))) {
    return `the event is ${name ?? envelope.type}, not ${[spec.event ?? []].flat().join(", ")}`;
  }
  if (type && !type(envelope.type)) return `the type is ${envelope.type}, not ${spec.type}`;
  return undefined;
}
