/** SARIF against its published schema, and against what GitHub code scanning refuses. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Ajv } from "ajv";
import fc from "fast-check";
import type { Log, Result } from "sarif";
import { describe, expect, test } from "vitest";
import { planSarif, problemsSarif } from "../../../src/cli/formats/sarif.ts";
import type { Problem } from "../../../src/manifests/types.ts";
import { cli } from "../../support/cli.ts";
import { fakeSystem } from "../../support/fakes.ts";
import { tries } from "../../support/tries.ts";
import { manifest, place, twoRooms } from "../fixture.ts";
import { anyPlan, anyProblem, base, part, planInput, planOf, problemInput, repositoryOf } from "./fixture.ts";

const {
  id: _,
  $schema: __,
  ...schema
} = createRequire(import.meta.url)("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json") as Record<
  string,
  unknown
>;
const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);

/** @returns the log, after the schema and GitHub's own conditions. */
function read(text: string): Log {
  const log = JSON.parse(text) as Log;
  validate(log);
  expect(validate.errors ?? []).toEqual([]);
  const [run] = log.runs;
  expect(log.runs).toHaveLength(1);
  const results = run?.results ?? [];
  expect(results.length).toBeLessThanOrEqual(25_000);
  expect(results.filter((result) => !isPlaced(result))).toEqual([]);
  const rules = run?.tool.driver.rules ?? [];
  expect(results.filter(({ ruleId, ruleIndex }) => rules[ruleIndex ?? -1]?.id !== ruleId)).toEqual([]);
  return log;
}

/** GitHub's conditions (github/codeql-action#2459, #2829; r-lib/lintr#2550). */
function isPlaced({ locations }: Result): boolean {
  const { artifactLocation, region } = locations?.[0]?.physicalLocation ?? {};
  const uri = artifactLocation?.uri ?? "";
  const relative = /^(?!\.\/|\/|[A-Za-z][A-Za-z0-9+.-]*:)(?:[\w.~!'()*/-]|%[0-9A-F]{2})+$/.test(uri);
  return relative && Object.values(region ?? {}).every((number) => Number(number) >= 1);
}

const runOf = (text: string) => {
  const [run] = read(text).runs;
  return {
    columnKind: run?.columnKind,
    results: run?.results ?? [],
    notifications: run?.invocations?.[0]?.toolExecutionNotifications ?? [],
    successful: run?.invocations?.[0]?.executionSuccessful,
  };
};

describe("places (github/codeql-action#2829, r-lib/lintr#2550)", () => {
  const bad = manifest('    rooms:\n      - { name: "🎉🎉", topik: x }\n');

  async function validateIn(cwd: string, line: string, stdin = "") {
    return runOf((await cli(line.split(" "), { cwd, stdin, connectors: [fakeSystem().connector] })).stdout);
  }

  test("a path is relative to the repository, percent-encoded, and its column counts UTF-16 code units", async () => {
    const root = repositoryOf({ "deploy/m/a b.yaml": bad, "deploy/m/empty.yaml": "" });
    const { columnKind, results } = await validateIn(join(root, "deploy"), "validate -f ./m -o sarif");
    expect(columnKind).toBe("utf16CodeUnits");
    const line = bad.split("\n")[7] as string;
    expect(results.map(({ locations }) => locations?.[0]?.physicalLocation)).toEqual([
      {
        artifactLocation: { uri: "deploy/m/a%20b.yaml" },
        region: { startLine: 8, startColumn: line.indexOf("topik") + 1 },
      },
    ]);
  });

  test.each(["a:b.yaml", "#1?.yaml", "%41.yaml", "ä漢🎉.yaml", "-.yaml"])(
    "a file called %s decodes to its name",
    async (name) => {
      const root = repositoryOf({ [`m/${name}`]: bad });
      const { results } = await validateIn(root, "validate -f m -o sarif");
      const uri = results[0]?.locations?.[0]?.physicalLocation?.artifactLocation?.uri ?? "";
      expect(decodeURIComponent(uri)).toBe(`m/${name}`);
    },
  );

  test("standard input and a file outside the repository are notifications that say where, since one result without a place makes GitHub refuse all", async () => {
    const root = repositoryOf({ "m/x.yaml": bad });
    const outside = place({ "out.yaml": bad }).folder;
    const piped = await validateIn(root, "validate -f - -o sarif", bad);
    expect(piped.results).toEqual([]);
    expect(piped.notifications[0]?.message.text).toMatch(/^<stdin>:8:25: Unknown field "topik"/);
    const far = await validateIn(root, `validate -f ${outside} -o sarif`);
    expect(far.notifications[0]?.message.text).toContain(`${join(outside, "out.yaml")}:8:25: `);
    const nowhere = await validateIn(root, "validate -f missing -o sarif");
    expect(nowhere.notifications).toMatchObject([{ level: "error", associatedRule: { id: "FileNotFound" } }]);
  });

  test("without a repository, paths are relative to the working folder", async () => {
    const { results } = await validateIn(place({ "m/x.yaml": bad }).folder, "validate -o sarif");
    expect(results[0]?.locations?.[0]?.physicalLocation?.artifactLocation?.uri).toBe("m/x.yaml");
  });
});

describe("limits", () => {
  const problems = (count: number, message = (n: number) => `Wrong ${n}.`): Problem[] =>
    Array.from({ length: count }, (_, n) => ({
      code: "UnknownField",
      message: message(n),
      file: "m/a.yaml",
      line: n + 1,
      path: `/spec/${n}`,
    }));

  test("of 30,000 errors 25,000 stay, and the file and stderr say how many do not", () => {
    const { text, cut } = problemsSarif(problemInput(problems(30_000)));
    const { results, notifications } = runOf(text);
    expect(results).toHaveLength(25_000);
    expect(cut).toMatch(/^Not listed: 5000 errors\. /);
    expect(notifications).toEqual([{ level: "warning", message: { text: cut } }]);
  });

  test("the file stays below 10 MB compressed, whatever the messages hold", () => {
    // Longer than what gzip looks back to (32 KB), so that repeating it saves nothing.
    let seed = 1;
    const noise = Array.from({ length: 40_000 }, () => {
      seed = (seed * 48271) % 2147483647;
      return String.fromCharCode(0x4e00 + (seed % 20_000));
    }).join("");
    const message = (n: number) => noise.slice((n % 9) * 4000, (n % 9) * 4000 + 4000);
    const { text, cut } = problemsSarif(problemInput(problems(1500, message)));
    expect(gzipSync(text).length).toBeLessThanOrEqual(10_000_000);
    expect(cut).toContain("Not listed: ");
  });

  test("a delete that comes last stays, and an error goes before a note", () => {
    const creates = Array.from({ length: 26_000 }, (_, n) => ({ ...base, action: "create" as const, key: `c${n}` }));
    const held = { ...base, action: "blocked" as const, intended: "update" as const, reason: "Ambiguous", key: "held" };
    const gone = { ...base, action: "delete" as const, reason: "NotDeclared", key: "gone" };
    const { text } = planSarif(planInput(planOf(part([...creates, held, gone]))));
    const first = runOf(text).results.slice(0, 2);
    expect(first.map(({ message }) => message.text)).toEqual([
      expect.stringContaining("rooms/gone would be deleted"),
      expect.stringContaining("rooms/held update is blocked (Ambiguous)"),
    ]);
  });
});

test("plan, drift and show give a log of the same run; a kind that could not be read makes it unsuccessful", async () => {
  const { run, fake } = place({ ".git/HEAD": "", "acme.yaml": manifest(twoRooms) });
  const planned = runOf((await run("plan -o sarif")).stdout);
  expect(planned.successful).toBe(true);
  expect(planned.results.map(({ ruleId, level }) => [ruleId, level])).toEqual([
    ["Create", "note"],
    ["Create", "note"],
  ]);
  expect(planned.results[0]?.locations?.[0]?.physicalLocation).toEqual({
    artifactLocation: { uri: "acme.yaml" },
    region: { startLine: 8 },
  });
  await run("plan --out plan.json");
  expect(runOf((await run("show plan.json -o sarif")).stdout).results).toEqual(planned.results);
  fake.failRead("list rooms 1", "PERMISSION");
  const failed = runOf((await run("plan -o sarif")).stdout);
  expect(failed.successful).toBe(false);
  expect(failed.results).toMatchObject([{ ruleId: "PERMISSION", level: "error" }]);
});

test("a wrong manifest gives plan's reader a log too, and the message on stderr", async () => {
  const { run } = place({ "acme.yaml": manifest("    rooms: 1\n") });
  const { stdout, stderr, code } = await run("plan -o sarif");
  expect(runOf(stdout).results).toHaveLength(1);
  expect(stderr).toContain("acme.yaml:7:");
  expect(code).toBe(1);
});

test("any text in any field gives a valid log, in which no value is a link", () => {
  fc.assert(
    fc.property(anyPlan, fc.array(anyProblem, { maxLength: 6 }), (plan, problems) => {
      for (const { text } of [planSarif(planInput(plan)), problemsSarif(problemInput(problems))]) {
        const { results, notifications } = runOf(text);
        for (const { message } of [...results, ...notifications]) expect(message.text).not.toContain("](");
      }
    }),
    tries(200),
  );
});
