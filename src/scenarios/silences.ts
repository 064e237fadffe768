/** From the silences that a Scenario states to those that hold while it is played, named by their places. Pure. */
import type { Scenario } from "../api/scenario.ts";
import { parseDuration } from "../connector-kit/http/duration.ts";
import { namespaceOf } from "../manifests/references.ts";
import type { DocumentPath } from "../manifests/types.ts";
import type { RouteMistake } from "../notifications/match.ts";
import { type Silence, silenceMistakes } from "../notifications/silences.ts";
import type { Quieted } from "./happenings.ts";

/** @param start in milliseconds since 1970. */
export function statedSilences(scenario: Scenario, start: number): Silence[] {
  const namespace = namespaceOf(scenario);
  return (scenario.spec.silences ?? []).map(({ matchers, at, duration }, index) => {
    const startsAt = start + parseDuration(at);
    return { id: nameAt(index), namespace, matchers, startsAt, endsAt: startsAt + parseDuration(duration) };
  });
}

/** @returns each as it begins, in the order of their times. */
export function comingSilences({ spec: { silences = [] } }: Pick<Scenario, "spec">): Quieted[] {
  return silences
    .map(({ at: stated, duration, ...silence }, index): Quieted => {
      const at = parseDuration(stated);
      return { kind: "silence", at, name: nameAt(index), until: at + parseDuration(duration), ...silence };
    })
    .sort((a, b) => a.at - b.at);
}

function nameAt(index: number): string {
  return `silence-${index + 1}`;
}

interface StatedMistake {
  path: DocumentPath;
  message: string;
  remedy: string;
}

/** What is wrong with them, as `plumbline silence add` would say it. */
export function statedMistakes(scenario: Scenario, start: number): StatedMistake[] {
  return statedSilences(scenario, start).flatMap((silence, index) =>
    silenceMistakes(silence).map((mistake) => placed(mistake, ["spec", "silences", index])),
  );
}

function placed({ code, path, message }: RouteMistake, place: DocumentPath): StatedMistake {
  if (code === "InvalidTime") {
    const remedy = "Say how long it lasts, such as 2h.";
    return { path: [...place, "duration"], message: "The silence is over at the moment at which it begins.", remedy };
  }
  const remedy =
    path.length > 1
      ? 'Matchers are written as in routes, such as team=db or team=~"pay.*".'
      : "Say which events it holds back, such as type=task_failed.";
  return { path: [...place, ...path], message, remedy };
}
