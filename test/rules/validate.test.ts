/** What `validate` says of rules. Each row is one mistake in an otherwise sound folder, and has one problem. */
import { describe, expect, test } from "vitest";
import { loadManifests } from "../../src/manifests/load.ts";
import { builtinPlatforms } from "../../src/manifests/platform-source.ts";
import { runtimePlatforms } from "../../src/manifests/platforms.ts";
import type { Problem } from "../../src/manifests/types.ts";
import { checkRules } from "../../src/rules/validate.ts";
import { cli, folderOf } from "../support/cli.ts";
import { desk } from "./fixture.ts";

const builtIn = builtinPlatforms();
const own = runtimePlatforms({
  names: ["freshdesk"],
  load: async (name) => (name === "freshdesk" ? desk() : undefined),
});
/** Compiled once for all tests. */
const platforms: typeof builtIn = { ...builtIn, load: async (name) => (await own.load(name)) ?? builtIn.load(name) };

const integrations = `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: support }
spec: { platform: freshdesk }
---
apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: acme-slack }
spec: { platform: slack, credentials: { token: { env: SLACK } } }
---
apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: gh }
spec: { platform: github, connection: { organization: o }, credentials: { token: { env: GH } } }
`;

const rule = (spec: string) =>
  `apiVersion: plumbline.dev/v1alpha1\nkind: Rule\nmetadata: { name: urgent }\nspec:\n${spec.replaceAll(/^/gm, "  ")}\n`;

async function problems(spec: string): Promise<Problem[]> {
  const cwd = folderOf({ "a.yaml": integrations, "rule.yaml": rule(spec) });
  return (await loadManifests({ inputs: ["."], cwd, platforms, check: checkRules })).problems;
}

const trigger = "trigger: { integration: support, event: ticket_created }";
const action = (parameters: string, more = "") =>
  `${trigger}\nactions:\n  - integration: support\n    action: add_note\n    parameters: ${parameters}\n${more}`;
const note = action("{ ticket: 1, body: x }");

describe("a message that goes nowhere is refused, as far as the manifest says", () => {
  const slack = (name: string, more: string) =>
    `---\napiVersion: plumbline.dev/v1alpha1\nkind: Integration\nmetadata: { name: ${name} }\nspec: { platform: slack, ${more} }\n`;
  const token = "credentials: { token: { env: T } }";
  const known =
    slack("bare", token) +
    slack("with-channel", `connection: { defaultChannel: { env: CHANNEL } }, ${token}`) +
    slack("with-webhook", "credentials: { token: { env: T }, webhookUrl: { env: URL } }");

  test.each<[string, string, string[]]>([
    [
      "no channel, and none by default",
      "integration: bare, action: send_message, parameters: { message: m }",
      ["parameters/channel"],
    ],
    ["a channel by default", "integration: with-channel, action: send_message, parameters: { message: m }", []],
    [
      "a channel of the event",
      'integration: bare, action: send_message, parameters: { message: m, channel: "{{c}}" }',
      [],
    ],
    ["a way of the event", 'integration: bare, action: send_message, parameters: { message: m, via: "{{v}}" }', []],
    ["the webhook", "integration: with-webhook, action: send_message, parameters: { message: m, via: webhook }", []],
    [
      "a webhook that is not there",
      "integration: bare, action: send_message, parameters: { message: m, via: webhook }",
      ["parameters/via"],
    ],
    [
      "a channel of the webhook",
      'integration: with-webhook, action: send_message, parameters: { message: m, via: webhook, channel: "#a" }',
      ["parameters/channel"],
    ],
    [
      "none for two for one reason",
      "integration: bare, fallback: bare, action: send_message, parameters: { message: m }",
      ["parameters/channel"],
    ],
    [
      "a fallback without one",
      "integration: with-channel, fallback: bare, action: send_message, parameters: { message: m }",
      ["fallback"],
    ],
    [
      "a file without one",
      "integration: with-webhook, action: upload_file, parameters: { filename: f, content: c }",
      ["parameters/channel"],
    ],
  ])("%s", async (_, step, expected) => {
    const spec = `${trigger}\nactions:\n  - { ${step} }`;
    const cwd = folderOf({ "a.yaml": integrations + known, "rule.yaml": rule(spec) });
    const found = (await loadManifests({ inputs: ["."], cwd, platforms, check: checkRules })).problems;
    expect(found.map(({ code, line, path = "" }) => [code, line, path.replace("/spec/actions/0/", "")])).toEqual(
      expected.map((path) => ["DoesNotFit", 7, path]),
    );
  });
});

describe("a rule that no event can come to is warned of, and no other", () => {
  const declared = (name: string, more: string, namespace = "default") =>
    `apiVersion: plumbline.dev/v1alpha1\nkind: Integration\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec: { ${more} }\n`;
  const [slack, on] = ["platform: slack, credentials: { token: { env: T } }", "events: { enabled: true }"];
  const emit = "actions: [{ action: emit_event, parameters: { type: a.b } }]";

  async function warned(trigger: string, ...integrations: readonly string[]) {
    const text = rule(`trigger: ${trigger}\n${emit}`);
    const cwd = folderOf({ "a.yaml": integrations.join("---\n"), "rule.yaml": text });
    return loadManifests({ inputs: ["."], cwd, platforms, check: checkRules });
  }

  test.each<[string, string, string[], string | undefined]>([
    ["the Integration takes no webhooks", "{ integration: a }", [declared("a", slack)], "integration a"],
    [
      "the Integration says that it takes none",
      "{ integration: a }",
      [declared("a", `${slack}, events: { enabled: false }`)],
      "integration a",
    ],
    ["the Integration takes webhooks", "{ integration: a }", [declared("a", `${slack}, ${on}`)], undefined],
    [
      "another one takes webhooks",
      "{ integration: a }",
      [declared("a", slack), declared("b", `${slack}, ${on}`)],
      "integration a",
    ],
    [
      "one of the same name takes webhooks in another namespace",
      "{ integration: a }",
      [declared("a", slack), declared("a", `${slack}, ${on}`, "other")],
      "integration a",
    ],
    ["the only one of the platform takes none", "{ platform: slack }", [declared("a", slack)], "platform a"],
    [
      "the only one of the platform takes webhooks",
      "{ platform: slack }",
      [declared("a", `${slack}, ${on}`)],
      undefined,
    ],
    [
      "of two of the platform one takes webhooks",
      "{ platform: slack }",
      [declared("a", slack), declared("b", `${slack}, ${on}`)],
      undefined,
    ],
    ["there is no such Integration", "{ integration: b }", [declared("a", slack)], undefined],
    ["anybody may post what it waits for", '{ type: "com.example.*" }', [declared("a", slack)], undefined],
  ])("%s", async (_, trigger, integrations, expected) => {
    const { warnings } = await warned(trigger, ...integrations);
    expect(warnings.map(({ code, path = "", message }) => [code, path, message])).toEqual(
      (expected === undefined ? [] : [expected.split(" ")]).map(([field, name]) => [
        "NoEvents",
        `/spec/trigger/${field}`,
        `No event comes to this rule: the Integration ${name} takes no webhooks.`,
      ]),
    );
  });

  test("of two of one platform it is the mistake that is told, which has to be mended first", async () => {
    const { problems: found } = await warned(
      "{ platform: slack }",
      declared("a", slack),
      declared("b", `${slack}, ${on}`),
    );
    expect(found.map(({ code }) => code)).toEqual(["AmbiguousPlatform"]);
  });

  test("the warning names the place and the remedy, and fails nothing", async () => {
    const files = { "a.yaml": declared("a", slack), "rule.yaml": rule(`trigger: { integration: a }\n${emit}`) };
    const { stdout, stderr, code } = await cli(["validate"], { cwd: folderOf(files) });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "2 manifests are valid (2 files read).\n" });
    expect(stderr).toContain(
      "rule.yaml:5:27  warning  No event comes to this rule: the Integration a takes no webhooks.",
    );
    expect(stderr).toContain("Set spec.events.enabled of a to true, and make the webhook at its system.");
  });

  test("a connector that has no events is not asked to take webhooks", async () => {
    const { events: _, ...silent } = desk();
    const deskless = runtimePlatforms({ names: ["freshdesk"], load: async () => silent });
    const files = {
      "a.yaml": declared("a", "platform: freshdesk"),
      "rule.yaml": rule(`trigger: { integration: a }\n${emit}`),
    };
    const loaded = await loadManifests({ inputs: ["."], cwd: folderOf(files), platforms: deskless, check: checkRules });
    expect([...loaded.problems, ...loaded.warnings]).toEqual([]);
  });
});

describe("a rule without a mistake has no problem", () => {
  test.each([
    ["constants", note],
    [
      "typed templates",
      action('{ ticket: "{{ticket.id}}", body: "#{{ticket.id}}", tags: ["{{a}}"], private: "{{b}}" }'),
    ],
    ["a platform in the place of a name", note.replaceAll("integration: support", "platform: freshdesk")],
    [
      "the example of the documentation",
      `trigger: { platform: freshdesk, event: ticket_created, conditions: { priority: 4 } }
actions:
  - platform: slack
    action: send_message
    parameters: { channel: "#urgent-tickets", message: "Urgent ticket: {{ticket.subject}}" }`,
    ],
    [
      "a GitHub comment whose number comes from the event",
      `trigger: { integration: gh, event: issues }
actions:
  - { integration: gh, action: add_comment, parameters: { repository: r, number: "{{issue.number}}", body: "#{{issue.number}}" } }`,
    ],
    [
      "built-in actions",
      `trigger: { type: "com.example.*" }
actions:
  - { id: call, action: http_request, parameters: { url: "https://example.com/{{id}}", body: { n: "{{n}}" } } }
  - { action: emit_event, when: outputs.call.status == 200, parameters: { type: com.example.done, data: { s: "{{outputs.call.status}}" } } }`,
    ],
  ])("%s", async (_, spec) => {
    expect(await problems(spec)).toEqual([]);
  });
});

describe("each mistake is one problem, with its place", () => {
  test.each<[string, string, Partial<Problem>]>([
    [
      "an unknown event",
      note.replace("ticket_created", "ticket_craeted"),
      {
        code: "UnknownEvent",
        message: 'Freshdesk has no event "ticket_craeted". Did you mean "ticket_created"?',
        line: 5,
        path: "/spec/trigger/event",
      },
    ],
    [
      "an event with its platform",
      note.replace("ticket_created", "freshdesk.ticket_created"),
      {
        code: "UnknownEvent",
        message: 'Freshdesk has no event "freshdesk.ticket_created". Did you mean "ticket_created"?',
      },
    ],
    [
      "an event in a list",
      note.replace("ticket_created", "[ticket_created, x]"),
      { code: "UnknownEvent", path: "/spec/trigger/event/1" },
    ],
    [
      "an unknown action",
      note.replace("add_note", "ad_note"),
      { code: "UnknownAction", message: 'Freshdesk has no action "ad_note". Did you mean "add_note"?', line: 8 },
    ],
    [
      "an unknown parameter",
      action("{ ticket: 1, bodi: y, body: x }"),
      {
        code: "UnknownParameter",
        message: 'There is no parameter "bodi". Did you mean "body"?',
        path: "/spec/actions/0/parameters/bodi",
      },
    ],
    [
      "a required parameter with a typing mistake, once",
      action("{ ticket: 1, bodi: x }"),
      { code: "UnknownParameter", message: 'There is no parameter "bodi". Did you mean "body"?' },
    ],
    [
      "a missing parameter",
      action('{ body: "{{x}}" }'),
      { code: "MissingParameter", message: 'The parameter "ticket" is missing.', line: 9 },
    ],
    [
      "a constant of the wrong type",
      action("{ ticket: one, body: x }"),
      { code: "InvalidParameter", message: 'The parameter "ticket" must be integer.' },
    ],
    [
      "a constant in a list",
      action("{ ticket: 1, body: x, tags: [a, 1] }"),
      { code: "InvalidParameter", path: "/spec/actions/0/parameters/tags/1" },
    ],
    [
      "text around a number's template",
      action('{ ticket: "#{{ticket.id}}", body: x }'),
      { code: "InvalidParameter", message: 'The parameter "ticket" must be integer.' },
    ],
    [
      "a template cut short",
      action('{ ticket: 1, body: "{{x" }'),
      { code: "InvalidTemplate", path: "/spec/actions/0/parameters/body" },
    ],
    [
      "an unknown helper",
      action('{ ticket: 1, body: "a {{uper x}}" }'),
      {
        code: "InvalidTemplate",
        message:
          'There is no helper "uper". Did you mean "upper"? There is default, lookup, json, text, utc, eq, ne, not, and, or, length, join, upper, lower, truncate. It stands at character 3.',
      },
    ],
    [
      "an expression that is cut short",
      note.replace(trigger, 'trigger: { integration: support, when: "event.data.x == " }'),
      { code: "InvalidExpression", line: 5, path: "/spec/trigger/when" },
    ],
    [
      "an expression in braces",
      note.replace(trigger, 'trigger: { integration: support, when: "{{ticket.priority}} == 1" }'),
      { code: "InvalidExpression" },
    ],
    [
      "a pattern with a look-ahead",
      note.replace(trigger, "trigger: { integration: support, when: \"event.data.t.matches('(?=a)')\" }"),
      {
        code: "InvalidPattern",
        message:
          "The pattern is no RE2 expression: invalid or unsupported Perl syntax: `(?=`. It stands at character 22.",
      },
    ],
    [
      "a result of no action",
      action('{ ticket: 1, body: "{{outputs.x.id}}" }'),
      { code: "UnknownOutput", message: 'No earlier action has the id "x". No action with an id comes before.' },
    ],
    [
      "a result of a later action",
      action(
        "{ ticket: 1, body: x }",
        "    when: outputs.later.id == 1\n  - { id: later, integration: support, action: add_note, parameters: { ticket: 1, body: x } }",
      ),
      { code: "UnknownOutput", path: "/spec/actions/0/when" },
    ],
    [
      "two actions of one id",
      action(
        "{ ticket: 1, body: x }",
        "    id: a\n  - { id: a, integration: support, action: add_note, parameters: { ticket: 1, body: x } }",
      ),
      { code: "DuplicateId", path: "/spec/actions/1/id" },
    ],
    [
      "a fallback that cannot do it",
      action("{ ticket: 1, body: x }", "    fallback: acme-slack"),
      {
        code: "UnknownAction",
        message: 'The fallback acme-slack is of the platform slack, which has no action "add_note".',
      },
    ],
    [
      "an action without an Integration",
      `${trigger}\nactions: [{ action: add_note }]`,
      { code: "MissingIntegration", path: "/spec/actions/0/action" },
    ],
    [
      "a misspelt built-in action",
      `${trigger}\nactions: [{ action: http_reqest, parameters: { url: "https://a.b" } }]`,
      { code: "MissingIntegration", message: 'Nothing says where "http_reqest" is done. Did you mean "http_request"?' },
    ],
    [
      "a plain address",
      `${trigger}\nactions: [{ action: http_request, parameters: { url: "ftp://a.b" } }]`,
      { code: "InvalidParameter", path: "/spec/actions/0/parameters/url" },
    ],
    [
      "an event of nobody",
      note.replace("{ integration: support, event", "{ event"),
      { code: "MissingIntegration", path: "/spec/trigger/event" },
    ],
    [
      "a trigger that names nothing",
      note.replace(trigger, "trigger: { conditions: { a: 1 } }"),
      { code: "MissingTrigger" },
    ],
    [
      "a dedupe key cut short",
      `${note}\ndedupe: { key: "{{#if x}}", window: 1m }`,
      { code: "InvalidTemplate", path: "/spec/dedupe/key" },
    ],
    [
      "an unknown Integration",
      note.replace("integration: support\n    action", "integration: suport\n    action"),
      {
        code: "UnknownIntegration",
        message: 'There is no Integration "suport" in the namespace "default". Did you mean "support"?',
      },
    ],
  ])("%s", async (_, spec, expected) => {
    const found = await problems(spec);
    expect(found).toEqual([expect.objectContaining({ file: "rule.yaml", ...expected })]);
  });
});

describe("http_request goes to public https addresses, and to what the operator names", () => {
  const request = (url: string) =>
    `trigger: { type: x }\nactions: [{ action: http_request, parameters: { url: "${url}" } }]`;
  const found = async (url: string, hosts?: string[]) => {
    const cwd = folderOf({ "rule.yaml": rule(request(url)) });
    const configuration = hosts && {
      file: "plumbline.config.yaml",
      folder: cwd,
      value: { allow: { hosts } },
      problems: [],
    };
    const { problems: all } = await loadManifests({ inputs: ["."], cwd, platforms, configuration, check: checkRules });
    return all.map(({ code, message }) => `${code}: ${message}`);
  };

  test.each([
    ["http://example.com", undefined, "NotAllowed: The address of example.com is not https."],
    ["https://169.254.169.254/latest", undefined, "NotAllowed: The host 169.254.169.254 is not public."],
    ["https://example.com", ["slack.com"], "NotAllowed: The host example.com is not among those of `allow.hosts`."],
  ])("%s with %j: %s", async (url, hosts, message) => {
    expect(await found(url, hosts)).toEqual([expect.stringContaining(message)]);
  });

  test.each([
    ["https://example.com", undefined],
    ["http://127.0.0.1:9902/", ["127.0.0.1"]],
    ["https://{{host}}/", undefined],
  ])("%s with %j is sound", async (url, hosts) => {
    expect(await found(url, hosts)).toEqual([]);
  });
});

test("plan refuses a rule with a mistake as validate does, and asks no system", async () => {
  const cwd = folderOf({ "a.yaml": integrations, "rule.yaml": rule(note.replace("add_note", "ad_note")) });
  const { code, stderr } = await cli(["plan"], { cwd, connectors: [desk()] });
  expect([code, stderr]).toEqual([1, expect.stringMatching(/rule\.yaml:8:15[\s\S]*Did you mean "add_note"/)]);
});
