/**
 * What `validate` says of single mistakes: one problem each, at its place, with what is right.
 *
 * All of them are checked in one run, since that is what is promised: all errors of all files at once.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Problem } from "../../src/manifests/types.ts";
import { type CliResult, cli, program } from "../support/cli.ts";
import { placed } from "./mistakes.ts";

const rows = placed();
const folder = mkdtempSync(join(tmpdir(), "plumbline-mistakes-"));
const results: { source: CliResult; built: CliResult; text: CliResult; problems: Problem[] } = {
  source: { code: -1, stdout: "", stderr: "", exits: [] },
  built: { code: -1, stdout: "", stderr: "", exits: [] },
  text: { code: -1, stdout: "", stderr: "", exits: [] },
  problems: [],
};

beforeAll(async () => {
  for (const [name, text] of rows.flatMap(({ files }) => Object.entries(files))) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  results.source = await cli(["validate", "-o", "json"], { cwd: folder });
  results.text = await cli(["validate", "--no-color"], { cwd: folder, terminal: 400 });
  results.built = await program(["validate", "-o", "json"], { cwd: folder });
  results.problems = (JSON.parse(results.source.stdout) as { problems: Problem[] }).problems;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const problemsOf = (id: string): Problem[] => results.problems.filter(({ file }) => file?.startsWith(`${id}/`));

test("the examples are valid without a mistake", async () => {
  const { code, stderr } = await cli(["validate"], { cwd: join(import.meta.dirname, "../../manifests") });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

describe.each(rows)("$id $file: $code, $says", ({ id, file, code, says, path, line, column, source }) => {
  test("is one problem, at its place, with what was expected", () => {
    const problems = problemsOf(id);
    expect(problems.map((problem) => problem.message)).toHaveLength(1);
    const [problem] = problems;
    expect(problem).toMatchObject({ code, file: `${id}/${file}`, line, column });
    expect(`${problem?.message} ${problem?.remedy ?? ""}`).toContain(says);
    expect(problem?.path ?? "").toBe(path);
  });

  test("is shown with its line and a caret under its column", () => {
    const [problem] = problemsOf(id);
    const lines = results.text.stderr.split("\n");
    const head = lines.indexOf(`${id}/${file}:${line}:${column}  error  ${problem?.message}`);
    expect(head).toBeGreaterThanOrEqual(0);
    if (problem?.excerpt === undefined) return expect(source).toMatch(/./);
    const gutter = `  ${line} | `;
    expect(lines[head + 1]).toBe(`${gutter}${problem.excerpt}`.trimEnd());
    expect(lines[head + 2]).toBe(`${" ".repeat(gutter.length - 2)}| ${" ".repeat(column - 1)}^`);
    if (!problem.excerpt.includes("***")) expect(problem.excerpt).toBe(source);
    if (problem.remedy) expect(lines[head + 3]).toBe(`  help: ${problem.remedy}`);
  });
});

test("each mistake has its source line, but for documents whose faults hide it beside credentials", () => {
  const bare = results.problems.filter(({ excerpt }) => excerpt === undefined);
  expect(bare.map(({ code }) => code)).toEqual(["DuplicateKey"]);
});

test("no secret that was written in the clear is repeated, in no format", () => {
  const all = [results.source, results.built, results.text].map(({ stdout, stderr }) => stdout + stderr).join("");
  expect(all).not.toContain("ghp_0123456789");
  expect(all).not.toContain("hunter2");
});

test("all are found in one run, sorted by file, line and column, and it ends with 1", () => {
  const { problems } = results;
  expect(problems).toHaveLength(rows.length);
  const places = problems.map(({ file, line = 0, column = 0 }) => [file, line + 1e4, column + 1e4].join(":"));
  expect(places).toEqual(places.toSorted());
  expect(results.source).toMatchObject({ code: 1, stderr: "" });
  expect(results.text.stderr).toContain(`\n${rows.length} problems in ${rows.length} files.\n`);
});

test("the built program, whose schemas were compiled ahead, says the same of all of them", () => {
  expect(JSON.parse(results.built.stdout)).toEqual(JSON.parse(results.source.stdout));
  expect({ code: results.built.code, stderr: results.built.stderr }).toEqual({ code: 1, stderr: "" });
});

test("-o yaml says the same as JSON", async () => {
  const { load } = await import("js-yaml");
  const { stdout } = await cli(["validate", "-o", "yaml"], { cwd: folder });
  expect(load(stdout)).toEqual(JSON.parse(results.source.stdout));
});
