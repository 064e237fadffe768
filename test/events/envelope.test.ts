import { expect, test } from "vitest";
import { labelsOf, openEvent, ownEvent, toNewEvent } from "../../src/events/envelope.ts";
import type { NewEvent, StoredEvent } from "../../src/store/event-types.ts";
import { TRACE } from "./support.ts";

const arrival = { namespace: "default", receivedAt: Date.UTC(2026, 0, 1), trace: TRACE };
const envelope = { specversion: "1.0", id: "1", source: "/x", type: "com.example.alert" } as const;
const stored = (event: NewEvent): StoredEvent => ({ ...event, seq: 1, state: "pending", repeats: 0 });
const none = () => ({ self: false });
const opened = (data: unknown, more: object = {}, from: object = {}) =>
  openEvent(stored(toNewEvent({ ...envelope, ...more, data }, { ...arrival, ...from })), none);

test("an event comes back as it went in, with its data's text untouched", () => {
  const full = { ...envelope, subject: "s", time: "2026-01-01T00:00:00Z", extensions: { a: 1, b: true } };
  const event = toNewEvent({ ...full, data: 0 }, arrival, '{ "id": 12345678901234567890 }');
  expect(event.data).toBe('{ "id": 12345678901234567890 }');
  expect(openEvent(stored(event), none).envelope).toEqual({ ...full, data: { id: 12345678901234567890n } });
});

test("an event without data has none, and one whose data is null has null", () => {
  expect(opened(undefined).envelope).not.toHaveProperty("data");
  expect(opened(null).envelope.data).toBeNull();
});

test("labels of the data count only if all are strings", () => {
  expect(opened({ labels: { team: "pay", host: "h1" } }).envelope.labels).toEqual({ team: "pay", host: "h1" });
  for (const labels of [{ team: "pay", n: 1 }, ["a"], "x", null, { deep: {} }]) {
    expect(opened({ labels }).envelope).not.toHaveProperty("labels");
  }
});

test("labels of the envelope come back as they went in, and those of the data then count for nothing", () => {
  const labels = JSON.parse('{"team":"pay","__proto__":"x"}') as Record<string, string>;
  expect(opened({ labels: { team: "other", host: "h1" } }, { labels }).envelope.labels).toEqual(labels);
  expect(Object.entries(labelsOf(opened({}, { labels })))).toContainEqual(["__proto__", "x"]);
  expect(opened({ labels: { team: "other" } }, { labels: {} }).envelope.labels).toEqual({});
});

test("an event's own labels lie over the derived ones, and change nothing of where it comes from", () => {
  const from = { integration: "default/gh", platform: "github" };
  const event = opened(
    { severity: "low", labels: { type: "x", integration: "other/slack" } },
    { extensions: { severity: "critical" } },
    from,
  );
  expect(labelsOf(event)).toEqual({
    ...{
      type: "x",
      source: "/x",
      namespace: "default",
      severity: "critical",
      integration: "other/slack",
      platform: "github",
    },
  });
  expect(event.stored.integration).toBe("default/gh");
});

test("severity and environment of the data are labels when they are texts", () => {
  expect(labelsOf(opened({ severity: "error", environment: 3 }))).toMatchObject({ severity: "error" });
  expect(labelsOf(opened({ environment: 3 }))).not.toHaveProperty("environment");
});

test("only an event of a platform has a platform's name, and is asked about", () => {
  const about = () => ({ main: "issue", self: true });
  const event = toNewEvent(
    { ...envelope, type: "github.issues", data: {} },
    { ...arrival, integration: "default/gh", platform: "github" },
  );
  expect(openEvent(stored(event), about)).toMatchObject({ name: "issues", main: "issue", self: true });
  const posted = toNewEvent({ ...envelope, type: "github.issues", data: {} }, arrival);
  expect(openEvent(stored(posted), about)).toMatchObject({ self: false });
  expect(openEvent(stored(posted), about)).not.toHaveProperty("name");
});

test("an own event says when it was and comes from the program", () => {
  const event = ownEvent({ type: "plumbline.drift.detected", id: "1", data: { n: 1 } }, arrival);
  expect(event).toMatchObject({ source: "urn:plumbline", data: '{"n":1}', hops: 0 });
  expect(JSON.parse(event.attributes)).toMatchObject({ specversion: "1.0", time: "2026-01-01T00:00:00.000Z" });
});
