/**
 * What the rules would do with an event. Nothing is sent and no system is asked, so what an earlier action would
 * answer is not known; where it is used, the text says so.
 */
import type { AnnotatedSchema } from "../api/schema.ts";
import type { SchemaChecks } from "../connector-kit/facade/schema-checks.ts";
import type { OpenEvent } from "../events/types.ts";
import type { Lookup } from "../expressions/paths.ts";
import { renderTemplate, TemplateError } from "../expressions/template.ts";
import type { PlatformSource } from "../manifests/types.ts";
import { builtinActions, isBuiltin } from "./builtin-actions.ts";
import type { CompiledAction, CompiledRule } from "./compile-rule.ts";
import { type EventContext, eventContext } from "./event-context.ts";
import { ParameterError } from "./parameters.ts";
import type { RuleSet } from "./rule-set.ts";
import { mustFit } from "./run-action.ts";
import { matchTrigger } from "./trigger.ts";

/** One action as it would be sent. */
export interface SimulatedAction {
  id: string;
  /** Left out for the actions that need none. */
  integration?: string;
  action: string;
  parameters: Record<string, unknown>;
  /** Why it would not be done. */
  skipped?: string;
  /** Why it would fail before anything is sent. */
  error?: string;
  /** Whether it depends on what an earlier action answers. */
  unknown?: true;
}

export interface SimulatedRule {
  name: string;
  matched: boolean;
  /** Why it did not match; empty when it did. */
  reason: string;
  /** What events count as one by. */
  dedupeKey?: string;
  actions: SimulatedAction[];
}

export interface SimulationTools {
  rules: RuleSet;
  platforms: Pick<PlatformSource, "load">;
  checks: SchemaChecks;
}

/** @returns every rule of the event's namespace, in the order of their names. */
export async function simulateRules(tools: SimulationTools, event: OpenEvent): Promise<SimulatedRule[]> {
  const context = eventContext(event);
  const simulated: SimulatedRule[] = [];
  for (const rule of tools.rules.rules(event.stored.namespace)) {
    const decision = matchTrigger(rule.trigger, rule.namespace, context, tools.rules.directory);
    simulated.push(
      decision.matched
        ? await fired(tools, rule, context)
        : { name: rule.name, matched: false, reason: decision.reason, actions: [] },
    );
  }
  return simulated;
}

async function fired(tools: SimulationTools, rule: CompiledRule, context: EventContext): Promise<SimulatedRule> {
  const actions: SimulatedAction[] = [];
  for (const action of rule.actions) actions.push(await simulateAction(tools, rule, action, context));
  const key = dedupeKeyOf(rule, context);
  return { name: rule.name, matched: true, reason: "", ...(key === undefined ? {} : { dedupeKey: key }), actions };
}

async function simulateAction(
  tools: SimulationTools,
  rule: CompiledRule,
  action: CompiledAction,
  context: EventContext,
): Promise<SimulatedAction> {
  const target = targetOf(tools.rules, rule, action);
  const begun = {
    id: action.id,
    ...("integration" in target ? { integration: target.integration } : {}),
    action: action.spec.action,
  };
  if ("missing" in target) return { ...begun, parameters: {}, error: target.missing };
  const asksOutputs = (action.when?.outputs.length ?? 0) > 0;
  const answer = asksOutputs ? undefined : action.when?.evaluate(context.cel({}));
  if (answer && answer.outcome !== true) return { ...begun, parameters: {}, skipped: answer.reason };
  const outputs = unknownOutputs(context.lookup({}));
  const rendered = await render(tools, action, target.platform, outputs);
  return { ...begun, ...rendered, ...(asksOutputs || outputs.used() ? { unknown: true as const } : {}) };
}

async function render(
  { platforms, checks }: SimulationTools,
  { spec, render: renderFor }: CompiledAction,
  platform: string | undefined,
  outputs: ReturnType<typeof unknownOutputs>,
): Promise<Pick<SimulatedAction, "parameters" | "error">> {
  const schema = await schemaOf(platforms, spec.action, platform);
  let parameters: Record<string, unknown> = {};
  try {
    parameters = renderFor(schema, outputs.find);
    if (schema && !outputs.used()) await mustFit(checks, schema, parameters);
    return { parameters };
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    return { parameters, error: error.message };
  }
}

function targetOf(
  { directory }: RuleSet,
  { namespace }: CompiledRule,
  { spec }: CompiledAction,
): { integration: string; platform: string } | { platform: undefined } | { missing: string } {
  const { integration, platform, action } = spec;
  if (integration === undefined && platform === undefined && isBuiltin(action)) return { platform: undefined };
  return directory.find(namespace, { integration, platform });
}

async function schemaOf(
  platforms: SimulationTools["platforms"],
  action: string,
  platform: string | undefined,
): Promise<AnnotatedSchema | undefined> {
  if (platform === undefined) return isBuiltin(action) ? builtinActions[action] : undefined;
  const loaded = await platforms.load(platform);
  if (typeof loaded !== "object") return undefined;
  const actions = loaded.compiled.connector.actions ?? {};
  return Object.hasOwn(actions, action) ? (actions[action]?.parameters as unknown as AnnotatedSchema) : undefined;
}

/** Stands in for what earlier actions answer. */
function unknownOutputs(lookup: Lookup): { find: Lookup; used(): boolean } {
  let used = false;
  return {
    find(path) {
      if (path[0] !== "outputs") return lookup(path);
      used = true;
      return { value: `(${path.join(".")}, known once ${path[1]} is done)` };
    },
    used: () => used,
  };
}

function dedupeKeyOf({ dedupeKey }: CompiledRule, context: EventContext): string | undefined {
  if (!dedupeKey) return undefined;
  try {
    return renderTemplate(dedupeKey, context.lookup({}));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return undefined;
  }
}
