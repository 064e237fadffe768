/** What happened, as the `expect` of a Scenario that says just that: for people to look at and to take over. Pure. */
import type { ExpectedAction, ExpectedNotification } from "../api/scenario.ts";
import { type Acted, durationText, type Happening, nameOf, type Told } from "./happenings.ts";

/** @returns an entry for all that can be expected; an action that would fail cannot. */
export function recordedExpectations(happened: readonly Happening[]): (ExpectedNotification | ExpectedAction)[] {
  return happened.flatMap((one): (ExpectedNotification | ExpectedAction)[] => {
    if (one.kind === "notification") return [notification(one)];
    return one.kind === "action" && one.error === undefined ? [action(one)] : [];
  });
}

function notification({ at, receiver, events, status, urgency }: Told): ExpectedNotification {
  const fingerprints = events.map(nameOf);
  const unique = new Set(fingerprints).size === fingerprints.length;
  return {
    at: durationText(at),
    receiver,
    events: unique ? fingerprints : events.map(({ name }) => name),
    ...(status === undefined ? {} : { status }),
    ...(urgency === undefined ? {} : { urgency }),
  };
}

function action({ at, rule, id, parameters, unknown }: Acted): ExpectedAction {
  const known = unknown === undefined && Object.keys(parameters).length > 0;
  return { at: durationText(at), rule, action: id, ...(known ? { parameters } : {}) };
}
