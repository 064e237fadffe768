/** Items and operations that are actions, against an issue tracker. */
import { expect, test } from "vitest";
import { ConnectorError } from "../../../src/index.ts";
import { dataOf, systemOf } from "./systems.ts";
import { TOKEN, type Tracker, tracker } from "./tracker.ts";

const settings = { base_url: "https://tracker.example.com", token: TOKEN };
const opened = (of: Tracker) => systemOf(of.connector, settings);

test("an issue is made, read, changed and found by the actions that are called so", async () => {
  const of = tracker();
  const system = await opened(of);
  const made = dataOf(await system.createItem("issue", { summary: "It broke" }));
  expect(made).toEqual({
    itemType: "issue",
    id: "1000",
    key: "T-1",
    fields: { id: "1000", key: "T-1", summary: "It broke" },
  });
  expect(dataOf(await system.updateItem("issue", 1000, { summary: "It works" }))).toBe(true);
  expect(dataOf(await system.getItem("issue", made.id)).fields.summary).toBe("It works");
  const found = dataOf(await system.query("issues", "project = T"));
  expect(found.map(({ id, key }) => [id, key])).toEqual([["1000", "T-1"]]);
  expect(of.calls.at(-1)?.parameters).toEqual({ jql: "project = T" });
});

test.each([
  {
    name: "a missing parameter",
    run: { name: "create_issue", parameters: {} },
    says: 'The operation "create_issue" needs the field "summary". Its fields: summary (required), priority.',
  },
  {
    name: "an unknown parameter",
    run: { name: "create_issue", parameters: { summary: "a", colour: 1 } },
    says: 'does not know the field "colour"',
  },
  {
    name: "a wrong value",
    run: { name: "create_issue", parameters: { summary: "a", priority: "Odd" } },
    says: '"priority" that must be one of High, Low',
  },
])("$name is named and nothing is sent", async ({ run, says }) => {
  const of = tracker();
  const result = await (await opened(of)).executeOperation(run.name, run.parameters);
  expect(result).toMatchObject({
    success: false,
    operation: "create_issue",
    errorCode: "VALIDATION",
    errorMessage: expect.stringContaining(says),
  });
  expect(of.calls).toEqual([]);
});

test("an unknown operation is answered with those that there are", async () => {
  const result = await (await opened(tracker())).executeOperation("constructor");
  expect(result).toMatchObject({
    errorCode: "UNSUPPORTED",
    errorMessage: expect.stringContaining("Supported operations: create_issue, get_issue"),
  });
});

test("a verb that an item type has no action for is answered with those that it has", async () => {
  const result = await (await opened(tracker())).deleteItem("issue", "1000");
  expect(result).toMatchObject({ data: false, errorCode: "UNSUPPORTED" });
  expect(result.errorMessage).toContain("createItem, getItem, query, updateItem");
});

test("a query by what the action does not know names its parameters", async () => {
  const result = await (await opened(tracker())).query("issue", { status: "open" });
  expect(result).toMatchObject({
    errorCode: "UNSUPPORTED",
    errorMessage: 'Tracker cannot query by "status". The operation "search_issues" supports: jql, limit.',
  });
});

test("a platform's refusal keeps its code, status and word", async () => {
  const result = await (await opened(tracker())).getItem("issue", "7");
  expect(result).toMatchObject({
    ...{ success: false, data: undefined, errorCode: "NOT_FOUND", errorMessage: "There is no issue 7." },
    metadata: { status: 404, platformCode: "gone", retryable: false },
  });
});

test("a limit says when to come back", async () => {
  const of = tracker();
  of.failure = new ConnectorError("RATE_LIMITED", "Slow down.", { retryAfter: 30_000 });
  const result = await (await opened(of)).executeOperation("add_comment", { issue_id: "1", text: "x" });
  expect(result).toMatchObject({ errorCode: "RATE_LIMITED", metadata: { retryable: true, retryAfter: 30_000 } });
});

test("a mistake in a connector is a result too, without its secrets", async () => {
  const of = tracker();
  of.failure = new TypeError(`cannot read ${TOKEN}`);
  const result = await (await opened(of)).executeOperation("add_comment", { issue_id: "1", text: "x" });
  expect(result).toMatchObject({ success: false, errorCode: "UNSUPPORTED" });
  expect(JSON.stringify(result)).not.toContain(TOKEN);
});

test("what an action echoes of a secret does not reach the result", async () => {
  const of = tracker();
  const password = "open-sesame-42";
  const result = await (await opened(of)).executeOperation("add_comment", { issue_id: "1", text: "x", password });
  expect(dataOf(result)).toEqual({ echoed: "(sensitive) and (sensitive)" });
  expect(of.calls[0]?.parameters).toMatchObject({ password });
});

test("every run has a key of its own, unless the caller gives one", async () => {
  const of = tracker();
  const system = await opened(of);
  for (const options of [{}, {}, { key: "mine" }])
    await system.executeOperation("create_issue", { summary: "a" }, options);
  expect(of.calls.map(({ key }) => key)).toEqual(["key-1", "key-2", "mine"]);
});
