/** The built program, started as people start it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderOf, program } from "../support/cli.ts";

const good = `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: acme }
spec:
  platform: slack
  credentials: { token: { env: SLACK_BOT_TOKEN } }
  resources:
    channels:
      - name: incidents
`;

test.each(["--version", "-v"])("%s prints the version", async (flag) => {
  const { code, stdout, stderr } = await program([flag], { cwd: folderOf() });
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test("validate reads standard input", async () => {
  const { code, stdout, stderr } = await program(["validate", "-f", "-"], { cwd: folderOf(), stdin: good });
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "1 manifest is valid (1 file read).\n", stderr: "" });
});

test("a wrong manifest ends with 1, its place on stderr", async () => {
  const cwd = folderOf({ "a.yaml": good.replace("name: incidents", "nam: incidents") });
  const { code, stdout, stderr } = await program(["validate"], { cwd });
  expect(stderr).toContain("a.yaml:9:9");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
});

test("every command answers --help", async () => {
  for (const name of [
    "init",
    "validate",
    "plan",
    "show",
    "apply",
    "drift",
    "get",
    "forget",
    "test",
    "connectors",
    "schema",
    "explain",
    "graph",
    "completion",
  ]) {
    const { code, stdout } = await program([name, "--help"], { cwd: folderOf() });
    expect(stdout).toContain("EXAMPLES");
    expect(code).toBe(0);
  }
});

test("init, validate, get and schema work from the built program", async () => {
  const cwd = folderOf();
  expect((await program(["init"], { cwd })).code).toBe(0);
  expect(await program(["validate"], { cwd })).toMatchObject({ code: 0, stderr: "" });
  expect((await program(["get"], { cwd })).stdout).toContain("acme-slack");
  expect(JSON.parse((await program(["schema", "slack"], { cwd })).stdout)).toHaveProperty("properties");
  expect((await program(["connectors"], { cwd })).stdout).toContain("GitHub");
});

test("init reminds of the state's folder only where .gitignore does not name it", async () => {
  const reminder = "Make sure that .gitignore names .plumbline/";
  const cwd = folderOf({ ".gitignore": "node_modules/\n" });
  expect((await program(["init"], { cwd })).stderr).toContain(reminder);
  const own = folderOf({ ".gitignore": "node_modules/\n/.plumbline/\n" });
  expect((await program(["init"], { cwd: own })).stderr).not.toContain(reminder);
});

test("plan without its credential ends with 1 and names the variable", async () => {
  const { code, stdout } = await program(["plan"], { cwd: folderOf({ "a.yaml": good }) });
  expect(stdout).toContain("SLACK_BOT_TOKEN");
  expect(code).toBe(1);
});

test("a reader that goes away is no error", async () => {
  const executable = join(import.meta.dirname, "../../bin/plumbline");
  const child = spawn(executable, ["schema", "plumbline"], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, "close");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});
