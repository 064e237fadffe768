/** GitLab's Code Quality report, against the rules of its page. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { planCodeQuality, problemsCodeQuality } from "../../../src/cli/formats/codequality.ts";
import { tries } from "../../support/tries.ts";
import { manifest, place, twoRooms } from "../fixture.ts";
import { anyPlan, anyProblem, base, part, planInput, planOf, problemInput } from "./fixture.ts";

interface Entry {
  description: string;
  check_name: string;
  fingerprint: string;
  severity: string;
  location: { path: string; lines: { begin: number } };
}

/** @returns the entries, after GitLab's rules for all of them. */
function read(text: string): Entry[] {
  expect(text.charCodeAt(0)).toBe("[".charCodeAt(0)); // no byte order mark
  const entries = JSON.parse(text) as Entry[];
  for (const { description, check_name: check, fingerprint, severity, location } of entries) {
    expect([typeof description, typeof check]).toEqual(["string", "string"]);
    expect(description).not.toBe("");
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$|^not-everything-is-listed$/);
    expect(["info", "minor", "major", "critical", "blocker"]).toContain(severity);
    expect(location.path).toMatch(/^(?!\.\/|\/)./s);
    expect(location.lines.begin).toBeGreaterThanOrEqual(1);
  }
  expect(new Set(entries.map(({ fingerprint }) => fingerprint)).size).toBe(entries.length);
  return entries;
}

test("a fingerprint stays when lines above move, and another mistake in the same line has another", async () => {
  const bad = manifest("    rooms:\n      - { name: a, topik: b, size: x }\n");
  const run = async (text: string) => read((await place({ "a.yaml": text }).run("validate -o codequality")).stdout);
  const before = await run(bad);
  const after = await run(`# a comment\n\n${bad}`);
  expect(before).toHaveLength(2);
  expect(after.map(({ location }) => location.lines.begin)).toEqual([10, 10]);
  expect(after.map(({ fingerprint }) => fingerprint)).toEqual(before.map(({ fingerprint }) => fingerprint));
});

test("the same mistake twice in a file has two fingerprints", () => {
  const problem = { code: "YamlSyntax", message: "Wrong.", file: "a.yaml" };
  const { text } = problemsCodeQuality(
    problemInput([
      { ...problem, line: 1 },
      { ...problem, line: 2 },
    ]),
  );
  expect(read(text)).toHaveLength(2);
});

test("nothing wrong is an empty list", async () => {
  expect((await place({ "a.yaml": manifest(twoRooms) }).run("validate -o codequality")).stdout).toBe("[]\n");
});

test("what is in no file is about the folder, and its message says what it is about", () => {
  const { text } = problemsCodeQuality(problemInput([{ code: "C", message: "Wrong.", file: "<stdin>", line: 3 }]));
  expect(read(text)).toMatchObject([
    { description: "<stdin>:3: Wrong.", location: { path: ".", lines: { begin: 1 } } },
  ]);
});

test("severities follow what is wrong, and a removal is worse than a change", () => {
  const { text } = planCodeQuality(
    planInput(
      planOf(
        part([
          { ...base, key: "changed" },
          { ...base, key: "drifted", cause: "drift" },
          { ...base, key: "held", action: "blocked", reason: "Ambiguous" },
          { ...base, key: "gone", action: "delete", reason: "NotDeclared" },
        ]),
      ),
    ),
  );
  expect(read(text).map(({ check_name: check, severity }) => [check, severity])).toEqual([
    ["NotDeclared", "major"],
    ["Ambiguous", "critical"],
    ["Drift", "major"],
    ["Update", "info"],
  ]);
});

test("of 30,000 problems 20,000 stay, and a last entry says how many do not", () => {
  const problems = Array.from({ length: 30_000 }, (_, n) => ({ code: "C", message: `Wrong ${n}.`, file: "a.yaml" }));
  const { text, cut } = problemsCodeQuality(problemInput(problems));
  const entries = read(text);
  expect(entries).toHaveLength(20_001);
  expect(entries.at(-1)?.description).toBe(cut);
});

test("any text in any field gives a report that GitLab takes", () => {
  fc.assert(
    fc.property(anyPlan, fc.array(anyProblem, { maxLength: 6 }), (plan, problems) => {
      read(planCodeQuality(planInput(plan)).text);
      read(problemsCodeQuality(problemInput(problems)).text);
    }),
    tries(200),
  );
});
