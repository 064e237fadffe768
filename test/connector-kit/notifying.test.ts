/** A connector that delivers notifications says where to, and one that says where to delivers them. */
import { expect, test } from "vitest";
import { compileConnector, Type } from "../../src/connector-kit/index.ts";
import { acme } from "./http-fixture.ts";

test.each([
  { name: "notify alone", parts: { notify: async () => ({}) } },
  { name: "target alone", parts: { target: Type.Object({}) } },
])("a connector with $name is refused", ({ parts }) => {
  expect(() => compileConnector(acme(parts))).toThrow("it needs notify and target, or neither of them");
});

test("a connector with both, and one with neither, are taken", () => {
  const both = { target: Type.Object({}), notify: async () => ({}) };
  expect([compileConnector(acme(both)).connector.platform, compileConnector(acme({})).connector.platform]).toEqual([
    "acme",
    "acme",
  ]);
});
