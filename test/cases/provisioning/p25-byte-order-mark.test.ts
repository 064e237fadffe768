/** Byte order marks and Windows line ends. Public reports: github.com/nodeca/js-yaml/issues/793 (2026), github.com/JuliaData/YAML.jl/issues/250 (2026). */
import { describe, expect, test } from "vitest";
import { cli, folderOf } from "../../support/cli.ts";
import { onSlack, slackManifest, validated } from "../stage.ts";

const BOM = "\uFEFF";
const good = slackManifest(`    channels:
      - name: incidents
        topic: |
          Sev 1
          and 2
      - name: releases
`);
const second = good
  .replace("name: acme }", "name: other }")
  .replace(/incidents/, "design")
  .replace(/releases/, "ideas");
const crlf = (text: string): string => text.replaceAll("\n", "\r\n");

const forms: readonly { form: string; of(text: string): string }[] = [
  { form: "a byte order mark", of: (text) => BOM + text },
  { form: "Windows line ends", of: crlf },
  { form: "both", of: (text) => BOM + crlf(text) },
  { form: "old Macintosh line ends", of: (text) => text.replaceAll("\n", "\r") },
];

describe.each(forms)("with $form", ({ of }) => {
  test("the file means the same as without", async () => {
    const stage = await onSlack({ "acme.yaml": of(good) });
    await stage.expectQuiet();
    const topic = (await stage.slack.channel("incidents"))?.topic as { value: string };
    expect(topic.value).not.toContain("\r");
    expect(topic.value.trim()).toBe("Sev 1\nand 2");
    stage.write("acme.yaml", good);
    expect((await stage.run("plan --detailed-exitcode")).code).toBe(0);
  });

  test.each([
    { wrong: good.replace("topic: |", "topik: |"), line: 12, column: 9 },
    { wrong: good.replace("apiVersion:", "apiVersoin:"), line: 1, column: 1 },
    { wrong: good.replace("v1alpha1", "v1alpha9"), line: 1, column: 13 },
    { wrong: good.replace("name: releases", "nam: releases"), line: 15, column: 9 },
    { wrong: good.replace("policy: { prune: true }", "policy: { prun: true }"), line: 8, column: 13 },
  ])("a mistake in line $line is at column $column", async ({ wrong, line, column }) => {
    const { problems } = await validated(of(wrong));
    expect(problems).toMatchObject([{ line, column }]);
  });

  test("two documents are two, with a byte order mark before the second one too", async () => {
    for (const between of ["---\n", `---\n${BOM}`, `...\n${BOM}`, `...\n${BOM}---\n`]) {
      const cwd = folderOf({ "acme.yaml": of(good + between + second) });
      const { code, stdout, stderr } = await cli(["validate"], { cwd });
      const said = "2 manifests are valid (1 file read).\n";
      expect({ code, stdout, stderr }, JSON.stringify(between)).toEqual({ code: 0, stdout: said, stderr: "" });
    }
  });
});

test.each([
  { name: "UTF-16", bytes: Buffer.from(BOM + good, "utf16le") },
  { name: "UTF-16", bytes: Buffer.from(good, "utf16le") },
  { name: "UTF-16", bytes: Buffer.from(BOM + good, "utf16le").swap16() },
  { name: "UTF-32", bytes: Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0]), utf32(good)]) },
])("$name is refused by its name", async ({ name, bytes }) => {
  const { code, problems } = await validated(bytes);
  expect(problems).toMatchObject([{ code: "NotUtf8", line: 1, column: 1, remedy: "Save it as UTF-8." }]);
  expect(problems[0]?.message).toContain(name);
  expect(code).toBe(1);
});

function utf32(text: string): Buffer {
  return Buffer.concat(
    [...text].map((character) => Buffer.from(Uint32Array.of(character.codePointAt(0) as number).buffer)),
  );
}
