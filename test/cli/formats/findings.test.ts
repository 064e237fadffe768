/** Which level, rule and words a change gets, and what is kept where there is too much. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Change, IntegrationPlan } from "../../../src/api/index.ts";
import { SENSITIVE } from "../../../src/api/plan.ts";
import { clip, type Finding } from "../../../src/cli/formats/finding.ts";
import { fromRepository } from "../../../src/cli/formats/places.ts";
import { planFindings } from "../../../src/cli/formats/plan-findings.ts";
import { cutText, select } from "../../../src/cli/formats/select.ts";
import type { PlanInput } from "../../../src/cli/formats/types.ts";
import { tries } from "../../support/tries.ts";
import { anyPlan, anyText, base, part, planInput, planOf } from "./fixture.ts";

const toPath = fromRepository({ cwd: "/nowhere/repository", env: {} });

const found = (one: IntegrationPlan, command: PlanInput["command"] = "plan"): Finding[] =>
  planFindings(planInput(planOf(one), { command }), toPath);

describe("a change", () => {
  test.each<{ name: string; change: Partial<Change>; rule: string; level: string; says: string }>([
    { name: "a creation", change: { action: "create" }, rule: "Create", level: "note", says: "would be created" },
    { name: "an update", change: {}, rule: "Update", level: "note", says: "would be changed" },
    { name: "a taking over", change: { action: "adopt" }, rule: "Adopt", level: "note", says: "would be taken over" },
    {
      name: "an update that a reviewer should look at",
      change: { risks: ["visibility"] },
      rule: "Update",
      level: "warning",
      says: "would be changed. Look twice: visibility.",
    },
    { name: "drift", change: { cause: "drift" }, rule: "Drift", level: "warning", says: "would be changed (drift)" },
    {
      name: "what is gone",
      change: { action: "create", cause: "drift", reason: "Gone" },
      rule: "Gone",
      level: "warning",
      says: "would be created (drift)",
    },
    {
      name: "a delete",
      change: { action: "delete", reason: "NotDeclared" },
      rule: "NotDeclared",
      level: "warning",
      says: "would be deleted",
    },
    {
      name: "an archiving",
      change: { action: "archive", reason: "NotDeclared" },
      rule: "NotDeclared",
      level: "warning",
      says: "would be archived",
    },
    {
      name: "a replacement",
      change: { action: "replace", reason: "Immutable" },
      rule: "Immutable",
      level: "warning",
      says: "would be removed and made anew",
    },
    {
      name: "what a brake holds back",
      change: { action: "blocked", intended: "delete", reason: "TooManyRemovals", message: "30 of 40." },
      rule: "TooManyRemovals",
      level: "error",
      says: "delete is blocked (TooManyRemovals). 30 of 40.",
    },
    {
      name: "what the policy holds back",
      change: { action: "blocked", intended: "delete", reason: "PruneDisabled" },
      rule: "PruneDisabled",
      level: "note",
      says: "delete is blocked (PruneDisabled)",
    },
    {
      name: "drift that is only observed",
      change: { action: "blocked", intended: "update", reason: "Observe", cause: "drift" },
      rule: "Observe",
      level: "warning",
      says: "update is blocked (Observe) (drift)",
    },
  ])("$name is a $level of the rule $rule", ({ change, rule, level, says }) => {
    const [finding] = found(part([{ ...base, ...change }]));
    expect(finding).toMatchObject({ rule, level, message: expect.stringContaining(`acme: rooms/a ${says}`) });
  });

  test("names its fields with their values, and never a secret", () => {
    const fields = [
      { path: "/topic", before: "a", after: "b" },
      { path: "/hook/secret", after: SENSITIVE },
    ];
    const [finding] = found(part([{ ...base, fields }], { namespace: "team" }));
    expect(finding?.message).toBe(`team/acme: rooms/a would be changed: topic: "a" -> "b"; hook.secret: ${SENSITIVE}.`);
  });

  test("stands where it is declared; what nobody declares at the manifest's first line", () => {
    const declared = { ...base, source: { file: "m/rooms.yaml", line: 7 } };
    expect(found(part([declared, { ...base, action: "delete" }])).map(({ place }) => place)).toEqual([
      { path: "m/rooms.yaml", line: 7 },
      { path: "m/acme.yaml", line: 1 },
    ]);
  });

  test("is a warning of drift, whatever it would be in a plan, without a record of earlier runs", () => {
    const [finding] = found(part([{ ...base, cause: "unknown" }], { inventory: "absent" }), "drift");
    expect(finding).toMatchObject({ level: "warning", rule: "Drift", verdict: "failure" });
  });
});

test("a suspended Integration is a note, and one that failed an error at its manifest", () => {
  const error = (code: string) => found(part([], { error: { code, message: "Why." } }))[0];
  expect(error("Suspended")).toMatchObject({ level: "note", verdict: "skipped" });
  expect(error("AUTH")).toMatchObject({ level: "error", message: "acme: Why.", place: { path: "m/acme.yaml" } });
});

test("a removal is kept before an error, an error before a warning, and what is left is counted", () => {
  const one = (level: Finding["level"], removal = false) => ({ level, removal }) as Finding;
  const all = [one("note"), one("warning"), one("error"), one("warning", true), one("note")];
  const { kept, left } = select(all, { count: 3, bytes: 3, size: () => 1 });
  expect(kept).toEqual([one("warning", true), one("error"), one("warning")]);
  expect(cutText(left, "Why.")).toBe("Not listed: 2 notes. Why. To see all: -o text or -o json.");
  expect(cutText([], "Why.")).toBe(undefined);
});

test("no finding is lost or doubled, and nothing left out goes before what is kept", () => {
  fc.assert(
    fc.property(anyPlan, fc.nat(8), (plan, count) => {
      const all = planFindings(planInput(plan), toPath);
      const { kept, left } = select(all, { count, bytes: 5000, size: ({ message }) => message.length });
      expect(new Set([...kept, ...left])).toEqual(new Set(all));
      expect(kept.length + left.length).toBe(all.length);
      if (left.some(({ removal }) => removal)) expect(kept.every(({ removal }) => removal)).toBe(true);
      expect(new Set(all.map(({ fingerprint }) => fingerprint)).size).toBe(all.length);
    }),
    tries(100),
  );
});

test("a text is cut within its length and never through a character", () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 2, max: 30 }), (text, length) => {
      const well = text.toWellFormed();
      const cut = clip(well, length);
      expect(cut.length).toBeLessThanOrEqual(Math.max(length, 1));
      expect(cut.isWellFormed()).toBe(true);
      expect(well.startsWith(cut.replace(/…$/, ""))).toBe(true);
    }),
    tries(100),
  );
});
