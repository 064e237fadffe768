/** JUnit XML, read by a strict reader of our own, and by xmllint where it is there. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planJunit, problemsJunit } from "../../../src/cli/formats/junit.ts";
import type { PlanInput } from "../../../src/cli/formats/types.ts";
import { tries } from "../../support/tries.ts";
import { manifest, place, twoRooms } from "../fixture.ts";
import { anyPlan, anyProblem, base, part, planInput, planOf, problemInput } from "./fixture.ts";
import { type Element, readXml } from "./xml.ts";

const schema = join(import.meta.dirname, "junit.xsd");
const xmllint = spawnSync("xmllint", ["--version"]).status === 0;
const MISSING = "xmllint is not installed (Debian: libxml2-utils): the schema goes unchecked, well-formedness does not";

interface Case {
  suite: string;
  name: string;
  classname: string;
  /** `passed`, `failure`, `error` or `skipped`. */
  verdict: string;
  message: string;
  file: string | undefined;
  line: string | undefined;
}

/** @returns the cases, after the checks of what every reader wants. */
function casesOf(document: string): Case[] {
  const root = readXml(document);
  expect(root.name).toBe("testsuites");
  expect(root.attributes.name).toMatch(/^plumbline (validate|plan|drift|show)$/);
  const cases = root.children.flatMap((suite) => suite.children.map((one) => caseOf(suite, one)));
  expect(cases.length).toBeGreaterThan(0);
  expect(root.attributes).toMatchObject({ ...tally(cases), time: "0" });
  for (const suite of root.children) {
    const own = cases.filter((one) => one.suite === suite.attributes.name);
    expect(suite.attributes).toMatchObject({ ...tally(own), time: "0" });
  }
  const names = cases.map(({ classname, name }) => JSON.stringify([classname, name]));
  expect(new Set(names).size).toBe(names.length);
  return cases;
}

function caseOf(suite: Element, { attributes, children }: Element): Case {
  const [inner] = children;
  const { name = "", classname = "", file, line } = attributes;
  const verdict = inner?.name === "system-out" ? "passed" : (inner?.name ?? "");
  return { suite: suite.attributes.name ?? "", name, classname, verdict, message: inner?.text ?? "", file, line };
}

function tally(cases: readonly Case[]) {
  const of = (verdict: string) => String(cases.filter((one) => one.verdict === verdict).length);
  return { tests: String(cases.length), failures: of("failure"), errors: of("error") };
}

function lint(document: string): string {
  return spawnSync("xmllint", ["--noout", "--schema", schema, "-"], {
    input: document,
    encoding: "utf8",
  }).stderr.trim();
}

describe("text that XML 1.0 has not (reticlehq/reticle#69)", () => {
  const topic = "\u001b[31mred\u0000 ]]> \uFFFE & 🎉";
  const shown = "\\u001b[31mred\\u0000 ]]> \\ufffe & 🎉";
  const written = JSON.stringify(topic).replace("\uFFFE", "\\ufffe");

  test("a topic comes as text that shows what it holds, and the counts are those of a harmless one", async () => {
    const rooms = (text: string) => `    rooms:\n      - { name: incidents, topic: ${text} }\n`;
    const odd = await place({ "acme.yaml": manifest(rooms(written)) }).run("plan -o junit");
    const plain = await place({ "acme.yaml": manifest(rooms("plain")) }).run("plan -o junit");
    const [one, ...more] = casesOf(odd.stdout);
    expect(more).toEqual([]);
    expect(one?.message).toContain(shown);
    expect(one).toMatchObject({ suite: "acme", name: "rooms/incidents", file: "acme.yaml", line: "8" });
    expect(readXml(odd.stdout).attributes).toEqual(readXml(plain.stdout).attributes);
  });

  test.each(["&amp;", "&word;", "&#0;", "<![CDATA[", "%26", "]]&gt;"])("%s reads back as what it is", (key) => {
    const [one] = casesOf(planJunit(planInput(planOf(part([{ ...base, key }], { name: key })))).text);
    expect(one).toMatchObject({ suite: key, classname: key, name: `rooms/${key}` });
    expect(one?.message).toBe(`${key}: rooms/${key} would be changed.`);
  });

  test("so does the answer of a system that refuses", () => {
    const error = { code: "PERMISSION", message: topic };
    const { text } = planJunit(planInput(planOf(part([], { error, failures: [{ kind: "rooms", ...error }] }))));
    expect(casesOf(text)).toMatchObject([
      { verdict: "error", message: `acme: ${shown}` },
      { verdict: "error", message: `acme: rooms could not be read: ${shown}` },
    ]);
  });
});

test("a plan without changes, and one without Integrations, has a case that passes", async () => {
  const { run, fake } = place();
  fake.addRoom({ name: "incidents", topic: "Sev 1 and 2" });
  fake.addRoom({ name: "releases" });
  await run("apply --auto-approve");
  expect(casesOf((await run("plan -o junit")).stdout)).toMatchObject([{ suite: "acme", verdict: "passed" }]);
  expect(casesOf((await run("drift -o junit")).stdout)).toMatchObject([{ name: "no drift", verdict: "passed" }]);
  expect(casesOf(planJunit(planInput(planOf())).text)).toMatchObject([{ verdict: "passed" }]);
});

test("validate has a suite a file: a case a problem, one that passes where nothing is wrong", async () => {
  const { run } = place({
    "a.yaml": manifest(twoRooms),
    "b.yaml": manifest("    rooms:\n      - { name: a, topik: b, size: x }\n").replace("acme", "other"),
  });
  const cases = casesOf((await run("validate -o junit")).stdout);
  expect(cases.map(({ suite, verdict, line }) => [suite, verdict, line])).toEqual([
    ["b.yaml", "failure", "8"],
    ["b.yaml", "failure", "8"],
    ["a.yaml", "passed", undefined],
  ]);
});

test.each<{ name: string; change: Partial<typeof base>; plan: string; drift: string }>([
  { name: "a change", change: {}, plan: "passed", drift: "failure" },
  { name: "drift", change: { cause: "drift" }, plan: "passed", drift: "failure" },
  {
    name: "held back by a brake",
    change: { action: "blocked", reason: "Ambiguous" },
    plan: "failure",
    drift: "failure",
  },
  { name: "as configured", change: { action: "blocked", reason: "Observe" }, plan: "skipped", drift: "failure" },
])("$name is $plan in plan and $drift in drift", ({ change, plan, drift }) => {
  const verdict = (command: PlanInput["command"]) =>
    casesOf(planJunit(planInput(planOf(part([{ ...base, ...change }])), { command })).text)[0]?.verdict;
  expect(verdict("plan")).toBe(plan);
  expect(verdict("drift")).toBe(drift);
});

test("of 30,000 problems as many stay as GitLab reads, and a last case says how many do not", () => {
  const problems = Array.from({ length: 30_000 }, (_, n) => ({
    code: "C",
    message: `Wrong ${n}.`,
    file: `${n % 9}.yaml`,
  }));
  const { text, cut } = problemsJunit(problemInput(problems));
  const cases = casesOf(text);
  expect(cases).toHaveLength(12_001);
  expect(cases.at(-1)).toMatchObject({ verdict: "skipped", message: cut });
  expect(cut).toContain("18000 errors");
  expect(Buffer.byteLength(text)).toBeLessThan(30_000_000);
});

test("long messages of many changes stay below 30 MB, and a delete at the end is there", () => {
  const long = '"&<>'.repeat(1000);
  const held = Array.from({ length: 1500 }, (_, n) => ({
    ...base,
    action: "blocked" as const,
    reason: "Ambiguous",
    key: `k${n}`,
    message: long,
  }));
  const gone = { ...base, action: "delete" as const, reason: "NotDeclared", key: "gone" };
  const { text, cut } = planJunit(planInput(planOf(part([...held, gone]))));
  expect(Buffer.byteLength(text)).toBeLessThan(30_000_000);
  expect(text).toContain('<testcase name="rooms/gone"');
  expect(cut).toContain("Not listed: ");
});

test("any text in any field gives a document that readers take", (context) => {
  const documents: string[] = [];
  fc.assert(
    fc.property(anyPlan, fc.array(anyProblem, { maxLength: 6 }), (plan, problems) => {
      for (const { text } of [planJunit(planInput(plan)), problemsJunit(problemInput(problems))]) {
        casesOf(text);
        expect(text).not.toMatch(/^\s*::|##\[/m);
        if (documents.length < 20) documents.push(text);
      }
    }),
    tries(200),
  );
  context.skip(!xmllint, MISSING);
  for (const document of documents) expect(lint(document)).toBe("- validates");
});

test("the schema refuses a root that is no testsuites, and a case without a name", (context) => {
  context.skip(!xmllint, MISSING);
  const { text } = planJunit(planInput(planOf(part([base]))));
  expect(lint(text)).toBe("- validates");
  expect(lint(text.replaceAll("testsuites", "testsuite"))).toContain("- fails to validate");
  expect(lint(text.replace(' name="rooms/a"', ""))).toContain("- fails to validate");
});

test.each([
  ["an ampersand", "<a>&</a>"],
  ["a control character", "<a>\u001b</a>"],
  ["the end of CDATA", "<a>]]></a>"],
  ["an element left open", "<a><b></a>"],
  ["two roots", "<a/><b/>"],
])("the strict reader refuses %s", (_, xml) => {
  expect(() => readXml(`<?xml version="1.0" encoding="UTF-8"?>${xml}`)).toThrow(Error);
});
