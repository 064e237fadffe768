/** `validate` and `init`. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cli, folderOf } from "../support/cli.ts";
import { manifest, place, twoRooms } from "./fixture.ts";

describe("validate", () => {
  test("says what it read, and asks no system", async () => {
    const { fake, run } = place({ "acme.yaml": manifest(twoRooms), "other.yaml": "a: 1\n" });
    const { code, stdout, stderr } = await run("validate");
    expect(stdout).toBe("1 manifest is valid (2 files read, 1 other document passed over).\n");
    expect({ code, stderr, reads: fake.reads }).toEqual({ code: 0, stderr: "", reads: [] });
  });

  test("shows each problem with its line on stderr, and nothing on stdout", async () => {
    const { run } = place({
      "acme.yaml": manifest("    rooms:\n      - name: a\n        topik: b\n        size: x\n"),
    });
    const { code, stdout, stderr } = await run("validate");
    expect(stderr).toContain("acme.yaml:9:");
    expect(stderr).toContain("acme.yaml:10:");
    expect(stderr).toContain("2 problems in 1 file.");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });

  test("-o json holds the counts and the problems", async () => {
    const good = await place().run("validate -o json");
    expect(JSON.parse(good.stdout)).toEqual({
      valid: true,
      files: 1,
      manifests: 1,
      skipped: 0,
      unchecked: [],
      problems: [],
    });
    const bad = await place({ "a.yaml": manifest("    rooms: 1\n") }).run("validate -o json");
    expect(JSON.parse(bad.stdout)).toMatchObject({ valid: false, problems: [{ file: "a.yaml", line: 7 }] });
    expect({ code: bad.code, stderr: bad.stderr }).toEqual({ code: 1, stderr: "" });
  });

  test("a folder without manifests is an error that names init", async () => {
    const { code, stderr } = await place({}).run("validate");
    expect(stderr).toContain("plumbline init");
    expect(code).toBe(1);
  });

  describe("with a connector of one's own", () => {
    const files = {
      "plumbline.config.yaml": "connectors: [./own.mjs]\n",
      "own.mjs": `globalThis.ownConnectorRan = (globalThis.ownConnectorRan ?? 0) + 1;
export default {
  platform: "own", title: "Own",
  connection: { type: "object", additionalProperties: false, properties: {} },
  credentials: { type: "object", additionalProperties: false, properties: {} },
  open: () => ({ reader: {}, writer: {} }),
  check: async () => ({}),
};
`,
      "own.yaml": manifest("    {}\n")
        .replace("platform: fake", "platform: own")
        .replace("resources:\n    {}", "connection: { x: 1 }"),
    };
    const ran = () => (globalThis as { ownConnectorRan?: number }).ownConnectorRan ?? 0;

    test("runs no code, and says what went unchecked", async () => {
      const before = ran();
      const { code, stdout, stderr } = await cli(["validate"], { cwd: folderOf(files) });
      expect(stdout).toContain("1 manifest is valid");
      expect(stderr).toContain("of own were not checked");
      expect(stderr).toContain("--load-connectors");
      expect(code).toBe(0);
      expect(ran()).toBe(before);
    });

    test("--load-connectors runs it, and checks all", async () => {
      const before = ran();
      const { code, stderr } = await cli(["validate", "--load-connectors"], { cwd: folderOf(files) });
      expect(stderr).toContain('Unknown field "x"');
      expect(code).toBe(1);
      expect(ran()).toBe(before + 1);
    });

    test("a module that cannot be used is one clear error", async () => {
      const cwd = folderOf({ ...files, "own.mjs": "export default 1;\n" });
      const { code, stderr } = await cli(["validate", "--load-connectors"], { cwd });
      expect(stderr).toMatch(/^plumbline: The connector module ".\/own.mjs" cannot be used: /);
      expect(code).toBe(1);
    });
  });
});

describe("init", () => {
  test("makes a folder on which validate passes, and says what comes next", async () => {
    const cwd = folderOf();
    const { code, stdout, stderr } = await cli(["init"], { cwd });
    expect(stdout).toContain("+ manifests/slack.yaml\n");
    expect(stderr).toContain("plumbline validate");
    expect(code).toBe(0);
    const checked = await cli(["validate"], { cwd });
    expect(checked).toMatchObject({ code: 0, stderr: "", stdout: "3 manifests are valid (3 files read).\n" });
  });

  test("its manifests point editors at a schema that is there", async () => {
    const cwd = folderOf();
    await cli(["init", "infra"], { cwd });
    for (const name of readdirSync(join(cwd, "infra/manifests"))) {
      const text = readFileSync(join(cwd, "infra/manifests", name), "utf8");
      const schema = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text)?.[1] ?? "";
      expect(existsSync(join(cwd, "infra/manifests", schema))).toBe(true);
    }
  });

  test("leaves what is there as it is", async () => {
    const cwd = folderOf({ "manifests/slack.yaml": "mine\n", ".gitignore": "mine\n" });
    const { code, stdout, stderr } = await cli(["init"], { cwd });
    expect(readFileSync(join(cwd, "manifests/slack.yaml"), "utf8")).toBe("mine\n");
    expect(stdout).toContain("= manifests/slack.yaml  was there, left as it is");
    expect(stdout).toContain("+ manifests/github.yaml");
    expect(stderr).toContain("Make sure that .gitignore names .plumbline/");
    expect(code).toBe(0);
  });

  test("keeps the state out of Git and bounds what manifests may name", async () => {
    const cwd = folderOf();
    await cli(["init"], { cwd });
    expect(readFileSync(join(cwd, ".gitignore"), "utf8")).toContain("\n.plumbline/\n");
    expect(readFileSync(join(cwd, "plumbline.config.yaml"), "utf8")).toMatch(/allow:\n {2}env:.*files:.*hosts:/s);
  });
});
