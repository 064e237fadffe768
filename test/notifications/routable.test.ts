import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EventEnvelope } from "../../src/api/event.ts";
import { groupLabels, groupMark } from "../../src/notifications/group-state.ts";
import { routableOf } from "../../src/notifications/routable.ts";
import { compileRoute } from "../../src/notifications/tree.ts";
import { routeOf } from "./fixture.ts";

const base: EventEnvelope = { specversion: "1.0", id: "1", source: "/x", type: "t" };
const read = (more: Partial<EventEnvelope>) => routableOf("default", { ...base, ...more }, { a: "b" });

describe("an event", () => {
  test.each<[string, Partial<EventEnvelope>, boolean | undefined]>([
    ["with fingerprint and status in its data is an alert", { data: { fingerprint: "f", status: "firing" } }, true],
    ["that is resolved is one too", { data: { fingerprint: "f", status: "resolved" } }, false],
    ["may say both in extension attributes", { extensions: { fingerprint: "f", status: "firing" } }, true],
    [
      "goes by its data where both say it",
      { data: { status: "resolved" }, extensions: { fingerprint: "f", status: "firing" } },
      false,
    ],
    ["without a fingerprint is none", { data: { status: "firing" } }, undefined],
    ["with an empty fingerprint is none", { data: { fingerprint: "", status: "firing" } }, undefined],
    ["with another status is none", { data: { fingerprint: "f", status: "closed" } }, undefined],
    ["with a fingerprint that is no text is none", { data: { fingerprint: 1, status: "firing" } }, undefined],
    ["without data is none", {}, undefined],
  ])("%s", (_, more, firing) => {
    expect(read(more).alert?.firing).toBe(firing);
  });

  test("of another source with the same fingerprint is another alert", () => {
    const data = { fingerprint: "f", status: "firing" };
    expect(read({ data }).alert?.id).toBe(read({ data: { ...data, status: "resolved" } }).alert?.id);
    expect(read({ data }).alert?.id).not.toBe(read({ data, source: "/y" }).alert?.id);
  });

  test.each<[unknown, number | undefined]>([
    ["2026-11-26T00:00:00Z", Date.parse("2026-11-26T00:00:00Z")],
    ["yesterday", undefined],
    ["1", undefined],
    [1, undefined],
  ])("that began at %j began at %s", (startsAt, expected) => {
    expect(read({ data: { fingerprint: "f", status: "firing", startsAt } }).alert?.startsAt).toBe(expected);
  });

  test.each<[unknown, string[]]>([
    [{ key: "app.db" }, ["app.db"]],
    [{ keys: ["a", "b", 1] }, ["a", "b"]],
    [{ key: "a", keys: ["b"] }, ["a", "b"]],
    ["key", []],
    [null, []],
    [{ key: { a: 1 }, keys: "b" }, []],
  ])("with data %j changes the keys %j", (data, keys) => {
    expect(read({ data }).keys).toEqual(keys);
  });
});

test("two events are in one group exactly if the labels to group by are equal, absent ones being empty", () => {
  const labels = fc.dictionary(fc.constantFrom("a", "b", "1:a"), fc.constantFrom("", "a", "1:a", "a1:b"), {
    maxKeys: 3,
  });
  fc.assert(
    fc.property(labels, labels, fc.constantFrom(["..."], ["a", "b"], ["b", "1:a"], []), (one, other, groupBy) => {
      const { root } = compileRoute(routeOf({ receivers: [{ integration: "ops" }], groupBy: [...groupBy] })).tree;
      const inOne = JSON.stringify(groupLabels(root, one)) === JSON.stringify(groupLabels(root, other));
      expect(groupMark(root, one) === groupMark(root, other)).toBe(inOne);
    }),
    { numRuns: 1000 },
  );
});
