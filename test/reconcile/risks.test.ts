/** What a reviewer is told to look twice at. */
import { expect, test } from "vitest";
import type { Change } from "../../src/api/index.ts";
import { compileConnector } from "../../src/connector-kit/compile.ts";
import type { Spec } from "../../src/connector-kit/contract.ts";
import github from "../../src/connectors/github/index.ts";
import slack from "../../src/connectors/slack/index.ts";
import { type RiskyChange, risksOf } from "../../src/reconcile/risks.ts";

const onGitHub = compileConnector(github).kinds;
const onSlack = compileConnector(slack).kinds;

function risks(kind: string, change: Partial<RiskyChange> & Pick<Change, "action">, observed?: Spec) {
  const found = onGitHub.get(kind) ?? onSlack.get(kind);
  if (!found) throw new Error(`no kind ${kind}`);
  return risksOf(found, { fields: [], ...change }, observed);
}

test("what goes, and what is held back from going, is a removal", () => {
  expect(risks("repositories", { action: "delete" })).toEqual(["removal"]);
  expect(risks("channels", { action: "archive" })).toEqual(["removal"]);
  expect(risks("channels", { action: "blocked", intended: "archive" })).toEqual(["removal"]);
});

test("a thing made anew is a replacement, beside what its fields are", () => {
  const fields = [{ path: "/private", before: true, after: false }];
  expect(risks("channels", { action: "replace", fields })).toEqual(["replace", "visibility"]);
});

test("a repository that others may see is a risk when it changes, not when it is new", () => {
  const fields = [{ path: "/visibility", before: "private", after: "public" }];
  expect(risks("repositories", { action: "update", fields })).toEqual(["visibility"]);
  expect(risks("repositories", { action: "create", fields: [{ path: "/visibility", after: "public" }] })).toEqual([]);
});

test("whoever may do more or less than before is a risk, new ones too", () => {
  const fields = [{ path: "/permission", after: "admin" }];
  expect(risks("repositories.collaborators", { action: "create", fields })).toEqual(["permission"]);
  expect(risks("repositories.teams", { action: "update", fields })).toEqual(["permission"]);
  const protection = [{ path: "/allow_force_pushes", before: false, after: true }];
  expect(risks("repositories.branchProtection", { action: "update", fields: protection })).toEqual(["permission"]);
});

test("owners who come or go are a risk of their own, members are not", () => {
  const admin = { username: "ada", role: "admin", state: "active" };
  const promoted = { action: "update" as const, fields: [{ path: "/role", before: "member", after: "admin" }] };
  expect(risks("members", promoted, { ...admin, role: "member" })).toEqual(["ownership", "permission"]);
  const demoted = { action: "update" as const, fields: [{ path: "/role", before: "admin", after: "member" }] };
  expect(risks("members", demoted, admin)).toEqual(["ownership", "permission"]);
  expect(risks("members", { action: "delete" }, admin)).toEqual(["removal", "ownership"]);
  expect(risks("members", { action: "delete" }, { ...admin, role: "member" })).toEqual(["removal"]);
});

test("a topic, a description, a label are nobody's risk", () => {
  expect(risks("channels", { action: "update", fields: [{ path: "/topic", before: "a", after: "b" }] })).toEqual([]);
  expect(risks("repositories.labels", { action: "create", fields: [{ path: "/name", after: "bug" }] })).toEqual([]);
});
