import { expect, test } from "vitest";
import {
  renderNotification,
  TEMPLATE_FAILED,
  TemplateSet,
  templateFailed,
} from "../../../src/notifications/render/index.ts";
import { eventWith, toldOf } from "./fixture.ts";

const moment = { namespace: "team", trace: "a".repeat(32) };
const fault = { template: "inline", part: "text", path: "labels.nope", message: "labels.nope is absent." };

test("the event names template, part, path, route and receiver, and the hops go on", () => {
  const event = templateFailed(fault, toldOf([eventWith("a.b", {}, 7)]), moment);
  expect(event).toMatchObject({ type: TEMPLATE_FAILED, namespace: "team", subject: "default/ops", hops: 1 });
  expect(JSON.parse(event?.data ?? "")).toEqual({
    ...fault,
    severity: "error",
    route: "default/ops",
    receiver: "ops",
    events: [7],
  });
});

test("the same fault of the same events is the same event, another's is another", () => {
  const idOf = (seq: number, one = fault) => templateFailed(one, toldOf([eventWith("a.b", {}, seq)]), moment)?.id;
  expect(idOf(7)).toBe(idOf(7));
  expect(new Set([idOf(7), idOf(8), idOf(7, { ...fault, part: "title" })]).size).toBe(3);
});

test("a notification about a failed template that fails itself raises nothing", () => {
  expect(templateFailed(fault, toldOf([eventWith("a.b", {}), eventWith(TEMPLATE_FAILED, {})]), moment)).toBeUndefined();
});

test("a fault names paths and no values", () => {
  const receiver = { integration: "ops", template: "{{secret}}" };
  const told = toldOf([eventWith("a.b", { secret: { value: "hunter2" } })], { receiver });
  const rendered = renderNotification(new TemplateSet(), told);
  expect(rendered.fault?.path).toBe("secret");
  expect(JSON.stringify(rendered.fault)).not.toContain("hunter2");
});
