/** Plans and problems to render, and the strings that go wrong most. */
import fc from "fast-check";
import type { Change, IntegrationPlan, Plan } from "../../../src/api/index.ts";
import { homeKey, type PlanInput, type ProblemInput } from "../../../src/cli/formats/types.ts";
import type { Problem } from "../../../src/manifests/types.ts";
import { folderOf } from "../../support/cli.ts";
import { integrationPlan, planWith } from "../../support/plans.ts";

export const base: Change = { action: "update", kind: "rooms", key: "a", cause: "change", fields: [], reason: "" };

export function part(changes: readonly Change[], rest: Partial<IntegrationPlan> = {}): IntegrationPlan {
  const fake = { name: "acme", platform: "fake", system: "fake/https://fake.test/S1", requests: { read: 1 } };
  return integrationPlan(changes, { ...fake, ...rest });
}

export function planOf(...integrations: readonly IntegrationPlan[]): Plan {
  return planWith(integrations);
}

/** A plan as a format gets it, in a repository whose manifests lie in `m/`. */
export function planInput(plan: Plan, rest: Partial<PlanInput> = {}): PlanInput {
  const homes = new Map(plan.integrations.map((one) => [homeKey(one), { file: "m/acme.yaml", line: 1 }]));
  return { command: "plan", plan, homes, where: { cwd: "/nowhere/repository", env: {} }, ...rest };
}

/** Problems as a format gets them. */
export function problemInput(problems: readonly Problem[], rest: Partial<ProblemInput> = {}): ProblemInput {
  return { problems, files: [], where: { cwd: "/nowhere/repository", env: {} }, ...rest };
}

/** A folder that is a repository's root. */
export function repositoryOf(files: Readonly<Record<string, string>>): string {
  return folderOf({ ".git/HEAD": "ref: refs/heads/main\n", ...files });
}

/** Colours, NUL, the end of CDATA, what is no character, halves of one, commands of GitHub's runner, links. */
const nasty = fc.constantFrom(
  "\u001b[31mred\u0000 ]]> \uFFFE & 🎉",
  "\ud83c",
  "\udf89\uFFFF",
  "a\r\n::add-mask::x",
  "::error::boo",
  "##[add-mask]x",
  '<b a="1">&amp;</b>',
  "%0A%25,:",
  "[click](https://example.com)",
  "\u202e\u2028\u0085",
  "",
  ".",
  "__proto__",
);

/** Any text: of any code units, halves of surrogate pairs too. */
export const anyText = fc.oneof(nasty, fc.string({ unit: "binary" }), fc.string());

/** Names of files, below the working folder and outside it. */
const anyFile = anyText.map((text) => `m/${text.replaceAll("\u0000", "")}.yaml`);

const place = fc.record({ file: anyFile, line: fc.integer({ min: 1, max: 9999 }) });

export const anyProblem: fc.Arbitrary<Problem> = fc
  .record({
    code: anyText,
    message: anyText,
    remedy: fc.option(anyText, { nil: undefined }),
    file: fc.option(fc.oneof(anyFile, fc.constantFrom("<stdin>", "../out.yaml", "/else.yaml")), { nil: undefined }),
    line: fc.option(fc.integer({ min: 1, max: 9999 }), { nil: undefined }),
    column: fc.option(fc.integer({ min: 1, max: 9999 }), { nil: undefined }),
    path: fc.option(anyText, { nil: undefined }),
  })
  .map((problem) => dropUndefined(problem));

const anyField = fc.record({ path: anyText.map((text) => `/${text}`), before: anyText, after: anyText });

const anyChange: fc.Arbitrary<Change> = fc
  .record({
    action: fc.constantFrom<Change["action"]>("create", "update", "replace", "adopt", "delete", "archive", "blocked"),
    intended: fc.option(fc.constantFrom("update" as const, "delete" as const), { nil: undefined }),
    kind: anyText,
    key: anyText,
    cause: fc.constantFrom<Change["cause"]>("change", "drift", "unknown"),
    source: fc.option(place, { nil: undefined }),
    fields: fc.array(anyField, { maxLength: 3 }),
    reason: fc.oneof(fc.constantFrom("", "PruneDisabled", "TooManyRemovals"), anyText),
    message: fc.option(anyText, { nil: undefined }),
  })
  .map((change) => dropUndefined(change));

export const anyPlan: fc.Arbitrary<Plan> = fc
  .array(
    fc
      .record({
        name: anyText,
        changes: fc.array(anyChange, { maxLength: 5 }),
        error: fc.option(fc.record({ code: anyText, message: anyText }), { nil: null }),
      })
      .map(({ name, changes, error }) => part(changes, { name, error })),
    { maxLength: 3 },
  )
  .map((parts) => planOf(...parts));

function dropUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as never;
}
