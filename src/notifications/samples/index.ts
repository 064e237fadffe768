/**
 * One sample of each event that has a template: for the documentation, for tests of routes, and for whoever wants to
 * see what a notification looks like before anything has happened.
 */
import { CLOUDEVENTS_VERSION, type EventEnvelope } from "../../api/event.ts";
import type { OpenEvent } from "../../events/types.ts";
import { configSamples } from "./config.ts";
import { ownSamples } from "./own.ts";
import { taskSamples } from "./tasks.ts";
import type { SampleEvent } from "./types.ts";

export type { SampleEvent } from "./types.ts";

export const sampleEvents: readonly SampleEvent[] = [...configSamples, ...taskSamples, ...ownSamples];

/** A sample as it would be in the inbox. */
export function openSample({ type, subject, source, time, data }: SampleEvent, seq = 1): OpenEvent {
  const attributes: EventEnvelope = {
    specversion: CLOUDEVENTS_VERSION,
    id: `sample-${seq}`,
    source,
    type,
    subject,
    time,
  };
  const labels = "labels" in data ? { labels: data.labels as Record<string, string> } : {};
  const stored = {
    ...{ seq, namespace: "default", source, id: attributes.id, type, subject, receivedAt: Date.parse(time) },
    ...{ trace: "0".repeat(32), hops: 0, attributes: JSON.stringify(attributes), data: JSON.stringify(data) },
    ...{ state: "dispatched" as const, repeats: 0 },
  };
  return { stored, envelope: { ...attributes, ...labels, data }, self: false };
}
