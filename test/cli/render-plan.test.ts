import { describe, expect, test } from "vitest";
import type { Change, IntegrationPlan, Plan } from "../../src/api/index.ts";
import { painter } from "../../src/cli/paint.ts";
import { type PlanOptions, renderPlan } from "../../src/cli/render-plan.ts";
import { integrationPlan, planWith } from "../support/plans.ts";

const base: Change = { action: "update", kind: "channels", key: "incidents", cause: "change", fields: [], reason: "" };
const at = (line: number) => ({ file: "manifests/slack.yaml", line });

function part(changes: readonly Change[], rest: Partial<IntegrationPlan> = {}): IntegrationPlan {
  return integrationPlan(changes, { title: "team Acme", ...rest });
}

function plan(...integrations: readonly IntegrationPlan[]): Plan {
  return planWith(integrations);
}

const text = (document: Plan, options: Partial<PlanOptions> = {}): string =>
  renderPlan(document, { width: 78, paint: painter(false), end: "Nothing was written.", ...options });

const drifted: Change = {
  ...base,
  cause: "drift",
  source: at(14),
  fields: [{ path: "/topic", before: "Sev 1", after: "Sev 1 and 2", cause: "drift" }],
};

test("a plan reads as the documentation shows it", () => {
  const created: Change = { ...base, action: "create", key: "releases", source: at(18) };
  const kept: Change = { ...base, action: "blocked", intended: "archive", key: "legacy", reason: "PruneDisabled" };
  expect(text(plan(part([drifted, created, kept])))).toBe(
    `acme-slack   slack · team Acme                                    3 requests
  ~ channels/incidents       manifests/slack.yaml:14
      topic  "Sev 1" -> "Sev 1 and 2"                             drift
  + channels/releases        manifests/slack.yaml:18
  ! channels/legacy          archive blocked: PruneDisabled
1 to create, 1 to change (1 drift), 0 to remove, 1 blocked. Nothing was written.
`,
  );
});

test("what is as declared is counted, not listed", () => {
  expect(text(plan(part([], { unchanged: 5 })))).toBe(
    `acme-slack   slack · team Acme                                    3 requests
  5 things are as declared
No changes: 5 things are as declared. Nothing was written.
`,
  );
});

test("failures name the kind, the code and the reason, and nothing is said to be as declared", () => {
  const failed = part([], {
    failures: [{ kind: "usergroups", code: "PERMISSION", message: "It lacks usergroups:read." }],
  });
  const broken = part([], { name: "acme-github", error: { code: "AUTH", message: "The token was\nrefused." } });
  expect(text(plan(failed, broken))).toBe(
    `acme-slack   slack · team Acme                                    3 requests
  × usergroups could not be read: PERMISSION: It lacks usergroups:read.
acme-github   slack · team Acme                                   3 requests
  × AUTH: The token was refused.
0 to create, 0 to change, 0 to remove, 2 failed. Nothing was written.
`,
  );
});

test.each([
  { action: "replace", words: "± channels/incidents       replace: removed and made anew" },
  { action: "adopt", words: "= channels/incidents       adopt" },
  { action: "delete", words: "- channels/incidents       delete" },
  { action: "archive", words: "- channels/incidents       archive" },
] as const)("$action has its sign and its word", ({ action, words }) => {
  expect(text(plan(part([{ ...base, action }])))).toContain(`  ${words}\n`);
});

test("unarchiving is said", () => {
  expect(text(plan(part([{ ...base, reason: "Unarchive" }])))).toContain("~ channels/incidents       unarchive");
});

describe("blocked changes that are as configured", () => {
  const many = ["a", "b", "c", "d"].map(
    (key): Change => ({ ...base, action: "blocked", intended: "archive", key, reason: "PruneDisabled" }),
  );

  test("are listed up to three", () => {
    expect(text(plan(part(many.slice(0, 3)))).match(/archive blocked/g)).toHaveLength(3);
  });

  test("are one line from four on", () => {
    expect(text(plan(part(many)))).toContain(
      "  ! 4 blocked: PruneDisabled (channels/a, channels/b, channels/c, channels/d)\n",
    );
  });

  test("are one line for apply, however few", () => {
    expect(text(plan(part(many.slice(0, 1))), { mode: "apply" })).toContain(
      "  ! 1 blocked: PruneDisabled (channels/a)\n",
    );
  });

  test("are listed one by one when they are drift", () => {
    expect(text(plan(part(many)), { mode: "drift" }).match(/archive blocked/g)).toHaveLength(4);
  });

  test("are listed one by one, with their fields, when a policy only observes", () => {
    const observed = many.map(
      (change): Change => ({ ...change, intended: "update", reason: "Observe", fields: drifted.fields }),
    );
    expect(text(plan(part(observed))).match(/"Sev 1" -> "Sev 1 and 2"/g)).toHaveLength(4);
  });
});

test("a brake says why, and is never folded away", () => {
  const message = "lifecycle.preventDestroy is set.";
  const braked = ["a", "b", "c", "d"].map(
    (key): Change => ({ ...base, action: "blocked", intended: "delete", key, reason: "PreventDestroy", message }),
  );
  expect(text(plan(part(braked))).match(/preventDestroy is set/g)).toHaveLength(4);
});

test("a value from another file names it", () => {
  const fields = [
    {
      path: "/private",
      before: false,
      after: true,
      cause: "change" as const,
      source: { file: "defaults.yaml", line: 3 },
    },
  ];
  expect(text(plan(part([{ ...drifted, fields }])))).toContain("private  false -> true  defaults.yaml:3");
});

test("without an inventory the cause is one sentence, not a word on every line", () => {
  const unknown = {
    ...drifted,
    cause: "unknown" as const,
    fields: [{ path: "/topic", before: "a", after: "b", cause: "unknown" as const }],
  };
  const shown = text(plan(part([unknown], { inventory: "absent" })));
  expect(shown.match(/No earlier run is on record/g)).toHaveLength(1);
  expect(shown).not.toContain("unknown");
});

test("what systems and manifests say cannot move the cursor or change colours", () => {
  const evil = "x\u001b[2J\u001b]0;owned\u0007\r\u009b31m\u202e";
  const change: Change = {
    ...base,
    action: "blocked",
    intended: "update",
    key: evil,
    source: { file: evil, line: 1 },
    reason: evil,
    message: evil,
    fields: [{ path: `/${evil}`, before: evil, after: [evil] }],
  };
  const failures = [{ kind: evil, code: evil, message: evil }];
  const shown = text(
    plan(part([change, { ...change, action: "create" }], { name: evil, title: evil, platform: evil, failures })),
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the absence of these is what is tested
  expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  expect(shown).toContain("x\\u001b[2J");
});

test("no line is wider than the window", () => {
  const long = "word ".repeat(60);
  const change = {
    ...drifted,
    fields: [{ path: "/topic", before: long, after: `${long}end`, cause: "drift" as const }],
  };
  const error = { code: "AUTH", message: long };
  for (const line of text(plan(part([change]), part([], { error })), { width: 60 })
    .split("\n")
    .slice(0, -2)) {
    expect(line.length).toBeLessThanOrEqual(60);
  }
});

test("in a narrow window, where a thing is declared stands below its name", () => {
  const key = "a-channel-with-a-very-long-name";
  const change = { ...drifted, key, source: { file: "manifests/slack.yaml", line: 19 }, fields: [] };
  const lines = text(plan(part([change])), { width: 50 }).split("\n");
  const at = lines.findIndex((line) => line.includes(key));
  expect(lines[at + 1]).toBe("      manifests/slack.yaml:19");
  expect(lines[at]).not.toContain("manifests");
});

test("colours are only there when they are asked for", () => {
  expect(text(plan(part([drifted])))).not.toContain("\u001b[");
  expect(text(plan(part([drifted])), { paint: painter(true) })).toContain("\u001b[33m~\u001b[39m");
});
