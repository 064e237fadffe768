/**
 * CEL expressions of rules: `when`.
 *
 * An expression is checked when its manifest is: syntax, types, variables, patterns. Afterwards it can still fail on
 * an event (a path that is absent, a text where a number is due); that is an answer, "not matched" with its reason,
 * and never an exception. `matches` runs on RE2, since the library's own is JavaScript's and can take minutes.
 */
import { type ASTNode, Environment } from "@marcbachmann/cel-js";
import { celValue, registerMixedNumbers } from "./cel-numbers.ts";
import { countSteps, type Steps, spend, TooManySteps, visitNodes } from "./cel-steps.ts";
import { compilePattern, PatternError, type Test } from "./pattern.ts";

/** An expression that cannot be used. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  /** Inside the expression, from 1. */
  readonly line: number;
  readonly column: number;

  constructor(message: string, source: string, offset: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    const before = source.slice(0, offset).split("\n");
    this.line = before.length;
    this.column = (before.at(-1)?.length ?? 0) + 1;
  }
}

/** What an expression says of an event. */
export type Evaluated =
  | { outcome: true; reason: "" }
  | { outcome: false; reason: string }
  /** It could not be evaluated, which counts as not matched. */
  | { outcome: "failed"; reason: string };

export interface Expression {
  readonly source: string;
  /** The names right after `outputs.`. */
  readonly outputs: readonly string[];
  evaluate(variables: CelVariables): Evaluated;
}

/** Made with {@link celVariables}. */
export interface CelVariables {
  event: unknown;
  outputs: unknown;
}

/** Nodes that are evaluated for one event at most, long texts and lists counting more: about a second. */
const MOST_STEPS = 2_000_000;

/** The name that `matches` has inside; of the same length, so that places in messages stay right. */
const RE2_MATCHES = "_match_";

/** Converts data; to be done once for all rules that ask. */
export function celVariables(event: unknown, outputs: unknown): CelVariables {
  return { event: celValue(event), outputs: celValue(outputs) };
}

/** Compiles expressions; patterns that are literals are compiled along. */
export function createCel(): { compile(source: string): Expression } {
  const steps: Steps = { left: 0 };
  const environment = environmentOf(steps);
  return { compile: (source) => compile(environment, steps, source) };
}

function environmentOf(steps: Steps): Environment {
  const environment = new Environment({ homogeneousAggregateLiterals: false })
    .registerVariable("event", "map")
    .registerVariable("outputs", "map");
  registerMixedNumbers(environment);
  const known = new Map<string, Test>();
  environment.registerFunction(`string.${RE2_MATCHES}(string): bool`, (text: string, pattern: string) => {
    const test = known.get(pattern) ?? compilePattern(pattern);
    if (known.size < 1000) known.set(pattern, test);
    spend(steps, pattern.length + (text.length >> 3));
    return test(text);
  });
  return environment;
}

/** @throws ExpressionError */
function compile(environment: Environment, steps: Steps, source: string): Expression {
  const text = withRe2(environment, source);
  const parsed = guarded(source, () => environment.parse(text));
  const checked = parsed.check();
  if (checked.error) throw expressionError(source, checked.error);
  if (checked.type !== "bool" && checked.type !== "dyn") {
    throw new ExpressionError(`The expression gives ${checked.type}, not true or false.`, source, 0);
  }
  const outputs = new Set<string>();
  visitNodes(parsed.ast, (node) => {
    if (node.op === ".") addOutput(node.args[0], node.args[1], outputs);
  });
  countSteps(parsed.ast, steps);
  return {
    source,
    outputs: [...outputs],
    evaluate(variables) {
      steps.left = MOST_STEPS;
      return evaluated(source, () => parsed({ event: variables.event, outputs: variables.outputs }));
    },
  };
}

function addOutput(left: ASTNode, name: string, outputs: Set<string>): void {
  if (left.op === "id" && left.args === "outputs") outputs.add(name);
}

function evaluated(source: string, run: () => unknown): Evaluated {
  try {
    const value = run();
    if (value === true) return { outcome: true, reason: "" };
    if (value === false) return { outcome: false, reason: `when is false: ${source}` };
    return { outcome: "failed", reason: "when gives neither true nor false" };
  } catch (error) {
    return { outcome: "failed", reason: `when cannot be evaluated: ${reasonOf(error)}` };
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof TooManySteps) return error.message;
  if (error instanceof PatternError) return `a pattern ${error.message}`;
  if (error instanceof RangeError) return "a value is nested too deeply";
  return summaryOf(error);
}

/** Renames `matches`, and compiles the patterns that can be read already. */
function withRe2(environment: Environment, source: string): string {
  let text = source;
  const { ast } = guarded(source, () => environment.parse(source));
  visitNodes(ast, (node) => {
    if (node.op !== "rcall" || node.args[0] !== "matches") return;
    const [, receiver, [pattern]] = node.args;
    if (pattern?.op === "value" && typeof pattern.args === "string") assertPattern(source, pattern.args, pattern.start);
    const at = source.indexOf("matches", receiver.end);
    text = text.slice(0, at) + RE2_MATCHES + text.slice(at + RE2_MATCHES.length);
  });
  return text;
}

function assertPattern(source: string, pattern: string, offset: number): void {
  try {
    compilePattern(pattern);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new ExpressionError(`The pattern ${error.message}.`, source, offset, error);
  }
}

function guarded<T>(source: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw expressionError(source, error);
  }
}

function expressionError(source: string, error: unknown): ExpressionError {
  const { range } = error as { range?: { start: number } };
  return new ExpressionError(`The expression is wrong: ${summaryOf(error)}.`, source, range?.start ?? 0, error);
}

/** The library's own words, without the excerpt that it adds. */
function summaryOf(error: unknown): string {
  const { summary, message } = error as { summary?: string; message?: string };
  return (summary ?? message ?? String(error)).split("\n")[0]?.replaceAll(RE2_MATCHES, "matches") ?? "";
}
