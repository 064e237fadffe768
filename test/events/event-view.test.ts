import { expect, test } from "vitest";
import { attributeOf, eventView } from "../../src/events/event-view.ts";
import { ticketCreated } from "../rules/fixture.ts";

const odd = JSON.parse(
  '{"__proto__":"p","extensions":"e","constructor":"c","subject":"s","name":"n","severity":"high"}',
);
const events = {
  "one with extensions of odd names": ticketCreated({ envelope: { extensions: odd } }),
  "one without extensions": ticketCreated(),
};
const names = ["extensions", "constructor", "__proto__", "toString", "severity", "nope", "data", "labels", "subject"];

test.each(Object.entries(events))("%s has each attribute alone as it has it in the whole view", (_, event) => {
  const view = eventView(event);
  for (const name of new Set([...names, ...Object.keys(view)])) {
    expect([name, attributeOf(event, name)]).toEqual([name, Object.hasOwn(view, name) ? view[name] : undefined]);
  }
});

test("what the server knows of an event goes before what the event says", () => {
  const extensions = { namespace: "elsewhere", platform: "mine", integration: "other" };
  const event = ticketCreated({ envelope: { extensions } });
  const { namespace, platform } = event.stored;
  const of = (name: string) => attributeOf(event, name);
  expect([of("namespace"), of("platform"), of("integration")]).toEqual([namespace, platform, "support"]);
});
