/** No event and no template loses a notification. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { builtinTemplates } from "../../../src/notifications/render/builtin/index.ts";
import {
  type GroupEvent,
  genericNotification,
  renderNotification,
  TemplateSet,
} from "../../../src/notifications/render/index.ts";
import { openSample, sampleEvents } from "../../../src/notifications/samples/index.ts";
import { groupEvent, toldOf } from "./fixture.ts";

const templates = new TemplateSet();
const names = ["labels", "message", "title", "changes", "fields", "failures", "key", "old", "new", "status", "time"];
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: "binary" }),
    fc.double(),
    fc.bigInt(),
    fc.constant(null),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...names), tie("value"), { maxKeys: 4 }),
  ),
})).value;

const types = [...sampleEvents.map(({ type }) => type), "any.other"];
const event: fc.Arbitrary<GroupEvent> = fc
  .record({
    type: fc.constantFrom(...types),
    subject: fc.string({ unit: "binary" }),
    time: fc.oneof(fc.string(), fc.constant("2026-03-02T09:15:00Z")),
    data: value,
    firing: fc.constantFrom(true, false, undefined),
    labels: fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary" })),
  })
  .map(({ type, subject, time, data, firing, labels }) => {
    const sample = openSample({ type, source: "urn:x", subject, time: "2026-03-02T09:15:00Z", data: {} });
    const opened = { ...sample, envelope: { ...sample.envelope, time, data } };
    return { ...groupEvent(opened, firing), labels };
  });
const group = fc.array(event, { maxLength: 3 });

test("the generic notification exists for every group, with a title of one line", () => {
  fc.assert(
    fc.property(group, (events) => {
      const { title, facts, events: lines } = genericNotification(toldOf(events));
      expect(title).toMatch(/^\S.*\S$|^\S$/u);
      expect(lines.map(({ summary }) => summary).join("")).not.toMatch(/\n|\p{Cc}|\p{Cs}/u);
      for (const { value: text } of facts) expect(text).not.toBe("");
    }),
  );
});

test("every template gives a notification of every group: its own, or the generic one and a fault", () => {
  const wanted = fc.constantFrom(undefined, "generic", "nobodys", "{{key}} {{old}}", ...builtinTemplates.keys());
  fc.assert(
    fc.property(group, wanted, (events, template) => {
      const receiver = { integration: "ops", ...(template === undefined ? {} : { template }) };
      const { notification, fault } = renderNotification(templates, toldOf(events, { receiver }));
      expect(notification.title).toMatch(/^\S/);
      expect(notification.events).toHaveLength(events.length);
      if (fault) expect(notification.template).toBe("generic");
    }),
  );
});

test("any text as a template gives a notification", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (text) => {
      const receiver = { integration: "ops", template: `{{! }}---\n${text} {{` };
      for (const template of [receiver.template, `---\n${text}\n---\n`, ` ${text}`]) {
        const { notification } = renderNotification(templates, toldOf([], { receiver: { ...receiver, template } }));
        expect(notification.title).not.toBe("");
      }
    }),
  );
});
