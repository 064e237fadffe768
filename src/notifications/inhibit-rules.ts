/** The root's `inhibit`, compiled: which alerts mute which others, and by which labels the two belong together. */
import type { NotificationRoute } from "../api/notification-route.ts";
import type { RouteMistake } from "./match.ts";
import { MatcherError } from "./matcher-tokens.ts";
import { compileMatchers, type Labels, labelOf, type Matcher } from "./matchers.ts";

type InhibitText = NonNullable<NotificationRoute["spec"]["inhibit"]>[number];

export interface InhibitRule {
  source: readonly Matcher[];
  target: readonly Matcher[];
  equal: readonly string[];
}

/** @param mistakes where mistakes go, with paths from the document's root. */
export function compileInhibitions(texts: readonly InhibitText[], mistakes: RouteMistake[]): InhibitRule[] {
  return texts.map(({ source, target, equal = [] }, index) => {
    const read = (side: "source" | "target", list: readonly string[]) =>
      list.flatMap((text, position) => matchersAt(text, ["spec", "inhibit", index, side, position], mistakes));
    return { source: read("source", source), target: read("target", target), equal };
  });
}

/** What the labels in `equal` are, as one text; absent ones count as empty. */
export function equalKey({ equal }: InhibitRule, labels: Labels): string {
  return JSON.stringify(equal.map((name) => labelOf(labels, name)));
}

function matchersAt(text: string, path: readonly (string | number)[], mistakes: RouteMistake[]): readonly Matcher[] {
  try {
    return compileMatchers(text).matchers;
  } catch (error) {
    if (!(error instanceof MatcherError)) throw error;
    const message = `The matcher ${text} at column ${error.column}: ${error.message}`;
    mistakes.push({ code: "InvalidMatcher", path, message });
    return [{ name: "", operator: "=", value: "", column: 1, test: () => false }];
  }
}
