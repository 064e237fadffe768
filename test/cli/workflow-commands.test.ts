/** In a job of GitHub Actions no line of any output is a command, but for the format that is made of them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { planFormatNames } from "../../src/cli/formats/names.ts";
import { Output } from "../../src/cli/output.ts";
import { withoutCommands } from "../../src/cli/workflow-commands.ts";
import { yamlText } from "../../src/cli/yaml-text.ts";
import { tries } from "../support/tries.ts";
import { manifest, place } from "./fixture.ts";
import { anyText } from "./formats/fixture.ts";
import { commandsIn } from "./formats/runner.ts";

const env = { GITHUB_ACTIONS: "true" };

/** Texts in which commands are likely. */
const text = fc
  .array(fc.oneof(anyText, fc.constantFrom("::", "##[", "]", " ", "\t", "\n", "\r", "\u200b", "\u00a0", ":", "#")))
  .map((parts) => parts.join(""));

test.each([
  "::add-mask::x",
  "  ::error::boo",
  "a\r::error::b",
  "\u200b\u00a0::error::b",
  "::::",
  "a ##[add-mask]x",
  "##[##[error]x",
])("%j holds a command, and none when it is written", (line) => {
  expect(commandsIn(line)).not.toEqual([]);
  expect(commandsIn(withoutCommands(line))).toEqual([]);
});

test.each(["a::b::c", "std::vector", "## [x]", "", "a: :"])("%j holds none, and stays as it is", (line) => {
  expect(withoutCommands(line)).toBe(line);
});

test("no text holds a command afterwards, and JSON and YAML are the same data", () => {
  fc.assert(
    fc.property(text, (value) => {
      expect(commandsIn(withoutCommands(value))).toEqual([]);
      const json = withoutCommands(JSON.stringify({ value, [value]: 1 }, undefined, 2));
      expect(commandsIn(json)).toEqual([]);
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ value, [value]: 1 })));
      const yaml = withoutCommands(yamlText({ value }));
      expect(commandsIn(yaml)).toEqual([]);
      expect(parse(yaml)).toEqual(JSON.parse(JSON.stringify({ value })));
    }),
    tries(500),
  );
});

describe("what a command writes", () => {
  const bad = '"::error::boo ##[add-mask]x\\n::add-mask::y"';
  const wrapped = `${"word ".repeat(22)}::error::boo`;
  const files = {
    "acme.yaml": manifest(`    rooms:\n      - { name: a, topic: ${bad} }\n      - { name: b, topic: "${wrapped}" }\n`),
  };

  test.each(["text", "json", "yaml", ...planFormatNames.filter((name) => name !== "github")])(
    "plan -o %s holds no command, on stdout and stderr",
    async (format) => {
      const { stdout, stderr } = await place(files).run(`plan -o ${format}`, { env });
      expect(stdout).toContain("boo");
      expect(commandsIn(stdout + stderr)).toEqual([]);
    },
  );

  test.each(["text", "json", "yaml", "junit", "sarif", "codequality"])("nor does validate -o %s", async (format) => {
    const wrong = { "acme.yaml": manifest(`    rooms:\n      - { name: a, ${bad}: x }\n`) };
    const { stdout, stderr } = await place(wrong).run(`validate -o ${format}`, { env });
    expect(stdout + stderr).toContain("boo");
    expect(commandsIn(stdout + stderr)).toEqual([]);
  });

  test("nor does the answer to a command line, nor a message that was broken into lines", async () => {
    const { stderr } = await place().run(["plan", "##[error]x", "-o", "text"], { env });
    expect(stderr).toContain("##\\u005berror]x");
    const written: string[] = [];
    const sink = { write: (said: string) => written.push(said) };
    const output = new Output({ stdout: sink, stderr: sink, env }, { level: "info", plain: true });
    output.error("long\n    ::error::boo");
    output.print("  ::notice::boo");
    output.document("::warning::boo\n");
    expect(commandsIn(written.join(""))).toEqual([]);
    output.document("::warning::meant\n", true);
    expect(commandsIn(written.join(""))).toEqual([{ name: "warning", properties: {}, data: "meant" }]);
  });

  test("elsewhere everything stays as it is", async () => {
    const { stdout } = await place(files).run("plan -o json");
    expect(stdout).toContain("##[add-mask]x");
  });
});
