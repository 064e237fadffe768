import { expect, test } from "vitest";
import { itemAction, resolveItemType, singularOf } from "../../../src/connector-kit/facade/item-types.ts";
import { type Connector, compileConnector } from "../../../src/index.ts";
import { fakeSystem } from "../../support/fakes.ts";
import { tracker } from "./tracker.ts";

test.each([
  ["channels", "channel"],
  ["repositories", "repository"],
  ["branches", "branch"],
  ["boxes", "box"],
  ["classes", "class"],
  ["statuses", "status"],
  ["databases", "database"],
  ["aliases", "alias"],
  ["ticketFields", "ticketField"],
  ["status", "status"],
  ["class", "class"],
  ["issue", "issue"],
])("the singular of %s is %s", (plural, singular) => {
  expect(singularOf(plural)).toBe(singular);
});

test.each([
  ["create_issue", { verb: "create", noun: "issue" }],
  ["search_issues", { verb: "query", noun: "issue" }],
  ["get_issue", { verb: "get", noun: "issue" }],
  ["get_team_members", { verb: "query", noun: "team_member" }],
  ["remove_card", { verb: "delete", noun: "card" }],
  ["send_message", undefined],
  ["add_comment", undefined],
])("the action %s is about %j", (name, expected) => {
  expect(itemAction(name)).toEqual(expected);
});

const { connector: fake } = fakeSystem();
const create = tracker().connector.actions?.create_issue;
if (!create) throw new Error("The tracker lost its action.");
const both: Connector = { ...fake, actions: { create_room: create } };

test.each([
  { name: "rooms", kind: "rooms", action: undefined },
  { name: "room", kind: "rooms", action: "create_room" },
  { name: "Room", kind: "rooms", action: "create_room" },
  { name: "rooms.notes", kind: "rooms.notes", action: undefined },
  { name: "note", kind: "rooms.notes", action: undefined },
])("$name means the kind $kind, and creating it the action $action", ({ name, kind, action }) => {
  const type = resolveItemType(compileConnector(both), name);
  expect(type.kind?.kind).toBe(kind);
  expect(type.action("create")?.[0]).toBe(action);
});

test("a word that is the last of two kinds is refused with both paths", () => {
  const notes = fake.resources?.["rooms.notes"];
  if (!notes) throw new Error("The fake lost its notes.");
  const compiled = compileConnector({
    ...fake,
    resources: { ...fake.resources, "teams.notes": { ...notes, parent: "teams" } },
  });
  expect(() => resolveItemType(compiled, "note")).toThrow("may mean rooms.notes, teams.notes");
});
