import fc from "fast-check";
import { dump } from "js-yaml";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { MAX_ALIASED_VALUES } from "../../src/manifests/compose.ts";
import type { DocumentPath } from "../../src/manifests/types.ts";
import { parseYaml, type YamlDocument } from "../../src/manifests/yaml.ts";
import { tries } from "../support/tries.ts";

function only(text: string): YamlDocument {
  const { documents, fault } = parseYaml(text);
  expect(fault).toBeUndefined();
  expect(documents).toHaveLength(1);
  return documents[0] as YamlDocument;
}

function read(text: string): unknown {
  const document = only(text);
  expect(document.faults).toEqual([]);
  return document.value;
}

/** The codes of all faults, with the line and column of each. */
function faultsOf(text: string): string[] {
  const { source, documents, fault } = parseYaml(text);
  const faults = fault ? [fault] : documents.flatMap((document) => document.faults);
  return faults.map(({ code, offset }) => {
    const { line, column } = source.position(offset);
    return `${code} ${line}:${column}`;
  });
}

/** A short bomb: each level is ten times the level before. */
function bomb(levels: number): string {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < levels; level++) {
    lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(", ")}]`);
  }
  return `${lines.join("\n")}\n`;
}

describe("values", () => {
  test.each<{ typed: string; value: unknown }>([
    { typed: "5319e7", value: 5319e7 },
    { typed: "008672", value: 8672 },
    { typed: "1.10", value: 1.1 },
    { typed: "yes", value: "yes" },
    { typed: "on", value: "on" },
    { typed: "0052cc", value: "0052cc" },
    { typed: "2026-11-25", value: "2026-11-25" },
    { typed: "~", value: null },
    { typed: "True", value: true },
    { typed: "trues", value: "trues" },
    { typed: "0x1F", value: 31 },
    { typed: "-", value: "-" },
    { typed: ".inf", value: Number.POSITIVE_INFINITY },
    { typed: "12:30", value: "12:30" },
  ])("$typed unquoted is $value in YAML 1.2, and keeps its text", ({ typed, value }) => {
    const document = only(`a: ${typed === "-" ? '"-"' : typed}\n`);
    expect(document.value).toEqual({ a: value });
    if (typed !== "-") expect(document.typed(["a"])).toBe(typed);
  });

  test("a quoted value has no text as typed", () => {
    expect(only('a: "5319e7"\n').typed(["a"])).toBeUndefined();
  });

  test("names that every object inherits are own properties and change no prototype", () => {
    const value = read("constructor: 1\ntoString: 2\n__proto__: { prune: true }\nhasOwnProperty: 4\n") as object;
    expect(Object.keys(value)).toEqual(["constructor", "toString", "__proto__", "hasOwnProperty"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect((value as { prune?: unknown }).prune).toBeUndefined();
  });

  test("an alias is a copy that shares nothing with its anchor", () => {
    const { a, b } = read("a: &x { list: [{ n: 1 }] }\nb: *x\n") as Record<string, { list: { n: number }[] }>;
    expect(b).toEqual(a);
    expect(b?.list).not.toBe(a?.list);
    expect(b?.list[0]).not.toBe(a?.list[0]);
  });

  test("an alias inside an anchor means what it meant there, even if the name is given anew", () => {
    expect(read("a: &a 1\nb: &b { v: *a }\nc: &a 2\nd: *b\n")).toEqual({ a: 1, b: { v: 1 }, c: 2, d: { v: 1 } });
  });

  test("merge keys give what the map lacks, the first of a list wins, and nothing is shared", () => {
    const text = "x: &x { a: 1, b: [1] }\ny: &y { a: 2, c: 2 }\nz:\n  c: 3\n  <<: [*x, *y]\nw: { <<: *x, a: 9 }\n";
    const value = read(text) as Record<string, Record<string, unknown>>;
    expect(value.z).toEqual({ a: 1, b: [1], c: 3 });
    expect(value.w).toEqual({ a: 9, b: [1] });
    expect(value.z?.b).not.toBe(value.x?.b);
    expect(value.z?.b).not.toBe(value.w?.b);
  });

  test("a quoted << is a name and no merge key", () => {
    expect(read('"<<": 1\n')).toEqual({ "<<": 1 });
  });

  test.each(["\n", "\r\n", "\r"])("block text ends its lines with LF whatever the file does (%j)", (end) => {
    expect(read(["a: |", "  one", "  two", "b: 1", ""].join(end))).toEqual({ a: "one\ntwo\n", b: 1 });
  });

  test("a byte order mark may stand before the first and before a later document", () => {
    const { documents } = parseYaml("\uFEFFa: 1\n---\n\uFEFFb: 2\n\uFEFF---\nc: 3\n");
    expect(documents.map(({ value }) => value)).toEqual([{ a: 1 }, { b: 2 }, { c: 3 }]);
  });

  test("JSON with tabs is read", () => {
    expect(read('{\n\t"a": [\n\t\t1,\n\t\t"\\u00e9\\/"\n\t]\n}\n')).toEqual({ a: [1, "é/"] });
  });
});

describe("faults", () => {
  test.each<{ name: string; text: string; faults: string[] }>([
    { name: "a key that is there twice", text: "a: 1\nb: 2\na: 3\n", faults: ["DuplicateKey 3:1"] },
    {
      name: "two keys that are there twice",
      text: "a: 1\na: 2\nb: { c: 1, c: 2 }\n",
      faults: ["DuplicateKey 2:1", "DuplicateKey 3:12"],
    },
    { name: "a key that is a number", text: "a:\n  1: x\n", faults: ["KeyNotString 2:3"] },
    { name: "a key that is a list", text: "[a]: x\n", faults: ["KeyNotString 1:1"] },
    { name: "a standard tag", text: "a: !!str 5\n", faults: ["TagNotAllowed 1:4"] },
    { name: "somebody's tag on a list", text: "a: !foo [1]\n", faults: ["TagNotAllowed 1:4"] },
    { name: "YAML 1.1", text: "%YAML 1.1\n---\na: 1\n", faults: ["YamlVersion 1:1"] },
    { name: "an alias without an anchor", text: "a: *b\n", faults: ["UnknownAlias 1:4"] },
    { name: "an alias inside its own anchor", text: "a: &a [1, *a]\n", faults: ["CyclicAlias 1:11"] },
    { name: "a merge of a list of words", text: "<<: [x]\n", faults: ["MergeNotMap 1:5"] },
    { name: "a tab as indentation", text: "a:\n\tb: 1\n", faults: ["TabIndentation 2:1"] },
    { name: "a tab after blanks", text: "a:\n  b: 1\n \tc: 2\n", faults: ["TabIndentation 3:2"] },
    { name: "an open bracket", text: "a: [1,\nb: 2\n", faults: ["YamlSyntax 2:1"] },
    { name: "an open quote", text: 'a: "x\nb: 2\n', faults: ["YamlSyntax 2:1"] },
    { name: "a colon in a value", text: "a: b: c\n", faults: ["YamlSyntax 1:5"] },
    { name: "an at sign", text: "a: @b\n", faults: ["YamlSyntax 1:4"] },
    { name: "a NUL", text: "a: \0\n", faults: ["YamlSyntax 1:4"] },
    { name: "too deep a nesting", text: "[".repeat(200), faults: ["TooDeep 1:100"] },
  ])("$name is one fault at its place", ({ text, faults }) => {
    expect(faultsOf(text)).toEqual(faults);
  });

  test("the fault of a key that is there twice names the first line", () => {
    expect(only("x:\n  a: 1\n  b: 2\n  a: 3\n").faults[0]?.message).toBe('The key "a" is already on line 2.');
  });

  test("a byte order mark takes no column, and CRLF is one line end", () => {
    expect(faultsOf("\uFEFFa: @b\r\n")).toEqual(["YamlSyntax 1:4"]);
    expect(faultsOf("a: 1\r\nb: 2\r\nc: @d\r\n")).toEqual(["YamlSyntax 3:4"]);
  });

  test("a document that its aliases make too large is refused before it is built", () => {
    expect(faultsOf(bomb(9)).map((fault) => fault.split(" ")[0])).toEqual(["TooManyAliases"]);
    expect(faultsOf(bomb(4))).toEqual([]);
    expect(MAX_ALIASED_VALUES).toBe(100_000);
  });

  test("aliases cannot nest deeper than a document may", () => {
    const lines = ["a0: &a0 [x]"];
    for (let level = 1; level < 200; level++) lines.push(`a${level}: &a${level} [*a${level - 1}]`);
    expect(faultsOf(lines.join("\n")).map((fault) => fault.split(" ")[0])).toEqual(["TooDeep"]);
  });

  test("no fault repeats what could be a password", () => {
    for (const text of ["p: *hunter2\n", "p: !hunter2 x\n", "p: !a!hunter2 x\n", "p: &hunter2! @\n", "p: `hunter2\n"]) {
      const { documents, fault } = parseYaml(text);
      const faults = fault ? [fault] : documents.flatMap((document) => document.faults);
      expect(faults.length).toBeGreaterThan(0);
      for (const each of faults) expect(`${each.message} ${each.remedy}`).not.toContain("hunter2");
    }
  });

  test("a faulty document hides none of the next one's faults", () => {
    expect(faultsOf("a: *b\n---\nc: 1\nc: 2\n---\nd: 1\n")).toEqual(["UnknownAlias 1:4", "DuplicateKey 4:1"]);
  });
});

describe("positions", () => {
  const text = [
    "# comment", // 1
    "a: &x", // 2
    "  b: 'q'", // 3
    "  c: |  # note | x", // 4
    "    text", // 5
    "list:", // 6
    "  - n: 1", // 7
    "  -", // 8
    '  - [1, "two"]', // 9
    "  # - no", // 10
    "  -", // 11
    "  - last", // 12
    "alias: *x", // 13
    "merged:", // 14
    "  <<: *x", // 15
    "  d:", // 16
  ].join("\n");

  test.each<{ path: DocumentPath; at: string }>([
    { path: [], at: "2:1" },
    { path: ["a"], at: "3:3" },
    { path: ["a", "b"], at: "3:6" },
    { path: ["a", "c"], at: "4:6" },
    { path: ["list"], at: "7:3" },
    { path: ["list", 0, "n"], at: "7:8" },
    { path: ["list", 1], at: "8:3" },
    { path: ["list", 2, 1], at: "9:9" },
    { path: ["list", 3], at: "11:3" },
    { path: ["list", 4], at: "12:5" },
    { path: ["alias", "b"], at: "3:6" },
    { path: ["merged", "c"], at: "4:6" },
    { path: ["merged", "d"], at: "16:3" },
    { path: ["merged", "nothing", 3], at: "15:3" },
  ])("$path stands at $at", ({ path, at }) => {
    const { line, column } = only(text).locate(path);
    expect(`${line}:${column}`).toBe(at);
  });

  test("documents of one text are told apart however they are asked", () => {
    const { documents } = parseYaml("a: 1\n---\n\n  a: 2\n---\nb: 3\n");
    const lines = [2, 0, 1, 0].map((index) => documents[index]?.locate(["a"]).line);
    expect(lines).toEqual([6, 1, 4, 1]);
  });
});

const key = fc.oneof(
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "name",
    "<<x",
    "a b",
    "1",
    "true",
    "null",
    "",
    "~",
    "é",
    "# x",
  ),
  fc.string({ maxLength: 8 }),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom("5319e7", "yes", "a\nb\n", " x"),
    ),
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(key, tie("tree"), { maxKeys: 4 }),
  ),
}));

/** Values as JSON, so that `-0` and missing prototypes do not matter. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Visits each string of a value. */
function strings(value: unknown, path: DocumentPath = []): [DocumentPath, string][] {
  if (typeof value === "string") return [[path, value]];
  if (Array.isArray(value)) return value.flatMap((item, index) => strings(item, [...path, index]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => strings(item, [...path, name]));
}

describe("for any value", () => {
  test("what js-yaml or yaml writes reads back equal", () => {
    fc.assert(
      fc.property(tree, (value) => {
        for (const text of [
          dump(value, { noRefs: true }),
          stringify(value, { version: "1.2" }),
          JSON.stringify(value, null, "\t"),
        ]) {
          expect(plain(read(text)), text).toEqual(plain(value));
        }
      }),
      tries(300),
    );
  });

  test("line ends and a byte order mark change no value that JSON can write", () => {
    fc.assert(
      fc.property(tree, (value) => {
        const text = JSON.stringify(value, null, 2);
        expect(plain(read(`\uFEFF${text.replaceAll("\n", "\r\n")}\r\n`))).toEqual(plain(value));
      }),
      tries(200),
    );
  });

  test("the position of each string points at its text", () => {
    fc.assert(
      fc.property(tree, (value) => {
        const text = JSON.stringify(value, null, 2);
        const document = only(text);
        const lines = text.split("\n");
        for (const [path, each] of strings(value)) {
          const { line, column } = document.locate(path);
          expect(lines[line - 1]?.slice(column - 1)).toMatch(/^"/);
          expect(lines[line - 1]?.slice(column - 1).startsWith(JSON.stringify(each))).toBe(true);
        }
      }),
      tries(200),
    );
  });
});

test("any text is a value or a fault with a place, never a crash", () => {
  const piece = fc.constantFrom(
    "a",
    ": ",
    "- ",
    "\n",
    "  ",
    "\t",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&a ",
    "*a",
    "<<: ",
    "|",
    ">",
    "'",
    '"',
    "#",
    "!",
    "%",
    "?",
    "---\n",
    "...",
    "\r\n",
    "\uFEFF",
    "1",
    "~",
    "\\",
    "é",
    "\0",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join("")),
  );
  fc.assert(
    fc.property(text, (input) => {
      const { source, documents, fault } = parseYaml(input);
      for (const each of fault ? [fault] : documents.flatMap((document) => document.faults)) {
        expect(each.message).not.toBe("");
        expect(source.position(each.offset).line).toBeGreaterThan(0);
        expect(source.position(each.offset).column).toBeGreaterThan(0);
      }
      for (const document of documents) expect(document.locate(["a", 0]).line).toBeGreaterThan(0);
    }),
    tries(3000),
  );
});
