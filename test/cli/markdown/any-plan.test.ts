/** Any plan, with any strings: it is within the budget, everything is closed, and nothing from outside acts. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Change, Plan } from "../../../src/api/plan.ts";
import { fits } from "../../../src/cli/markdown/budget.ts";
import { renderPlanMarkdown } from "../../../src/cli/markdown/plan.ts";
import { renderProblemsMarkdown } from "../../../src/cli/markdown/problems.ts";
import { tries } from "../../support/tries.ts";
import { foldedDepth, listedKeys, outsideCode } from "./gfm.ts";
import { change, integration, planOf } from "./plans.ts";

/** Stands in every text from outside, so that it can be looked for. */
const FOREIGN = "§";
const pieces = [
  "`",
  "```",
  "````\n",
  "\n\n",
  "</details>",
  "</summary>",
  "<details>",
  "# Approved\n",
  "@acme/admins",
  " fixes #1 ",
  "<!-- x -->",
  "](",
  "**",
  "|",
  "\\",
  "&#64;",
  "- ",
  "    ",
  "~~~\n",
  "漢",
  "👩‍👩‍👧",
  "\u202e",
  "\ud800",
  "https://evil.example",
  "/close\n",
  " ",
  "a",
];
const foreign = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 5 })), { maxLength: 12 })
  .map((parts) => parts.join("") + FOREIGN + parts.toReversed().join(""));
const value = fc.oneof(
  foreign,
  fc.array(foreign, { maxLength: 4 }),
  fc.constant(true),
  fc.dictionary(foreign, foreign, { maxKeys: 2 }),
);
const field = fc.record(
  {
    path: foreign.map((text) => `/${text}`),
    before: value,
    after: value,
    cause: fc.constantFrom("change" as const, "drift" as const),
  },
  { requiredKeys: ["path"] },
);
const action = fc.constantFrom("create", "update", "replace", "adopt", "delete", "archive", "blocked");
const someChange: fc.Arbitrary<Change> = fc.record(
  {
    action,
    intended: fc.constantFrom("create", "update", "delete"),
    kind: foreign,
    key: foreign,
    cause: fc.constantFrom("change", "drift", "unknown"),
    source: fc.record({ file: foreign, line: fc.integer({ min: 1, max: 99 }) }),
    fields: fc.array(field, { maxLength: 3 }),
    risks: fc.subarray(["removal", "permission", "ownership"] as const).map((risks) => [...risks]),
    reason: fc.constantFrom("", "NotDeclared", "PruneDisabled", "TooManyRemovals"),
    message: foreign,
  },
  { requiredKeys: ["action", "kind", "key", "cause", "fields", "reason"] },
) as fc.Arbitrary<Change>;
const somePlan: fc.Arbitrary<Plan> = fc
  .record({
    integrations: fc.array(
      fc.record({
        changes: fc.array(someChange, { maxLength: 25 }),
        given: fc.record({
          name: foreign,
          title: foreign,
          platform: foreign,
          error: fc.option(fc.record({ code: foreign, message: foreign })),
        }),
      }),
      { maxLength: 3 },
    ),
    base: fc.record({
      ref: foreign,
      commit: fc.constant("3f2a9c0d1e4b"),
      notices: fc.array(fc.record({ code: foreign, message: foreign }), { maxLength: 2 }),
    }),
  })
  .map(({ integrations, base }) =>
    planOf(
      integrations.map(({ changes, given }) => integration(changes, given)),
      { base },
    ),
  );
const budget = fc.integer({ min: 2000, max: 30_000 }).map((characters) => ({ characters, bytes: characters * 2 }));
const mode = fc.constantFrom("plan" as const, "drift" as const);

test("any plan is within its budget, closes what it opens, and shows all that comes from outside as code", () => {
  fc.assert(
    fc.property(somePlan, budget, mode, foreign, (plan, budget, mode, title) => {
      const text = renderPlanMarkdown(plan, { budget, mode, title });
      expect(fits(text, budget)).toBe(true);
      expect(text.isWellFormed()).toBe(true);
      expect(outsideCode(text)).not.toContain(FOREIGN);
      expect(foldedDepth(text)).toEqual({ end: 0, least: 0 });
      expect(text).not.toMatch(/^\s*\//m);
    }),
    tries(60),
  );
});

test("any removal is listed, or the first line says how many are not", () => {
  const key = fc
    .array(fc.constantFrom("ab", "c", "d", "repository", "channel"), { minLength: 1, maxLength: 8 })
    .map((parts) => parts.join("-"));
  const keys = fc.uniqueArray(
    fc.tuple(key, key).map((parts) => parts.join("/")),
    { minLength: 1, maxLength: 150 },
  );
  fc.assert(
    fc.property(keys, budget, fc.nat(100), (removed, budget, others) => {
      const made = Array.from({ length: others }, (_, index) => change({ action: "create", key: `made/${index}` }));
      const plan = planOf([integration([...made, ...removed.map((one) => change({ action: "delete", key: one }))])]);
      const text = renderPlanMarkdown(plan, { budget, mode: "plan" });
      const listed = new Set(listedKeys(text));
      const left = Number(/^.*\*\*(\d+) of \d+ removals are not listed here\.\*\*/.exec(text)?.[1] ?? 0);
      expect(removed.filter((one) => !listed.has(one))).toHaveLength(left);
    }),
    tries(100),
  );
});

test("any problems are within the budget, and all that comes from files is code", () => {
  const problem = fc.record(
    {
      code: foreign,
      message: foreign,
      remedy: foreign,
      file: foreign,
      line: fc.integer({ min: 1, max: 9 }),
      excerpt: foreign,
    },
    { requiredKeys: ["code", "message"] },
  );
  fc.assert(
    fc.property(fc.array(problem, { maxLength: 60 }), budget, foreign, (problems, budget, title) => {
      const text = renderProblemsMarkdown(problems, { budget, title });
      expect(fits(text, budget)).toBe(true);
      expect(outsideCode(text)).not.toContain(FOREIGN);
    }),
    tries(100),
  );
});
