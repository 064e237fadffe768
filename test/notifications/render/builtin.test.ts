import { describe, expect, test } from "vitest";
import { KNOWN_EVENTS, knownEvent } from "../../../src/api/known-events.ts";
import { builtinTemplates, typeTemplates } from "../../../src/notifications/render/builtin/index.ts";
import { renderNotification, TemplateSet } from "../../../src/notifications/render/index.ts";
import { openSample, sampleEvents } from "../../../src/notifications/samples/index.ts";
import { eventWith, groupEvent, sampleOf, toldOf } from "./fixture.ts";

const templates = new TemplateSet();

test.each([...builtinTemplates.keys()])("the template %s has no mistake and tells each event in a line", (name) => {
  const { template, mistakes } = templates.compiled(name);
  expect(mistakes).toEqual([]);
  expect(template).toMatchObject({ name, title: {}, summary: {}, facts: {} });
});

test.each(sampleEvents.map((sample) => [sample.type, sample] as const))(
  "the sample of %s is told by a template of its own, without a fault",
  (_, sample) => {
    const { notification, fault } = renderNotification(templates, toldOf([groupEvent(openSample(sample))]));
    expect(fault).toBeUndefined();
    expect(notification.template).not.toBe("generic");
    expect(notification.title).not.toMatch(/unknown|\(none\)/);
  },
);

test("every template has a sample", () => {
  const told = new Set(sampleEvents.map(({ type }) => templates.defaultFor([type])));
  expect([...builtinTemplates.keys()].filter((name) => !told.has(name))).toEqual([]);
});

test.each([...typeTemplates, ["anything.else", "generic"], ["task-failed", "task-failed"]])(
  "%s without any data is told by %s",
  (type, name) => {
    const { notification, fault } = renderNotification(templates, toldOf([eventWith(type, {})]));
    expect({ fault, template: notification.template }).toEqual({ template: name });
  },
);

describe("events known by name", () => {
  test.each(KNOWN_EVENTS)("%s has a sample and a template of its name", (name) => {
    const { notification } = renderNotification(templates, toldOf([groupEvent(openSample(sampleOf(name)))]));
    expect(notification.template).toBe(name.replaceAll("_", "-"));
  });

  test.each([
    ["task-failed", "task_failed"],
    ["plumbline.config.changed", "config_change"],
    ["plumbline.manifest.invalid", "config_error"],
    ["plumbline.reconcile.failed", "task_failed"],
    ["plumbline.plan.applied", "task_completed"],
    ["plumbline.integration.unhealthy", "worker_failed"],
    ["github.issues", undefined],
    ["constructor", undefined],
  ])("%s counts as %s", (type, known) => {
    expect(knownEvent(type)).toBe(known);
  });
});

test.each([
  [{ failures: 3 }, "3"],
  [{ failures: 0 }, "0"],
  [{}, "0"],
  [{ failures: [{ name: "a" }, { name: "b" }] }, "2"],
  [{ failures: ["a"] }, "1"],
  [{ failures: [] }, "0"],
])("a test report with %j counts %s failures", (data, count) => {
  for (const template of ["test_report", "test-report"]) {
    const receiver = { integration: "ops", template };
    const { notification, fault } = renderNotification(templates, toldOf([eventWith("any", data)], { receiver }));
    expect(fault).toBeUndefined();
    expect(notification.facts).toContainEqual({ name: "Failures", value: count });
  }
});

test("an approval asks with two buttons that carry its id", () => {
  const { actions } = renderNotification(
    templates,
    toldOf([groupEvent(openSample(sampleOf("plumbline.approval.requested")))]),
  ).notification;
  expect(actions).toEqual([
    { title: "Approve", id: "approve", value: "approval-5", style: "primary" },
    { title: "Refuse", id: "refuse", value: "approval-5", style: "danger" },
  ]);
});
