/** How differences are shown. */
import { expect, test } from "vitest";
import { compileComparer } from "../../src/connector-kit/compare.ts";
import { fieldChange } from "../../src/reconcile/field-changes.ts";
import type { Desired } from "../../src/reconcile/types.ts";

test("of a list of members only who came and went differs, whatever else the platform says of the others", () => {
  const schema = {
    properties: {
      members: {
        type: "array",
        items: { properties: { username: { "x-plumbline-compare": "caseInsensitive" as const }, role: {} } },
        "x-kubernetes-list-type": "map" as const,
        "x-kubernetes-list-map-keys": ["username"],
      },
    },
  };
  const spec = { members: [{ username: "ada" }, { username: "bob" }] };
  const observed = {
    members: [
      { username: "Ada", role: "maintainer" },
      { username: "eve", role: "member" },
    ],
  };
  const [difference] = compileComparer(schema)(spec, observed).differences;
  const source = { file: "a.yaml", line: 1 };
  const desired = {
    kind: { schema, resource: {} },
    spec,
    entry: { source, fieldSource: () => source },
  } as unknown as Desired;
  expect(difference && fieldChange(difference, desired, { nameOf: () => undefined }, "drift")).toEqual({
    path: "/members",
    before: [{ username: "ada" }, { username: "eve", role: "member" }],
    after: [{ username: "ada" }, { username: "bob" }],
    cause: "drift",
  });
});
