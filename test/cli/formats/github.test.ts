/** Annotations as GitHub's runner reads them back. */
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planAnnotations, problemAnnotations } from "../../../src/cli/formats/github.ts";
import { fromWorkspace } from "../../../src/cli/formats/places.ts";
import { planFindings } from "../../../src/cli/formats/plan-findings.ts";
import { problemFindings } from "../../../src/cli/formats/problem-findings.ts";
import type { Problem } from "../../../src/manifests/types.ts";
import { cli } from "../../support/cli.ts";
import { fakeSystem } from "../../support/fakes.ts";
import { tries } from "../../support/tries.ts";
import { manifest, place } from "../fixture.ts";
import { anyPlan, anyProblem, base, part, planInput, planOf, problemInput, repositoryOf } from "./fixture.ts";
import { commandsIn } from "./runner.ts";

const inGithub = { GITHUB_ACTIONS: "true" };

test("a path and a value full of commands give one annotation a problem, and no other command", async () => {
  const value = '"x\\n::add-mask::x\\n::error::boo ##[add-mask]y"';
  const file = "we,ird:100%.yaml";
  const { run } = place({ ".git/HEAD": "", [file]: manifest(`    rooms:\n      - name: a\n        size: ${value}\n`) });
  const { stdout, code } = await run("validate -o github", { env: inGithub });
  expect(stdout).toMatch(/^::error file=we%2Cird%3A100%25\.yaml,line=9,endLine=9,title=[A-Za-z]+::.*\n$/);
  expect(commandsIn(stdout)).toMatchObject([{ name: "error", properties: { file } }]);
  expect(code).toBe(1);
});

test("paths are relative to GITHUB_WORKSPACE where the working folder lies in it, else to the repository", async () => {
  const root = repositoryOf({ "inner/.git/HEAD": "", "inner/m/a.yaml": manifest("    rooms: 1\n") });
  const file = async (workspace: string) => {
    const env = { ...inGithub, GITHUB_WORKSPACE: workspace };
    const options = { cwd: join(root, "inner"), env, connectors: [fakeSystem().connector] };
    const { stdout } = await cli(["validate", "-f", "m", "-o", "github"], options);
    return commandsIn(stdout)[0]?.properties.file;
  };
  expect(await file(root)).toBe("inner/m/a.yaml");
  expect(await file("/elsewhere")).toBe("m/a.yaml");
});

test("nothing wrong, nothing said", async () => {
  const { stdout, stderr, code } = await place().run("validate -o github", { env: inGithub });
  expect({ stdout, stderr, code }).toEqual({ stdout: "", stderr: "", code: 0 });
});

describe("ten of a kind are shown", () => {
  const problem = (n: number): Problem => ({
    code: "C",
    message: `Wrong ${n} ##[error]x`,
    file: "a.yaml",
    line: n + 1,
  });
  const render = (count: number) =>
    problemAnnotations(problemInput(Array.from({ length: count }, (_, n) => problem(n))));

  test("ten errors are ten annotations", () => {
    const { text, cut } = render(10);
    expect(commandsIn(text)).toHaveLength(10);
    expect(cut).toBe(undefined);
  });

  test("of twelve the tenth says that there are three more, which follow as lines without a command", () => {
    const { text, cut } = render(12);
    expect(commandsIn(text)).toHaveLength(10);
    expect(commandsIn(text)[9]?.data).toMatch(/^3 more: /);
    expect(text.split("\n").slice(10)).toEqual([
      "error: a.yaml:10: Wrong 9 ##\\u005berror]x",
      "error: a.yaml:11: Wrong 10 ##\\u005berror]x",
      "error: a.yaml:12: Wrong 11 ##\\u005berror]x",
      "",
    ]);
    expect(cut).toMatch(/^3 have no annotation: /);
  });

  test("of 30,000 the log gets a thousand lines and the number of the others", () => {
    const lines = render(30_000).text.trimEnd().split("\n");
    expect(lines).toHaveLength(10 + 1000 + 1);
    expect(lines.at(-1)).toMatch(/^and 28991 more/);
  });

  test("a delete comes first among the warnings, wherever it stands in the plan", () => {
    const drifts = Array.from({ length: 20 }, (_, n) => ({ ...base, cause: "drift" as const, key: `d${n}` }));
    const gone = { ...base, action: "delete" as const, reason: "NotDeclared", key: "gone" };
    const { text } = planAnnotations(planInput(planOf(part([...drifts, gone]))));
    expect(commandsIn(text)[0]).toMatchObject({ name: "warning", data: expect.stringContaining("rooms/gone") });
  });
});

test("any text in any field gives only annotations, each with its whole message", () => {
  const own = ["file", "line", "endLine", "title"];
  const where = { cwd: "/nowhere/repository", env: {} };
  fc.assert(
    fc.property(anyPlan, fc.array(anyProblem, { maxLength: 9 }), (plan, problems) => {
      const cases = [
        { text: planAnnotations(planInput(plan)).text, all: planFindings(planInput(plan), fromWorkspace(where)) },
        {
          text: problemAnnotations(problemInput(problems)).text,
          all: problemFindings({ problems, files: [] }, fromWorkspace(where)),
        },
      ];
      for (const { text, all } of cases) {
        const lines = text.split(/\r\n|\r|\n/).slice(0, -1);
        const commands = commandsIn(text);
        expect(commands).toHaveLength(lines.filter((line) => line.startsWith("::")).length);
        for (const { name, properties } of commands) {
          expect(["error", "warning", "notice"]).toContain(name);
          expect(Object.keys(properties).filter((key) => !own.includes(key))).toEqual([]);
        }
        const findings = all.filter(({ level }) => level !== "none");
        expect(lines.length).toBeGreaterThanOrEqual(findings.length);
        if (findings.length > 10) continue;
        expect(commands.map(({ data }) => data).sort()).toEqual(findings.map(({ message }) => message).sort());
      }
    }),
    tries(300),
  );
});
