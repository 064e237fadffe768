/**
 * What rules see of an event: `event` in expressions and templates, and the paths that begin in its data.
 *
 * `outputs` and the envelope's own attributes come before the data, so that whoever sends an event cannot pass a
 * value off as an action's result or as the name of another Integration. Namespace, integration and platform are the
 * server's, never the body's.
 */

import { attributeOf, eventView, inData } from "../events/event-view.ts";
import type { OpenEvent } from "../events/types.ts";
import type { CelVariables } from "../expressions/cel.ts";
import { celValue } from "../expressions/cel-numbers.ts";
import { type Found, follow, type Lookup } from "../expressions/paths.ts";

/** Results of earlier actions, by the action's id. */
export type Outputs = Readonly<Record<string, unknown>>;

export interface EventContext {
  event: OpenEvent;
  /** A path in the event's data, then below the property that the event is about. */
  data(path: readonly string[]): Found | undefined;
  /** Where templates look things up. */
  lookup(outputs: Outputs): Lookup;
  cel(outputs: Outputs): CelVariables;
}

/** Made once for an event; what templates and expressions need of it is made when the first one asks. */
export function eventContext(event: OpenEvent): EventContext {
  let view: ReturnType<typeof eventView> | undefined;
  let converted: unknown;
  const viewed = () => {
    view ??= eventView(event);
    return view;
  };
  const inView = (path: readonly string[]): Found | undefined => {
    const [, attribute] = path;
    return attribute === undefined ? { value: viewed() } : follow(attributeOf(event, attribute), path, 2);
  };
  return {
    event,
    data: (path) => inData(event, path),
    lookup: (outputs) => (path) => {
      const [first] = path;
      if (first === "outputs") return follow(outputs, path, 1);
      return (first === "event" ? inView(path) : undefined) ?? inData(event, path);
    },
    // Converted while an expression is evaluated: data nested beyond the stack then fails that expression only.
    cel: (outputs) => ({
      get event() {
        converted ??= celValue(viewed());
        return converted;
      },
      get outputs() {
        return celValue(outputs);
      },
    }),
  };
}
