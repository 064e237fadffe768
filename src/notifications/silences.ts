/** Silences: matchers that keep events from being told for a time. */
import { matchersMismatch, type RouteMistake } from "./match.ts";
import { MatcherError } from "./matcher-tokens.ts";
import { compileMatchers, type Labels, matchAll } from "./matchers.ts";

export interface Silence {
  id: string;
  namespace: string;
  /** All must hold. */
  matchers: readonly string[];
  /** Milliseconds since 1970; from then on, */
  startsAt: number;
  /** and before then. */
  endsAt: number;
}

/** @returns the id of the silence that keeps an event from being told at a moment; undefined where none does. */
export type Silenced = (event: { namespace: string; labels: Labels }, now: number) => string | undefined;

/** @param silences checked ones. @throws MatcherError */
export function compileSilences(silences: readonly Silence[]): Silenced {
  const compiled = silences.map(({ matchers, ...silence }) => ({
    ...silence,
    matchers: matchers.flatMap((text) => compileMatchers(text).matchers),
  }));
  return ({ namespace, labels }, now) =>
    compiled.find(
      (silence) =>
        silence.namespace === namespace &&
        silence.startsAt <= now &&
        now < silence.endsAt &&
        matchAll(silence.matchers, labels),
    )?.id;
}

/** @param silence a checked one. @returns why it does not match an event; undefined where it does. */
export function silenceMismatch({ matchers }: Pick<Silence, "matchers">, labels: Labels): string | undefined {
  return matchersMismatch(
    matchers.flatMap((text) => compileMatchers(text).matchers),
    labels,
  );
}

/** What is wrong with a silence. As in Alertmanager, one that every event would match is refused. */
export function silenceMistakes({ matchers, startsAt, endsAt }: Omit<Silence, "id" | "namespace">): RouteMistake[] {
  const mistakes: RouteMistake[] = [];
  if (!(startsAt < endsAt))
    mistakes.push({ code: "InvalidTime", path: ["endsAt"], message: "Its end has to come after its beginning." });
  const compiled = matchers.flatMap((text, index) => {
    try {
      return compileMatchers(text).matchers;
    } catch (error) {
      if (!(error instanceof MatcherError)) throw error;
      const message = `The matcher ${text} at column ${error.column}: ${error.message}`;
      mistakes.push({ code: "InvalidMatcher", path: ["matchers", index], message });
      return [];
    }
  });
  if (mistakes.length === 0 && compiled.every(({ test }) => test(""))) {
    const message = "At least one matcher must not match an empty label, or the silence could cover everything.";
    mistakes.push({ code: "InvalidMatcher", path: ["matchers"], message });
  }
  return mistakes;
}
