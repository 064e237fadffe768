import { describe, expect, test } from "vitest";
import { renderNotification, TemplateSet, type Told } from "../../../src/notifications/render/index.ts";
import { openSample } from "../../../src/notifications/samples/index.ts";
import { eventWith, groupEvent, sampleOf, toldOf } from "./fixture.ts";

const templates = new TemplateSet();
const sample = (type: string, firing?: boolean) => groupEvent(openSample(sampleOf(type)), firing);
const render = (events: Told["events"], template?: string, more: Partial<Told> = {}) =>
  renderNotification(
    templates,
    toldOf(events, { receiver: { integration: "ops", ...(template === undefined ? {} : { template }) }, ...more }),
  );

describe("a template that fails sends the generic notification and names itself, for", () => {
  const critical = eventWith("disk.full", {
    severity: "critical",
    message: "No space left.",
    labels: { host: "db1", severity: "critical" },
  });
  const generic = {
    title: "disk.full s: No space left.",
    text: "No space left.",
    severity: "critical",
    template: "generic",
    facts: [
      { name: "namespace", value: "default" },
      { name: "severity", value: "critical" },
      { name: "host", value: "db1" },
      { name: "Time (UTC)", value: "2026-03-02 09:15:00" },
    ],
  };

  test.each([
    ["an absent path", "{{labels.nope}}", { template: "inline", part: "text", path: "labels.nope" }],
    [
      "an absent path of a fact",
      "---\nfacts: { Disk: '{{disk}}' }\n---\nFull.",
      { template: "inline", part: "facts.Disk", path: "disk" },
    ],
    ["a value that is no text", "On {{labels}}", { template: "inline", part: "text", path: "labels" }],
    ["a mistake of syntax", "{{#if a}} b", { template: "inline", part: "template" }],
    ["a name that is not there", "nobodys", { template: "nobodys", part: "template" }],
  ])("%s", (_, template, fault) => {
    const rendered = render([critical], template);
    expect(rendered.notification).toMatchObject(generic);
    expect(rendered.fault).toEqual({ ...fault, message: expect.any(String) });
  });

  test.each([
    ["the lines of one part", "{{#each big}}{{@root.event.data.text}}{{/each}}"],
    ["all parts", "---\ntitle: '{{text}}{{text}}'\nsummary: '{{text}}'\n---\n{{text}}{{text}}"],
  ])("%s that come to more than 256 KiB", (_, template) => {
    const text = "x".repeat(60_000);
    const { notification, fault } = render([eventWith("a.b", { text, big: [1, 2, 3, 4, 5] })], template);
    expect(notification).toMatchObject({ template: "generic", title: "a.b s" });
    expect(fault?.message).toMatch(/256 KiB/);
  });

  test("just below 256 KiB there is no fault", () => {
    const event = eventWith("a.b", { text: "x".repeat(60_000) });
    expect(render([event], "{{text}}{{text}}{{text}}{{text}}").fault).toBeUndefined();
  });
});

test("a change notice is headed and says exactly what it has to", () => {
  expect(render([sample("config_change")]).notification).toMatchObject({
    title: "Configuration Changed",
    facts: [
      { name: "Key", value: "app.database.pool_size" },
      { name: "Old Value", value: "10" },
      { name: "New Value", value: "20" },
      { name: "Changed By", value: "ada@example.com" },
      { name: "Environment", value: "production" },
      { name: "Time (UTC)", value: "2026-03-02 09:15:00" },
    ],
  });
});

test.each([
  [{ config_key: "k", old_value: false, new_value: { a: 1 }, user_id: 7 }, ["k", "false", '{"a":1}', "7"]],
  [{ key: "k", old: "", new: null }, ["k", "(empty)", "(none)", "(unknown)"]],
  [{}, ["(unknown)", "(none)", "(none)", "(unknown)"]],
])("a change of the data %j says %j", (data, values) => {
  const { notification, fault } = render([eventWith("config_change", data)]);
  expect(fault).toBeUndefined();
  expect(notification.facts.slice(0, 4).map(({ value }) => value)).toEqual(values);
});

test("drift shows values before and after, and secrets never", () => {
  const fields = [
    { path: "/topic", before: "a\nb", after: "c" },
    { path: "/new", after: false },
    { path: "/token", before: "(sensitive)", after: "(sensitive)" },
    { path: "/password", before: "hunter2", after: "hunter3", hash: "h1:x" },
    "/plain",
  ];
  const changes = [{ action: "update", kind: "channels", key: "incidents", fields, reason: "Why" }];
  const { notification } = render([eventWith("plumbline.drift.detected", { integration: "slack", changes })]);
  expect(notification.code).toEqual({
    language: "diff",
    text: [
      "update channels/incidents (Why)",
      ...["  /topic", '- "a\\nb"', '+ "c"', "  /new", "+ false"],
      ...["  /token", "- (sensitive)", "+ (sensitive)", "  /password", "- (sensitive)", "+ (sensitive)", "  /plain"],
    ].join("\n"),
  });
});

test("what ended is told as ended", () => {
  const { notification } = render([sample("plumbline.reconcile.failed", false)]);
  expect(notification).toMatchObject({ title: "Reconciled again: acme-slack", status: "resolved" });
  expect(render([sample("plumbline.drift.detected", false)]).notification.title).toBe("Drift is gone in acme-slack");
});

describe("of a group", () => {
  const warning = eventWith("a.b", { message: "one", labels: { severity: "warn", host: "x" } }, 1);
  const error = eventWith("a.b", { message: "two", labels: { severity: "ERROR", host: "y" } }, 2);
  const odd = eventWith("c.d", { labels: { severity: "loud" } }, 3);

  test.each([
    [[warning, error, odd], "error"],
    [[error, warning], "error"],
    [[warning, odd], "warning"],
    [[odd], "info"],
    [[], "info"],
  ])("the severity is the worst of its events' (%#)", (events, severity) => {
    expect(render(events).notification.severity).toBe(severity);
  });

  test.each([
    [[true, false], "firing"],
    [[false, undefined], "resolved"],
    [[undefined], undefined],
    [[], undefined],
  ] as const)("the status of alerts that fire %j is %s", (firing, status) => {
    const events = firing.map((one) => groupEvent(warning.event, one));
    expect(render(events).notification.status).toBe(status);
  });

  test("labels that differ are facts with all their values", () => {
    const { title, facts } = render([warning, error]).notification;
    expect(title).toBe("2 events a.b");
    expect(facts).toContainEqual({ name: "host", value: "x, y" });
  });

  test("many values of one label are counted", () => {
    const events = Array.from({ length: 13 }, (_, n) => eventWith("a.b", { labels: { host: `h${n}` } }, n));
    const hosts = render(events).notification.facts.find(({ name }) => name === "host");
    expect(hosts?.value).toMatch(/^h0, .* h9 and 3 more$/);
  });

  test("events of several types are told generically, each in its own type's line", () => {
    const { notification, fault } = render([sample("task_failed"), sample("config_change")]);
    expect(fault).toBeUndefined();
    expect(notification).toMatchObject({
      template: "generic",
      title: "2 events of 2 types",
      events: [
        { summary: "Task task-42 failed: The worker ran out of memory." },
        { summary: "app.database.pool_size: 10 → 20" },
      ],
    });
  });

  test("a template's own summary tells of each event with that event's data", () => {
    const { events } = render([warning, error], "---\nsummary: '{{event.seq}} {{message}}'\n---\nx").notification;
    expect(events.map(({ summary }) => summary)).toEqual(["1 one", "2 two"]);
  });

  test("urgency, what was held back, and the group's labels go along", () => {
    const more = { urgency: "high", heldBack: 2, groupLabels: { type: "a.b", host: "x" } } as const;
    expect(render([warning], undefined, more).notification).toMatchObject({
      urgency: "high",
      heldBack: 2,
      group: { type: "a.b", host: "x" },
    });
    expect(render([warning]).notification).not.toHaveProperty("heldBack");
  });
});

test("mentions are the receiver's, and nothing that an event says", () => {
  const event = eventWith("a.b", { message: "@channel <!here>", mentions: ["@everyone"] });
  const receiver = { integration: "ops", mentions: ["@devops"] };
  const { mentions, text } = render([event], undefined, { receiver }).notification;
  expect(mentions).toEqual(["@devops"]);
  expect(text).toBe("@channel <!here>");
  expect(render([event]).notification.mentions).toEqual([]);
});

test("links lead to the newest event's page, where the address is known, and to pages only", () => {
  const events = [eventWith("a.b", { url: "javascript:alert(1)", page: "https://x.example/a b" }, 7)];
  const template = "---\nlinks: { Bad: '{{url}}', Good: '{{page}}', None: '' }\n---\nx";
  expect(render(events, template).notification.links).toEqual([{ title: "Good", url: "https://x.example/a%20b" }]);
  expect(render(events, undefined, { publicUrl: "https://p.example/base/" }).notification.links).toEqual([
    { title: "Event 7", url: "https://p.example/base/api/events/7" },
  ]);
});

test("a title is one line without control characters, whatever an event says", () => {
  const { title } = render([eventWith("a.b", { message: "x\n\ty\u0000\u001b[31m\u202ez\ud800" })]).notification;
  expect(title).toBe("a.b s: x y[31mz\ufffd");
});

test("an event cannot pass its data off as the group's", () => {
  const event = eventWith("a.b", { group: { route: "x" }, event: { type: "y" }, labels: { host: "h" } });
  const { notification } = render([event], "{{group.route}} {{event.type}} {{labels.host}} {{event.data.group.route}}");
  expect(notification.text).toBe("default/ops a.b h x");
});

test("braces in data are text", () => {
  expect(render([eventWith("a.b", { note: "{{labels.type}}" })], "{{note}}.").notification.text).toBe(
    "{{labels.type}}.",
  );
});

test("buttons carry what the template gives them, and none without a title", () => {
  const template =
    "---\nactions:\n  - { title: Go, id: go, value: '{{n}}', style: primary }\n  - { title: '{{none}}', id: x }\n---\nx";
  expect(render([eventWith("a.b", { n: 5, none: "" })], template).notification.actions).toEqual([
    { title: "Go", id: "go", value: "5", style: "primary" },
  ]);
});
