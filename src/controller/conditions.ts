/** What the store says of Rules: whether each is accepted. Written only when it moved. */
import type { Condition, Failure } from "../api/index.ts";
import { DEFAULT_NAMESPACE } from "../api/metadata.ts";
import type { Rule } from "../api/rule.ts";
import { specDigest } from "../reconcile/digest.ts";
import type { ObjectState, Store } from "../store/types.ts";
import { type Current, nameOf } from "./current.ts";

/** Writes the conditions of all Rules in force. */
export async function recordRules(current: Current, store: Store, now: number): Promise<void> {
  for (const { object } of current.rules) {
    const name = nameOf(object);
    const before = await store.object("Rule", name);
    const wrong = wrongWith(current, name) ?? hearsNothing(current, object);
    const next = ruleState(name, specDigest(object.spec), before, wrong, now);
    if (next) await store.putObject(next);
  }
}

function wrongWith(current: Current, name: string): Failure | undefined {
  const held = current.held("Rule", name);
  if (held) return held;
  const [first] = current.ruleSet.broken.get(name) ?? [];
  return first && { code: first.code, message: first.message };
}

/** @returns why no event can come to a Rule, though its text is right. */
export function hearsNothing(
  { ruleSet, integration }: Pick<Current, "ruleSet" | "integration">,
  { metadata, spec }: Rule,
): Failure | undefined {
  if (spec.trigger.integration === undefined && spec.trigger.platform === undefined) return undefined;
  const { namespace = DEFAULT_NAMESPACE } = metadata;
  const target = ruleSet.directory.find(namespace, spec.trigger);
  if ("missing" in target) return { code: "NoEvents", message: `No event comes to it: ${target.missing}.` };
  const { events } = integration(`${namespace}/${target.integration}`)?.object.spec ?? {};
  if (events?.enabled === true) return undefined;
  const message = `No event comes to it: ${target.integration} takes no webhooks. Set spec.events.enabled there to true.`;
  return { code: "NoEvents", message };
}

/** @param wrong why it is not accepted as it is written. @returns undefined when nothing moved. */
export function ruleState(
  name: string,
  digest: string,
  before: ObjectState | undefined,
  wrong: Failure | undefined,
  now: number,
): ObjectState | undefined {
  const generation = before ? (before.digest === digest ? before.generation : before.generation + 1) : 1;
  const status = wrong ? "False" : "True";
  const known = before?.conditions.find(({ type }) => type === "Ready");
  const ready: Condition = {
    type: "Ready",
    status,
    reason: wrong?.code ?? "Accepted",
    message: wrong?.message ?? "Events are matched against it.",
    lastTransitionTime: known?.status === status ? known.lastTransitionTime : new Date(now).toISOString(),
    observedGeneration: generation,
  };
  if (before?.digest === digest && JSON.stringify(sorted(known)) === JSON.stringify(sorted(ready))) return undefined;
  return { kind: "Rule", name, generation, digest, observedGeneration: generation, conditions: [ready] };
}

function sorted(condition: Condition | undefined): unknown {
  return condition && Object.entries(condition).sort(([a], [b]) => (a < b ? -1 : 1));
}
