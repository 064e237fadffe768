/**
 * From an event to the runs of rules that follow from it. Waits for nothing outside.
 *
 * A run's id follows from event and rule, so that an event that is dispatched twice still has one run of each.
 */
import { hash } from "node:crypto";
import { parseDuration } from "../connector-kit/http/duration.ts";
import { hexMilliseconds } from "../events/hex-milliseconds.ts";
import { type Follower, type Followers, type Miss, NOT_STORED, type OpenEvent } from "../events/types.ts";
import { renderTemplate, TemplateError } from "../expressions/template.ts";
import type { NewDelivery, NewEvent } from "../store/event-types.ts";
import type { CompiledRule } from "./compile-rule.ts";
import { type EventContext, eventContext } from "./event-context.ts";
import { createLoopGuard, MOST_HOPS, MOST_RUNS } from "./loops.ts";
import type { RuleSet } from "./rule-set.ts";
import { matchTrigger } from "./trigger.ts";

/** What a run is told beside its event. */
export interface RunInput {
  /** Why it must not run. */
  loop?: string;
}

export interface FollowerOptions {
  /** The rules as they are now. */
  rules(): RuleSet;
  /** Milliseconds that never go back. */
  monotonic(): number;
}

export function createRuleFollower({ rules, monotonic }: FollowerOptions): Follower {
  const loops = createLoopGuard(monotonic);
  return {
    follow(event) {
      const set = rules();
      const context = eventContext(event);
      const found: Found = { deliveries: [], deduplicate: [], notes: brokenNotes(set, event) };
      for (const rule of set.rules(event.stored.namespace)) {
        const decision = matchTrigger(rule.trigger, rule.namespace, context, set.directory);
        if (!decision.matched) {
          if (decision.elsewhere) continue;
          found.notes.push(`${rule.name}: ${decision.reason}`);
          if (decision.failed) missed(found, "expressionFailed", rule);
          continue;
        }
        const id = runId(event.stored, rule.qualified);
        const { seq, subject } = event.stored;
        const loop = loopOf(event, loops.tooMany(rule.qualified, subject, id));
        // Of what is not stored yet it is not known whether it came before; it is counted when it is.
        if (seq !== NOT_STORED) loops.count(rule.qualified, subject, id);
        found.deliveries.push(deliveryOf(rule, event, id, loop));
        if (loop === undefined) addDedupe(rule, context, id, found);
        else missed(found, "loop", rule);
      }
      return found;
    },
    followed({ stored: { subject } }, deliveries) {
      for (const { namespace, target, id } of deliveries) loops.count(`${namespace}/${target}`, subject, id);
    },
  };
}

interface Found extends Followers {
  deliveries: NewDelivery[];
  deduplicate: NonNullable<Followers["deduplicate"]>[number][];
  notes: string[];
  misses?: NonNullable<Followers["misses"]>[number][];
}

function missed(found: Found, miss: Miss, { qualified }: CompiledRule): void {
  found.misses ??= [];
  found.misses.push({ miss, rule: qualified });
}

/**
 * The id of a rule's run: when its event came, in milliseconds, and 96 bits of a digest of event and rule. What comes
 * together so stands together in the indexes of the deliveries: digests alone would each write a page of them.
 *
 * @param rule `namespace/name`. @returns the same for the same stored event, however often it is followed.
 */
export function runId(
  { source, id, receivedAt }: Pick<NewEvent, "source" | "id" | "receivedAt">,
  rule: string,
): string {
  const parts = JSON.stringify([source, id, rule]);
  return `run-${hexMilliseconds(receivedAt)}${hash("sha256", parts, "hex").slice(0, 24)}`;
}

function deliveryOf(rule: CompiledRule, { stored }: OpenEvent, id: string, loop: string | undefined): NewDelivery {
  const input: RunInput = loop === undefined ? {} : { loop };
  const { concurrency } = rule.spec;
  return {
    id,
    kind: "rule",
    namespace: rule.namespace,
    target: rule.name,
    orderingKey: JSON.stringify(["rule", rule.qualified, stored.integration ?? stored.source, stored.subject ?? ""]),
    notBefore: stored.receivedAt,
    input: JSON.stringify(input),
    trace: stored.trace,
    ...(concurrency === undefined ? {} : { concurrency }),
  };
}

function loopOf({ stored }: OpenEvent, tooMany: boolean): string | undefined {
  if (stored.hops >= MOST_HOPS) return `the event came out of ${stored.hops} rules one after another`;
  return tooMany ? `more than ${MOST_RUNS} runs within a minute for the subject ${stored.subject}` : undefined;
}

/** A run whose key cannot be had takes place: at worst something is done twice, and not never. */
function addDedupe(rule: CompiledRule, context: EventContext, delivery: string, found: Found): void {
  const { dedupe } = rule.spec;
  if (!dedupe || !rule.dedupeKey) return;
  const { stored } = context.event;
  try {
    found.deduplicate.push({
      delivery,
      rule: rule.qualified,
      key: renderTemplate(rule.dedupeKey, context.lookup({})),
      until: stored.receivedAt + parseDuration(dedupe.window),
    });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    found.notes.push(`${rule.name}: runs without deduplication, as its key cannot be made: ${error.message}`);
    missed(found, "dedupeFailed", rule);
  }
}

function brokenNotes({ broken }: RuleSet, { stored }: OpenEvent): string[] {
  if (broken.size === 0) return [];
  const prefix = `${stored.namespace}/`;
  return [...broken]
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, [first]]) => `${name.slice(prefix.length)}: cannot run: ${first?.message}`);
}
