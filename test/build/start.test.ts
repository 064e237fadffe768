/** How the built program starts: in a checkout, on an old Node.js, and with as little as possible loaded. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { MINIMUM_NODE, VERSION } from "../../src/version.ts";

const root = join(import.meta.dirname, "../..");
const program = join(root, "dist/cli.js");

const manifest = `
apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: acme-slack }
spec:
  platform: slack
  credentials: { token: { env: SLACK_BOT_TOKEN } }
  resources: { channels: [{ name: incidents }] }
`;

const module = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

function run(args: readonly string[], preload = ""): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ["--import", module(preload), program, ...args], { cwd: root, encoding: "utf8" });
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-start-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Runs a command; gives the files of `dist/` that it loaded. */
function loaded(args: readonly string[]): string[] {
  const report = `
    import { registerHooks } from "node:module";
    const files = [];
    registerHooks({ load(url, context, next) { files.push(url); return next(url, context); } });
    process.on("exit", () => console.error("loaded " + JSON.stringify(files)));`;
  const { stderr } = run(args, report);
  const urls = JSON.parse(/^loaded (.*)$/m.exec(stderr)?.[1] ?? "[]") as string[];
  return urls.filter((url) => url.startsWith("file:")).map((url) => fileURLToPath(url));
}

/** Whether a bundled file holds what plays Scenarios: by a message of it. */
function playsScenarios(file: string): boolean {
  return readFileSync(file, "utf8").includes("longer than a Scenario can last");
}

/** The files of packages whose code stands in bundled files, such as `ajv/dist/runtime/equal.js`. */
function packagesIn(files: readonly string[]): string[] {
  const region = /^\/\/ (?:.*\/)?node_modules\/(.+)$/gm;
  return files.flatMap((file) => [...readFileSync(file, "utf8").matchAll(region)].map((match) => match[1] as string));
}

test("an old Node.js is told which one is needed, and what to do", () => {
  const old = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "24.2.9" } });';
  const { status, stdout, stderr } = run(["validate"], old);
  expect(status).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toContain(`needs Node.js ${MINIMUM_NODE} or newer; this is 24.2.9`);
});

test("the first file imports nothing before it has looked at the version of Node.js", () => {
  const text = readFileSync(program, "utf8");
  expect(text).toMatch(/^#!\/usr\/bin\/env node\n/);
  expect(text).not.toMatch(/^\s*import\s*["'{*\w]/m);
  expect(text).not.toMatch(/\?\.|\?\?|\bawait\b/);
  expect(statSync(program).mode & 0o111).toBe(0o111);
});

test("--version answers from the first file alone", () => {
  expect(run(["--version"]).stdout).toBe(`${VERSION}\n`);
  expect(loaded(["--version"])).toEqual([program]);
});

test("validate loads no TypeBox, undici, Kysely or ajv's compiler", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "slack.yaml"), manifest);
  const files = loaded(["validate", "-f", folder]);
  expect(files.some((file) => file.startsWith(join(root, "dist/platforms/")))).toBe(true);
  const bundled = packagesIn(files);
  expect(bundled.filter((path) => path.startsWith("js-yaml/"))).not.toEqual([]);
  const heavy = /^(typebox|undici|kysely|yaml|@clack\/prompts|ajv\/dist\/(?!runtime\/))/;
  expect(bundled.filter((path) => heavy.test(path))).toEqual([]);
  expect(files.filter((file) => file.includes("/node_modules/"))).toEqual([]);
  expect(files.filter(playsScenarios)).toEqual([]);
});

test("validate plays Scenarios in the built program, and loads their code where there are some", () => {
  const files = loaded(["validate", "-f", join(root, "manifests")]);
  expect(files.filter(playsScenarios)).not.toEqual([]);
  expect(packagesIn(files).filter((path) => /^(typebox|undici|kysely|yaml)\//.test(path))).toEqual([]);
});

test("validate loads five files, and no schema of a check before an error needs it", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "slack.yaml"), manifest);
  const files = loaded(["validate", "-f", folder]).map((file) => basename(file).replace(/-[\w-]{8}\.js$/, ".js"));
  expect(files.sort()).toEqual(["cli.js", "platform.js", "rolldown-runtime.js", "slack.js", "start.js"]);
  expect(readFileSync(join(root, "dist/platforms/slack.js"), "utf8")).not.toMatch(/^const schema\d+ = \{/m);
});

test("what is read from no stream is not opened: validate looks at standard input for - only", () => {
  const folder = temporaryFolder();
  const file = join(folder, "slack.yaml");
  writeFileSync(file, manifest);
  const opened = (args: readonly string[], input?: string) => {
    const report = `
      const { get } = Object.getOwnPropertyDescriptor(process, "stdin");
      Object.defineProperty(process, "stdin", { get() { console.error("opened"); return get.call(process); } });`;
    const all = ["--import", module(report), program, "validate", ...args];
    return spawnSync(process.execPath, all, { cwd: root, encoding: "utf8", input });
  };
  expect(opened(["-f", file]).stderr).toBe("");
  const piped = opened(["-f", "-"], manifest);
  expect(piped.stderr).toBe("opened\n");
  expect(piped.stdout).toContain("1 manifest is valid");
});

test("completion loads no TypeBox, undici, Kysely, ajv or prompts, and no platform that it is not asked about", () => {
  const heavy = /^(typebox|undici|kysely|yaml|@clack\/prompts|ajv)\b/;
  const folder = temporaryFolder();
  writeFileSync(join(folder, "slack.yaml"), manifest);
  for (const [words, platforms] of [
    [["pl"], []],
    [["plan", "-f", folder, "--only", ""], []],
    [["explain", "Rule.spec."], []],
    [["explain", "slack."], ["slack.js"]],
  ] as const) {
    const files = loaded(["__complete", ...words]);
    expect(files.filter((file) => file.includes("/platforms/")).map((file) => basename(file))).toEqual(platforms);
    const bundled = packagesIn(files).filter((path) => !path.startsWith("ajv/dist/runtime/"));
    expect(bundled.filter((path) => heavy.test(path))).toEqual([]);
    expect(files.filter((file) => file.includes("/node_modules/"))).toEqual([]);
  }
});

test("explain loads the one platform that it is about, and none for a kind", () => {
  const platforms = (path: string) =>
    loaded(["explain", path])
      .filter((file) => file.includes("/platforms/"))
      .map((file) => basename(file));
  expect(platforms("slack.channels")).toEqual(["slack.js"]);
  expect(platforms("Rule.spec")).toEqual([]);
  expect(platforms("Integration.spec.policy")).toEqual([]);
});

test("the marks by which packages are found in bundled files are there", () => {
  const chunks = readdirSync(join(root, "dist/chunks")).map((name) => join(root, "dist/chunks", name));
  const names = packagesIn(chunks).map((path) => path.split("/")[0]);
  expect(names).toEqual(expect.arrayContaining(["undici", "kysely", "js-yaml"]));
});

test("no platform's module brings a heavy package along", () => {
  const files = readdirSync(join(root, "dist/platforms")).map((name) => join(root, "dist/platforms", name));
  expect(files.length).toBeGreaterThan(1);
  expect(packagesIn(files).filter((path) => !path.startsWith("ajv/dist/runtime/"))).toEqual([]);
});

test("bin/plumbline runs through a symbolic link from another folder", () => {
  const folder = temporaryFolder();
  symlinkSync(join(root, "bin/plumbline"), join(folder, "one"));
  symlinkSync("one", join(folder, "two"));
  const { stdout, stderr } = spawnSync(join(folder, "two"), ["--version"], { cwd: folder, encoding: "utf8" });
  expect({ stdout, stderr }).toEqual({ stdout: `${VERSION}\n`, stderr: "" });
});

test("bin/plumbline says so where npm ci was not run", () => {
  const folder = temporaryFolder();
  const copy = join(folder, "bin");
  spawnSync("cp", ["-R", join(root, "bin"), copy]);
  const { status, stderr } = spawnSync(join(copy, "plumbline"), ["--version"], { encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toContain("npm ci");
});
