import { describe, expect, test } from "vitest";
import type { Change, Plan } from "../../src/api/index.ts";
import { exitCode, type Facts, isDrift } from "../../src/cli/exit.ts";
import { integrationPlan, planWith } from "../support/plans.ts";

const change: Change = {
  action: "update",
  kind: "rooms",
  key: "incidents",
  cause: "change",
  fields: [{ path: "/topic", before: "a", after: "b" }],
  reason: "",
};
const blocked = (reason: string): Change => ({ ...change, action: "blocked", intended: "update", reason });
const adopted: Change = { ...change, action: "adopt", fields: [] };

function planOf(changes: readonly Change[], failed = 0): Plan {
  const none = { create: 0, update: 0, replace: 0, adopt: 0, delete: 0, archive: 0, unchanged: 0, blocked: 0 };
  return planWith([integrationPlan(changes)], { summary: { ...none, failed } });
}

const plan = (changes: readonly Change[], detailed = true, failed = 0): Facts => ({
  command: "plan",
  detailed,
  plan: planOf(changes, failed),
});
const drift = (changes: readonly Change[], detailed = true, failed = 0): Facts => ({
  command: "drift",
  detailed,
  plan: planOf(changes, failed),
});
const apply = (changes: readonly Change[], rest: Partial<Extract<Facts, { command: "apply" }>> = {}): Facts => ({
  command: "apply",
  plan: planOf(changes),
  outcomes: [],
  approved: true,
  failed: false,
  ...rest,
});

test.each<{ name: string; facts: Facts; code: number }>([
  { name: "a plan without changes ends with 0", facts: plan([]), code: 0 },
  { name: "a plan with changes ends with 0 unless asked for details", facts: plan([change], false), code: 0 },
  { name: "a plan with changes ends with 2 when asked for details", facts: plan([change]), code: 2 },
  { name: "a plan that adopts what is as declared ends with 0", facts: plan([adopted]), code: 0 },
  { name: "a plan that adopts and writes fields ends with 2", facts: plan([{ ...change, action: "adopt" }]), code: 2 },
  { name: "a plan whose changes are all blocked ends with 0", facts: plan([blocked("PruneDisabled")]), code: 0 },
  { name: "a plan under Observe ends with 0", facts: plan([blocked("Observe")]), code: 0 },
  { name: "a plan with something unread ends with 1, changes or not", facts: plan([change], true, 1), code: 1 },
  { name: "drift ends with 0 where there is none", facts: drift([]), code: 0 },
  { name: "drift ends with 2 where there is some", facts: drift([change]), code: 2 },
  { name: "drift under Observe ends with 2", facts: drift([blocked("Observe")]), code: 2 },
  { name: "drift ends with 0 unless asked for details", facts: drift([change], false), code: 0 },
  { name: "drift with something unread ends with 1", facts: drift([], true, 1), code: 1 },
  { name: "apply with nothing to do ends with 0", facts: apply([]), code: 0 },
  { name: "apply with all done ends with 0", facts: apply([change], { outcomes: [{ status: "done" }] }), code: 0 },
  {
    name: "apply with one failure ends with 1",
    facts: apply([change], { outcomes: [{ status: "done" }, { status: "failed" }] }),
    code: 1,
  },
  {
    name: "apply with one left out ends with 1",
    facts: apply([change], { outcomes: [{ status: "skipped" }] }),
    code: 1,
  },
  {
    name: "apply that was stopped ends with 1",
    facts: apply([change], { outcomes: [{ status: "interrupted" }] }),
    code: 1,
  },
  { name: "apply that was not approved ends with 1", facts: apply([change], { approved: false }), code: 1 },
  { name: "apply with an Integration in error ends with 1", facts: apply([], { failed: true }), code: 1 },
  { name: "apply ends with 0 when only PruneDisabled blocked", facts: apply([blocked("PruneDisabled")]), code: 0 },
  { name: "apply ends with 0 when only AdoptDisabled blocked", facts: apply([blocked("AdoptDisabled")]), code: 0 },
  { name: "apply ends with 0 when only Observe blocked", facts: apply([blocked("Observe")]), code: 0 },
  { name: "apply ends with 1 when a brake blocked", facts: apply([blocked("TooManyRemovals")]), code: 1 },
  { name: "apply ends with 1 when preventDestroy blocked", facts: apply([blocked("PreventDestroy")]), code: 1 },
  { name: "apply ends with 1 when a reference leads nowhere", facts: apply([blocked("UnresolvedReference")]), code: 1 },
])("$name", ({ facts, code }) => {
  expect(exitCode(facts)).toBe(code);
});

describe("drift is", () => {
  test.each<{ name: string; given: Change; inventory: "present" | "absent"; expected: boolean }>([
    { name: "what has that cause", given: { ...change, cause: "drift" }, inventory: "present", expected: true },
    { name: "not what a manifest changed", given: change, inventory: "present", expected: false },
    {
      name: "any difference while nothing is on record",
      given: { ...change, cause: "unknown" },
      inventory: "absent",
      expected: true,
    },
    {
      name: "not what is unknown although there is a record",
      given: { ...change, cause: "unknown" },
      inventory: "present",
      expected: false,
    },
    {
      name: "not an adoption without differences",
      given: { ...adopted, cause: "unknown" },
      inventory: "absent",
      expected: false,
    },
  ])("$name", ({ given, inventory, expected }) => {
    expect(isDrift(given, inventory)).toBe(expected);
  });
});
