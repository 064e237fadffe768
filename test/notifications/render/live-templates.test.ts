/** Templates that change while the program runs. */
import { expect, test } from "vitest";
import { LiveTemplates } from "../../../src/notifications/render/index.ts";
import { renderNotification } from "../../../src/notifications/render/render.ts";
import type { TemplateSet } from "../../../src/notifications/render/template-set.ts";
import { eventWith, toldOf } from "./fixture.ts";

const filesOf = (files: Record<string, string>, unreadable: readonly string[] = []) => ({
  files: new Map(Object.entries(files)),
  problems: unreadable.map((name) => ({ code: "Unreadable", message: "No.", file: `templates/${name}.hbs` })),
});

function said(templates: TemplateSet, template: string): string {
  const told = toldOf([eventWith("t", { summary: "generic" })], { receiver: { integration: "ops", template } });
  const { notification, fault } = renderNotification(templates, told);
  return fault ? "fault" : notification.text;
}

test("a file that changed is used as it is now, and one that is gone is gone", () => {
  const live = new LiveTemplates();
  expect(said(live.next(filesOf({ page: "one" })), "page")).toBe("one");
  expect(said(live.next(filesOf({ page: "two" })), "page")).toBe("two");
  expect(said(live.next(filesOf({})), "page")).toBe("fault");
});

test("of a file with a mistake, or that cannot be read, the last good text stays until it is good again", () => {
  const live = new LiveTemplates();
  live.next(filesOf({ page: "good", other: "a" }));
  const broken = live.next(filesOf({ page: "{{#if x}}", other: "b" }));
  expect([said(broken, "page"), said(broken, "other")]).toEqual(["good", "b"]);
  expect(said(live.next(filesOf({ other: "b" }, ["page"])), "page")).toBe("good");
  expect(said(live.next(filesOf({ page: "better" })), "page")).toBe("better");
});

test("a file that never was good is a fault when it is used", () => {
  expect(said(new LiveTemplates().next(filesOf({ page: "{{#if x}}" })), "page")).toBe("fault");
});

test("where a part that others include is broken, they go on with what was good", () => {
  const live = new LiveTemplates();
  live.next(filesOf({ page: "see {{> part}}", part: "this" }));
  expect(said(live.next(filesOf({ page: "see {{> part}}", part: "{{#if x}}" })), "page")).toBe("see this");
});
