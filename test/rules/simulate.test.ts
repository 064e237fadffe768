/** `plumbline simulate`: what an event would set off, with the built-in connectors and a desk. */
import { describe, expect, test } from "vitest";
import type { SimulatedRule } from "../../src/rules/simulate.ts";
import { cli, folderOf } from "../support/cli.ts";
import { desk } from "./fixture.ts";

const integration = (name: string, spec: string) =>
  `---\napiVersion: plumbline.dev/v1alpha1\nkind: Integration\nmetadata: { name: ${name} }\nspec: ${spec}\n`;
const rule = (spec: string, name = "r") =>
  `---\napiVersion: plumbline.dev/v1alpha1\nkind: Rule\nmetadata: { name: ${name} }\nspec: ${spec}\n`;

const github = integration(
  "real-gh",
  "{ platform: github, events: { enabled: true }, connection: { organization: o }, credentials: { token: { env: T } } }",
);
const slack = integration(
  "acme-slack",
  "{ platform: slack, events: { enabled: true }, credentials: { token: { env: T } } }",
);
const integrations =
  integration("gh", "{ platform: forge, events: { enabled: true } }") +
  integration("support", "{ platform: freshdesk, events: { enabled: true } }");

const announce = (message: string, trigger = "{ integration: gh, event: ticket_created }") =>
  `{ trigger: ${trigger}, actions: [{ id: announce, integration: support, action: post, parameters: { channel: "#t", message: ${JSON.stringify(message)} } }] }`;

interface Simulation {
  kind: string;
  event: object;
  rules: SimulatedRule[];
}

async function run(manifests: string, event: unknown, format = "json") {
  const text = typeof event === "string" ? event : JSON.stringify(event);
  const cwd = folderOf({ "all.yaml": integrations + manifests, "e.json": text });
  return cli(["simulate", "--event", "e.json", "-o", format], { cwd, connectors: [desk(), desk("forge")] });
}

async function simulated(manifests: string, event: unknown): Promise<Simulation> {
  const { stdout, stderr, code } = await run(manifests, event);
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  return JSON.parse(stdout) as Simulation;
}

/** An event of `gh` as a CloudEvent. */
const issues = (data: object) => ({
  specversion: "1.0",
  id: "1",
  source: "/default/gh",
  type: "forge.ticket_created",
  data: { action: "opened", ...data },
});
const parametersOf = async (manifests: string, event: unknown) => {
  const { rules } = await simulated(manifests, event);
  return rules[0]?.actions.map(({ parameters, error }) => (error === undefined ? parameters : error));
};

describe("an urgent ticket of the desk is announced in Slack", () => {
  const spec = (by: string, to: string) =>
    slack +
    rule(
      `{ trigger: { ${by}, event: ticket_created, conditions: { priority: 4 } }, actions: [{ ${to}, action: send_message, parameters: { channel: "#urgent-tickets", message: "Urgent ticket: {{ticket.subject}}" } }] }`,
      "urgent",
    );
  const ticket = (priority: number) => ({
    integration: "support",
    event: "ticket_created",
    data: { ticket: { id: 7, priority, subject: "Printer <on> fire" } },
  });

  test.each([
    ["by platform", "platform: freshdesk", "platform: slack"],
    ["by name", "integration: support", "integration: acme-slack"],
  ])("%s", async (_, by, to) => {
    const { kind, event, rules } = await simulated(spec(by, to), ticket(4));
    expect({ kind, event }).toEqual({
      kind: "Simulation",
      event: { id: "simulated", source: "/default/support", type: "freshdesk.ticket_created" },
    });
    expect(rules).toEqual([
      {
        name: "urgent",
        matched: true,
        reason: "",
        actions: [
          {
            id: "action-1",
            integration: "acme-slack",
            action: "send_message",
            parameters: { channel: "#urgent-tickets", message: "Urgent ticket: Printer &lt;on&gt; fire" },
          },
        ],
      },
    ]);
  });

  test("and one that is not urgent is not, and the reason says why", async () => {
    const manifests = spec("platform: freshdesk", "platform: slack");
    expect((await simulated(manifests, ticket(3))).rules).toEqual([
      { name: "urgent", matched: false, reason: "priority is 3, not 4", actions: [] },
    ]);
    const { stdout } = await run(manifests + rule(announce("x", "{ platform: freshdesk }"), "also"), ticket(3), "text");
    expect(stdout).toBe(`freshdesk.ticket_created from /default/support

✓ also fires
  1. support post
     channel: "#t"
     message: "x"

- urgent does not fire: priority is 3, not 4

1 of 2 rules fire. Nothing was sent.
`);
  });
});

test("text of an event arrives letter for letter, braces and quotes included", async () => {
  const title = "C:\\users \\u00e9 é 🎉 ’ {{issue.number}} {{#each this}}x{{/each}}";
  expect(
    await parametersOf(
      rule(announce("{{issue.title}}", "{ integration: gh, event: ticket_created }")),
      issues({ issue: { title } }),
    ),
  ).toEqual([{ channel: "#t", message: title }]);
});

test.each(["{{issue.title.bold}}", "{{issue.constructor.name}}"])("%s fails as an unknown path", async (template) => {
  const path = template.slice(2, -2);
  expect(await parametersOf(rule(announce(template)), issues({ issue: { title: "x" } }))).toEqual([
    `The parameter "message": ${path} is absent.`,
  ]);
});

describe("a number of the event stays one, and nothing else becomes one", () => {
  const comment =
    github +
    rule(
      '{ trigger: { integration: gh, event: ticket_created }, actions: [{ integration: real-gh, action: add_comment, parameters: { repository: r, number: "{{issue.number}}", body: "#{{issue.number}}" } }] }',
    );
  test.each([
    [7, { repository: "r", number: 7, body: "#7" }],
    ["7", 'The parameter "number" must be integer.'],
    [7.5, 'The parameter "number" must be integer.'],
  ])("%j", async (number, expected) => {
    expect(await parametersOf(comment, issues({ issue: { number } }))).toEqual([expected]);
  });

  test("in the body of a request too, where a text keeps its quotes and line ends", async () => {
    const request = rule(
      '{ trigger: { integration: gh }, actions: [{ action: http_request, parameters: { url: "https://example.com", body: { n: "{{issue.number}}", t: "{{issue.title}}" } } }] }',
    );
    expect(await parametersOf(request, issues({ issue: { number: 7, title: 'a"b\n\tc' } }))).toEqual([
      { url: "https://example.com", body: { n: 7, t: 'a"b\n\tc' } },
    ]);
  });

  test("and one beyond a double's keeps its digits", async () => {
    const event = '{"integration":"gh","event":"ticket_created","data":{"issue":{"id":9007199254740993}}}';
    expect(await parametersOf(rule(announce("{{issue.id}}")), event)).toEqual([
      { channel: "#t", message: "9007199254740993" },
    ]);
  });
});

test("patterns that make other engines hang are answered within a second", async () => {
  const manifests =
    rule(
      `{ trigger: { integration: gh, event: "a*a*a*a*a*a*b" }, actions: [{ action: emit_event, parameters: { type: x.y } }] }`,
      "glob",
    ) + rule(announce("x", `{ integration: gh, when: "event.data.issue.title.matches('(a+)+$')" }`), "pattern");
  const started = performance.now();
  const { rules } = await simulated(manifests, {
    integration: "gh",
    event: "a".repeat(5000),
    data: { issue: { title: `${"a".repeat(5000)}!` } },
  });
  expect(rules.map(({ matched }) => matched)).toEqual([false, false]);
  expect(performance.now() - started).toBeLessThan(5000); // a backtracking engine would take years
});

test("what an earlier action would answer is shown as not known", async () => {
  const manifests = rule(
    '{ trigger: { integration: gh }, actions: [{ id: first, integration: support, action: post, parameters: { channel: "#t", message: x } }, { integration: support, when: "outputs.first.ts != \'\'", action: post, parameters: { channel: "#t", message: y, thread: "{{outputs.first.ts}}" } }] }',
  );
  const { rules } = await simulated(manifests, issues({}));
  expect(rules[0]?.actions[1]).toMatchObject({
    unknown: true,
    parameters: { thread: "(outputs.first.ts, known once first is done)" },
  });
});

test("a posted event fires rules on types, and an action whose expression is false is not done", async () => {
  const manifests = rule(
    '{ trigger: { type: "com.example.*" }, dedupe: { key: "{{event.id}}", window: 1m }, actions: [{ when: "event.data.n > 1", action: emit_event, parameters: { type: x.y } }] }',
  );
  const { rules } = await simulated(manifests, {
    specversion: "1.0",
    id: "a1",
    source: "/x",
    type: "com.example.alert",
    data: { n: 1 },
  });
  expect(rules).toEqual([
    {
      name: "r",
      matched: true,
      reason: "",
      dedupeKey: "a1",
      actions: [{ id: "action-1", action: "emit_event", parameters: {}, skipped: "when is false: event.data.n > 1" }],
    },
  ]);
});

test("labels of the envelope decide a route, and those of the data where it has none", async () => {
  const route =
    "---\napiVersion: plumbline.dev/v1alpha1\nkind: NotificationRoute\nmetadata: { name: n }\n" +
    "spec: { match: { matchers: ['team=pay'] }, receivers: [{ integration: chat, target: { channel: x } }] }\n";
  const chat = integration(
    "chat",
    "{ platform: slack, events: { enabled: true }, credentials: { token: { env: T } } }",
  );
  const matched = async (event: object) => {
    const { stdout } = await run(route + chat, { specversion: "1.0", id: "1", source: "/x", type: "t", ...event });
    return (JSON.parse(stdout) as { routes: { matched: boolean }[] }).routes[0]?.matched;
  };
  expect(await matched({ labels: { team: "pay" }, data: { labels: { team: "db" } } })).toBe(true);
  expect(await matched({ labels: { team: "db" }, data: { labels: { team: "pay" } } })).toBe(false);
  expect(await matched({ data: { labels: { team: "pay" } } })).toBe(true);
});

describe("an event that cannot be read is refused with its file's name", () => {
  test.each([
    ["{", "e.json: it is no JSON:"],
    ["[]", "e.json: it must hold one event, a JSON object."],
    ["{}", 'e.json: it names no event: give it a "type", or "integration" and "event".'],
    ['{"integration":"nobody","event":"x"}', "e.json: there is no Integration nobody in the namespace default."],
    ['{"type":7}', 'e.json: "type" must be a text.'],
    ['{"type":"x","labels":{"a":1}}', 'e.json: "labels" must be a map of texts: {"name": "text", …}.'],
  ])("%s", async (text, message) => {
    const { code, stderr } = await run("", text);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) });
  });

  test("and one that is not there, too", async () => {
    const cwd = folderOf({ "all.yaml": integrations });
    const { code, stderr } = await cli(["simulate", "--event", "none.json"], {
      cwd,
      connectors: [desk(), desk("forge")],
    });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("none.json: there is no such file.") });
  });
});
