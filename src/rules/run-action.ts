/**
 * Runs one action of a rule: where it goes, its parameters, and another Integration when the first one is down.
 *
 * Parameters are rendered and checked for the Integration that they are sent to, before anything is sent.
 */
import type { AnnotatedSchema } from "../api/schema.ts";
import { ConnectorError } from "../connector-kit/errors.ts";
import { runChecked } from "../connector-kit/facade/action-items.ts";
import type { SchemaChecks } from "../connector-kit/facade/schema-checks.ts";
import type { EndCode } from "../events/reasons.ts";
import type { OpenEvent } from "../events/types.ts";
import type { Lookup } from "../expressions/paths.ts";
import { type BuiltinName, builtinActions, isBuiltin } from "./builtin-actions.ts";
import { type BuiltinRun, type BuiltinTools, emitEvent, httpRequest, notify, REQUEST_TIMEOUT } from "./builtin-runs.ts";
import type { CompiledAction, CompiledRule } from "./compile-rule.ts";
import type { Directory } from "./directory.ts";
import { ParameterError } from "./parameters.ts";
import { keptOutput } from "./progress.ts";
import type { SessionProvider } from "./sessions.ts";

export interface ActionTools extends BuiltinTools {
  sessions: SessionProvider;
  checks: SchemaChecks;
  directory: Directory;
  /** Whether the right to write surely holds for so many more milliseconds; left out: nothing ends it. */
  mayWrite?(milliseconds: number): boolean;
}

export interface ActionCall {
  rule: CompiledRule;
  action: CompiledAction;
  /** The same each time that this action of this run is tried. */
  key: string;
  lookup: Lookup;
  event: OpenEvent;
  signal: AbortSignal;
}

/** How an action ended. */
export type Ran =
  | { outcome: "done"; output: unknown }
  | {
      outcome: "failed";
      code: EndCode;
      message: string;
      retryable: boolean;
      retryAfter?: number;
      heldBack?: boolean;
      /** It may have been done, since no answer came. */
      unknown?: boolean;
    }
  /** Nothing was tried, and it may be later: the whole run waits for a person. */
  | { outcome: "held"; code: EndCode; message: string };

/** Never throws for what a manifest, an event or a system did wrong. */
export function carryOut(tools: ActionTools, call: ActionCall): Promise<Ran> {
  const { integration, fallback } = call.action.spec;
  if (tools.mayWrite?.(REQUEST_TIMEOUT) === false) return Promise.resolve(leaseLost);
  const first = attempt(tools, call, integration);
  return fallback === undefined ? first : orFallback(tools, call, first, fallback);
}

async function orFallback(tools: ActionTools, call: ActionCall, ran: Promise<Ran>, fallback: string): Promise<Ran> {
  const first = await ran;
  const down = first.outcome === "failed" && (first.code === "UNAVAILABLE" || first.code === "TIMEOUT");
  if (!down) return first;
  const second = await attempt(tools, { ...call, key: `${call.key}_fallback` }, fallback);
  if (second.outcome === "done") return second;
  return {
    ...first,
    unknown: first.unknown === true || (second.outcome === "failed" && second.unknown === true),
    message: `${first.message} The fallback ${fallback} did not do it either: ${second.message}`,
  };
}

async function attempt(tools: ActionTools, call: ActionCall, integration: string | undefined): Promise<Ran> {
  try {
    const { action, platform } = call.action.spec;
    const builtin = integration === undefined && platform === undefined;
    return builtin && isBuiltin(action) ? await runBuiltin(tools, call, action) : await runOn(tools, call, integration);
  } catch (error) {
    if (call.signal.aborted) return interrupted;
    if (error instanceof ParameterError) return refused("InvalidParameter", error.message);
    if (error instanceof ConnectorError) return failedBy(error, false);
    throw error;
  }
}

async function runBuiltin(tools: ActionTools, call: ActionCall, name: keyof typeof builtinActions): Promise<Ran> {
  const schema = builtinActions[name];
  const parameters = call.action.render(schema, call.lookup);
  if (!tools.checks.fits(schema, parameters)) await mustFit(tools.checks, schema, parameters);
  const run = { key: call.key, rule: call.rule.qualified, event: call.event, parameters, signal: call.signal };
  const output = await builtinRuns[name](tools, run);
  return { outcome: "done", output: keptOutput(output, undefined) };
}

async function runOn(tools: ActionTools, call: ActionCall, integration: string | undefined): Promise<Ran> {
  const { action, platform } = call.action.spec;
  const target = tools.directory.find(call.rule.namespace, { integration, platform });
  if ("missing" in target) return refused("UnknownIntegration", `${capital(target.missing)}.`);
  const opened = await tools.sessions.open(call.rule.namespace, target.integration);
  if (opened.state === "closed") {
    const { reason, message } = opened;
    return reason === "Suspended" ? { outcome: "held", code: reason, message } : refused(reason, message);
  }
  const { compiled, session, hide } = opened;
  const actions = compiled.connector.actions ?? {};
  const known = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (!known) return refused("UnknownAction", `${compiled.connector.title} has no action "${action}".`);
  const schema = known.parameters as unknown as AnnotatedSchema;
  const parameters = call.action.render(schema, call.lookup);
  if (!tools.checks.fits(schema, parameters)) await mustFit(tools.checks, schema, parameters);
  try {
    const result = await runChecked({ session, hide }, known, parameters, call.key);
    const output = keptOutput(result, known.result as unknown as AnnotatedSchema, session.redact);
    return { outcome: "done", output };
  } catch (error) {
    if (call.signal.aborted || !(error instanceof ConnectorError)) throw error;
    return failedBy(error, known.idempotent === true);
  }
}

const builtinRuns: Readonly<Record<BuiltinName, (tools: BuiltinTools, run: BuiltinRun) => Promise<unknown>>> = {
  emit_event: emitEvent,
  http_request: httpRequest,
  notify,
};

/** @throws ParameterError naming each parameter that does not fit, and no value. */
export async function mustFit(checks: SchemaChecks, schema: AnnotatedSchema, parameters: unknown): Promise<void> {
  const problems = await checks.problems(schema, parameters);
  const [first] = problems;
  if (!first) return;
  const said = problems.map(({ field, problem, text }) => {
    if (problem === "missing") return `The parameter "${field}" is missing.`;
    if (problem === "unknown") return `There is no parameter "${field}".`;
    return field === "" ? `The parameters: ${text}.` : `The parameter "${field}" ${text}.`;
  });
  throw new ParameterError(first.field, said.join(" "));
}

const interrupted: Ran = {
  outcome: "failed",
  code: "Interrupted",
  message: "The program was stopped while it ran.",
  retryable: true,
};

/** Nothing was sent, and whoever takes over does it. */
const leaseLost: Ran = {
  outcome: "failed",
  code: "LeaseLost",
  message: "The right to write ran out before it began: another process may have it by now.",
  retryable: true,
  heldBack: true,
};

function refused(code: EndCode, message: string): Ran {
  return { outcome: "failed", code, message, retryable: false };
}

/**
 * An answer that never came is no reason to give up: an action is done at least once. What may come of it stands on
 * record with the attempt.
 *
 * @param repeatable whether doing it twice under one key is doing it once.
 */
function failedBy(error: ConnectorError, repeatable: boolean): Ran {
  const { code, retryable, retryAfter, heldBack, outcomeUnknown } = error;
  const wait = retryAfter === undefined ? {} : { retryAfter };
  const known = { outcome: "failed", code, retryable, heldBack, ...wait } as const;
  if (!outcomeUnknown) return { ...known, message: error.message };
  const twice = retryable && !repeatable ? ", and is then done twice" : "";
  return { ...known, message: `${error.message} It may have been done all the same${twice}.`, unknown: true };
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
