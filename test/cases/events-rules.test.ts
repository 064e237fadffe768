/** E13 to E17 through the whole program, and the example of a rule as its users write it. */
import { fetch } from "undici";
import { expect, test } from "vitest";
import { announce, type Field, field, issue, manifest, rule, send, until } from "../support/field.ts";

interface Simulated {
  name: string;
  matched: boolean;
  reason: string;
  actions: { parameters: object; error?: string }[];
}

async function simulated(it: Field, type: string, data: object): Promise<Simulated[]> {
  const event = { specversion: "1.0", id: "1", source: "/default/gh", type, data };
  it.write("e.json", JSON.stringify(event));
  const { code, stdout, stderr } = await it.run("simulate --event e.json -f m -o json");
  expect([code, stderr]).toEqual([0, ""]);
  return (JSON.parse(stdout) as { rules: Simulated[] }).rules;
}

test("E13: conditions are equality; of four refs only the one that is listed matches, and the others say which value differed", async () => {
  const trigger = '{ integration: gh, event: push, conditions: { ref: ["refs/heads/v1.2", "rel+"] } }';
  const it = await field({ rules: rule("r", announce("x"), trigger) });
  for (const ref of ["refs/heads/v1x2", "xrefs/heads/v1.2", "rell", "rel+", "refs/heads/v1.2"]) {
    const [found] = await simulated(it, "github.push", { ref });
    expect(found?.matched).toBe(ref === "rel+" || ref === "refs/heads/v1.2");
    if (!found?.matched) expect(found?.reason).toContain(`ref is "${ref}", not`);
  }
});

test("E14: patterns that make other engines hang are answered within a second, and health is meanwhile", async () => {
  const pattern = (text: string) => `{ integration: gh, when: "event.data.issue.title.matches('${text}')" }`;
  const it = await field({
    rules:
      rule("nested", announce("x"), pattern("(a+)+$")) +
      rule("alternatives", announce("x"), pattern("^(a|a)*b")) +
      rule("glob", announce("x"), '{ integration: gh, event: "a*a*a*a*a*a*b" }') +
      rule("after", announce("{{issue.number}} came through")),
  });
  const { address } = await it.start();
  const title = `${"a".repeat(5000)}!`;
  const started = performance.now();
  await send(address, issue(1, title), { id: "d1" });
  const begun = performance.now();
  expect((await fetch(`${address}/healthz`)).status).toBe(200);
  expect(performance.now() - begun).toBeLessThan(1000);
  await until(it.texts, (texts) => texts.length > 0);
  expect(performance.now() - started).toBeLessThan(3000);
  expect(it.texts()).toEqual(["1 came through"]);
});

test("E14: a look-ahead is a mistake of the manifest, with its place", async () => {
  const it = await field({
    rules: rule("r", announce("x"), `{ integration: gh, when: "event.data.issue.title.matches('(?=a)')" }`),
  });
  const { code, stdout, stderr } = await it.run("validate -f m");
  expect(code).toBe(1);
  expect(stdout + stderr).toMatch(/m\/rules\.yaml:5:43 {2}error .*RE2.*\(\?=.*character 32/);
});

const BRACES = "{{issue.number}} {{#each this}}x{{/each}}";

test("E15: braces in data arrive letter for letter, also through outputs; names of methods are unknown paths", async () => {
  const second = announce("again: {{outputs.announce.message.text}}").replace("id: announce", "id: second");
  const it = await field({
    rules:
      rule("r", `${announce("{{issue.title}}")}, ${second}`) +
      rule("method", announce("{{issue.title.bold}}")) +
      rule("prototype", announce("{{issue.constructor.name}}")),
  });
  expect((await it.run("validate -f m")).code).toBe(0);
  const { address } = await it.start();
  await send(address, issue(1, BRACES), { id: "d1" });
  const dead = await until(
    () => it.items("events dead"),
    (items) => items.length === 2,
  );
  await until(it.texts, (texts) => texts.length === 2);
  expect(it.texts()).toEqual([BRACES, `again: ${BRACES}`]);
  expect(dead.map(({ target, code, message }) => [target, code, message]).sort()).toEqual([
    ["method", "InvalidParameter", expect.stringContaining("issue.title.bold is absent")],
    ["prototype", "InvalidParameter", expect.stringContaining("issue.constructor.name is absent")],
  ]);
});

test("E17: a single expression keeps its type, and what is sent is JSON whatever the title holds", async () => {
  const comment = `{ integration: gh, action: add_comment, parameters: { repository: r, number: "{{issue.number}}", body: "#{{issue.number}}" } }`;
  const body = `{ integration: hook, action: send, parameters: { body: { n: "{{issue.number}}", t: "{{issue.title}}" } } }`;
  const it = await field({ rules: rule("comments", comment) + rule("posts", body) });
  expect((await it.run("validate -f m")).code).toBe(0);
  const parameters = async (number: unknown) => {
    const data = { action: "opened", issue: { number, title: "x" } };
    return (await simulated(it, "github.issues", data)).find(({ name }) => name === "comments")?.actions[0];
  };
  expect((await parameters(7))?.parameters).toEqual({ repository: "r", number: 7, body: "#7" });
  for (const number of ["7", 7.5]) expect((await parameters(number))?.error).toContain('"number"');

  const { address } = await it.start();
  const title = 'a"b\n\tc';
  await send(address, issue("7", title), { id: "d1" });
  const [dead] = await until(
    () => it.items("events dead"),
    (items) => items.length > 0,
  );
  expect(dead).toMatchObject({ target: "comments", attempts: 1, message: expect.stringContaining('"number"') });
  await send(address, issue(7, title), { id: "d2" });
  const sent = await until(
    () => it.hook.log.map((request) => JSON.parse(request.body) as unknown),
    (all) => all.length === 2,
  );
  expect(sent).toEqual([
    { n: "7", t: title },
    { n: 7, t: title },
  ]);
});

test.each([
  ["platform", "{ platform: github, event: issues, conditions: { action: opened } }", "platform: slack"],
  ["name", "{ integration: gh, event: issues, conditions: { action: opened } }", "integration: acme-slack"],
])("a rule that names its two sides by %s is valid, and simulate shows its message", async (_, trigger, to) => {
  const action = `{ ${to}, action: send_message, parameters: { channel: "#urgent-tickets", message: "Urgent: {{issue.title}}" } }`;
  const it = await field({ rules: rule("urgent", action, trigger) });
  expect((await it.run("validate -f m")).code).toBe(0);
  const data = (kind: string) => ({ action: kind, issue: { number: 1, title: "Printer on fire" } });
  expect(await simulated(it, "github.issues", data("opened"))).toMatchObject([
    { matched: true, actions: [{ parameters: { channel: "#urgent-tickets", message: "Urgent: Printer on fire" } }] },
  ]);
  expect(await simulated(it, "github.issues", data("closed"))).toMatchObject([
    { matched: false, reason: expect.stringContaining('action is "closed", not "opened"') },
  ]);
});

test("by a platform that two Integrations have it is a mistake that names both ways out", async () => {
  const it = await field({ rules: rule("r", announce("x"), "{ platform: github, event: issues }") });
  it.write(
    "m/second.yaml",
    manifest(
      "Integration",
      "gh2",
      "{ platform: github, connection: { organization: p }, credentials: { token: { env: T } } }",
    ),
  );
  const { code, stdout, stderr } = await it.run("validate -f m");
  expect([code, stdout + stderr]).toEqual([1, expect.stringMatching(/gh.*gh2/s)]);
});
