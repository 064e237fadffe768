/**
 * One route's `match`, compiled: parts that must all hold, each able to say why it does not.
 *
 * What a part asks to be equal is told apart ("pins"), so that a route among a thousand siblings is only looked at for
 * events that could match it.
 */
import type { NestedRoute } from "../api/notification-route.ts";
import { compileGlob, isGlob, type Test } from "../expressions/pattern.ts";
import { MatcherError } from "./matcher-tokens.ts";
import { compileMatchers, type Labels, labelOf, type Matcher, matcherText } from "./matchers.ts";
import type { Routable } from "./routable.ts";

export type MatchText = NonNullable<NestedRoute["match"]>;

/** A value that an event must have for a match to be possible. */
export interface Pin {
  /** A label's name, or {@link TYPE}. */
  dimension: string;
  /** Any of these; none is empty. */
  values: readonly string[];
}

/** The dimension of the event's type. No label's name has a NUL. */
export const TYPE = "\0type";

export interface Part {
  /** What holds where this part does, and the other way round. */
  pin?: Pin;
  holds(event: Routable): boolean;
  /** Why it does not hold. */
  reason(event: Routable): string;
}

/** Something wrong with a route's text. */
export interface RouteMistake {
  code: string;
  path: readonly (string | number)[];
  message: string;
}

export interface CompiledMatch {
  parts: readonly Part[];
  pins: readonly Pin[];
  /** The same for two matches that say the same. */
  text: string;
  mistakes: readonly RouteMistake[];
  warnings: readonly RouteMistake[];
}

/**
 * @param match left out: matches everything. A part with a mistake holds for nothing.
 * @param compile how a matcher's text is compiled: routes of one tree share what they write alike.
 * @param partOf what a matcher becomes.
 */
export function compileMatch(
  { types, keys, severity, matchers }: MatchText = {},
  compile: typeof compileMatchers = compileMatchers,
  partOf: (matcher: Matcher) => Part = matcherPart,
): CompiledMatch {
  const mistakes: RouteMistake[] = [];
  const warnings: RouteMistake[] = [];
  const parts: Part[] = [];
  if (types) parts.push(typePart(types, globs(types, ["types"], mistakes)));
  if (keys) parts.push(keyPart(keys, globs(keys, ["keys"], mistakes)));
  if (severity) parts.push(severityPart(severity));
  const read = (matchers ?? []).flatMap((text, index) => readMatchers(text, index, compile, mistakes, warnings));
  parts.push(...read.map(partOf));
  const pins = parts.flatMap(({ pin }) => pin ?? []);
  const text = textOf({ types, keys, severity }, read);
  return { parts, pins, text, mistakes, warnings };
}

/** @returns why an event does not match; undefined where it does. */
export function mismatch({ parts }: Pick<CompiledMatch, "parts">, event: Routable): string | undefined {
  return parts.find((part) => !part.holds(event))?.reason(event);
}

function typePart(types: readonly string[], tests: readonly Test[]): Part {
  return {
    ...(types.some(isGlob) ? {} : { pin: { dimension: TYPE, values: types } }),
    holds: ({ type }) => tests.some((test) => safely(test, type)),
    reason: ({ type }) => `the type ${type} is none of ${types.join(", ")}`,
  };
}

function keyPart(keys: readonly string[], tests: readonly Test[]): Part {
  return {
    holds: (event) => event.keys.some((key) => tests.some((test) => safely(test, key))),
    reason: (event) =>
      event.keys.length === 0
        ? "the event names no changed key"
        : `none of the changed keys ${event.keys.slice(0, 5).join(", ")} is one of ${keys.join(", ")}`,
  };
}

function severityPart(severity: readonly string[]): Part {
  const wanted = new Set(severity);
  return {
    pin: { dimension: "severity", values: severity },
    holds: ({ labels }) => wanted.has(labelOf(labels, "severity")),
    reason: ({ labels }) => `the severity ${shown(labelOf(labels, "severity"))} is none of ${severity.join(", ")}`,
  };
}

export function matcherPart(matcher: Matcher): Part {
  const text = matcherText(matcher);
  const pin = pinOf(matcher);
  return {
    ...(pin ? { pin } : {}),
    holds: ({ labels }) => matcher.test(labelOf(labels, matcher.name)),
    reason: ({ labels }) => `${text} does not hold: ${matcher.name} is ${shown(labelOf(labels, matcher.name))}`,
  };
}

/** @returns why the first matcher that does not hold does not; undefined where all do. */
export function matchersMismatch(matchers: readonly Matcher[], labels: Labels): string | undefined {
  const failing = matchers.find(({ name, test }) => !test(labelOf(labels, name)));
  return failing && matcherPart(failing).reason({ namespace: "", type: "", labels, keys: [] });
}

function shown(value: string): string {
  return value === "" ? "empty" : JSON.stringify(value.slice(0, 80));
}

/** A value that is too long for its glob does not match. */
function safely(test: Test, text: string): boolean {
  try {
    return test(text);
  } catch {
    return false;
  }
}

function globs(texts: readonly string[], path: readonly (string | number)[], mistakes: RouteMistake[]): Test[] {
  return texts.map((text, index) => {
    try {
      return compileGlob(text);
    } catch (error) {
      mistakes.push({
        code: "InvalidPattern",
        path: [...path, index],
        message: `The glob "${text}" ${(error as Error).message}.`,
      });
      return () => false;
    }
  });
}

function readMatchers(
  text: string,
  index: number,
  compile: typeof compileMatchers,
  mistakes: RouteMistake[],
  warnings: RouteMistake[],
): readonly Matcher[] {
  const place = { code: "InvalidMatcher", path: ["matchers", index] };
  try {
    const { matchers, warning } = compile(text);
    if (warning !== undefined) warnings.push({ ...place, code: "ClassicMatcher", message: warning });
    return matchers;
  } catch (error) {
    if (!(error instanceof MatcherError)) throw error;
    mistakes.push({ ...place, message: `The matcher ${text} at column ${error.column}: ${error.message}` });
    return [{ name: "", operator: "=", value: "", column: 1, test: () => false }];
  }
}

/** Equality, and expressions that are a list of plain words. */
function pinOf({ name, operator, value }: Matcher): Pin | undefined {
  if (value === "") return undefined;
  if (operator === "=") return { dimension: name, values: [value] };
  const words = operator === "=~" && /^[\w-]+(\|[\w-]+)*$/.test(value) ? value.split("|") : [];
  return words.length > 0 ? { dimension: name, values: words } : undefined;
}

function textOf(lists: Record<string, readonly string[] | undefined>, matchers: readonly Matcher[]): string {
  const stated = Object.entries(lists).flatMap(([name, list]) => (list ? [`${name}=${JSON.stringify(list)}`] : []));
  return `{${[...stated, ...matchers.map(matcherText)].join(",")}}`;
}
