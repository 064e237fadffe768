/** Groups for tests of rendering. */
import { labelsOf } from "../../../src/events/envelope.ts";
import type { OpenEvent } from "../../../src/events/types.ts";
import type { GroupEvent, Told } from "../../../src/notifications/render/index.ts";
import { openSample, type SampleEvent, sampleEvents } from "../../../src/notifications/samples/index.ts";

/** The sample of a type. */
export function sampleOf(type: string): SampleEvent {
  const sample = sampleEvents.find((one) => one.type === type);
  if (!sample) throw new Error(`There is no sample of ${type}.`);
  return sample;
}

/** An event of a group, as routing hands it on. */
export function groupEvent(event: OpenEvent, firing?: boolean): GroupEvent {
  return { event, labels: labelsOf(event), ...(firing === undefined ? {} : { firing }) };
}

/** An event of any type with any data. */
export function eventWith(type: string, data: Readonly<Record<string, unknown>>, seq = 1): GroupEvent {
  return groupEvent(openSample({ type, source: "urn:test", subject: "s", time: "2026-03-02T09:15:00Z", data }, seq));
}

/** A group of these events, told to the receiver `ops`. */
export function toldOf(events: readonly GroupEvent[], more: Partial<Told> = {}): Told {
  const group = {
    groupLabels: { type: "t" },
    route: "default/ops",
    heldBack: 0,
    now: Date.parse("2026-03-02T09:16:00Z"),
  };
  return { events, receiver: { integration: "ops" }, ...group, ...more };
}
