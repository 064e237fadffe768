import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { closure, impuritiesOf, wrongImports } from "./arrows.ts";
import { root, sourceFile, sourceFiles } from "./sources.ts";

const files = sourceFiles();

test("every import between the folders of src goes along the arrows", () => {
  expect(files.size).toBeGreaterThan(20);
  expect(wrongImports(files.values())).toEqual([]);
});

test.each([
  { path: "api/plan.ts", code: 'import { x } from "../store/types.ts";' },
  { path: "api/plan.ts", code: 'import type { X } from "../store/types.ts";' },
  { path: "store/open.ts", code: 'import {\n  x,\n  y,\n} from "../manifests/types.ts";' },
  { path: "reconcile/plan.ts", code: 'export * from "../cli/main.ts";' },
  { path: "reconcile/plan.ts", code: 'import { slack } from "../connectors/slack/index.ts";' },
  { path: "cli/plan.ts", code: 'const all = await import("../connectors/index.ts");' },
  { path: "manifests/load.ts", code: 'import { connectors } from "../connectors/index.ts";' },
  { path: "manifests/load.ts", code: 'import { createHttp } from "../connector-kit/http/http.ts";' },
  { path: "connectors/slack/index.ts", code: 'import { x } from "../github/client.ts";' },
  { path: "connectors/slack/index.ts", code: 'import { x } from "../../manifests/yaml.ts";' },
  { path: "server/api.ts", code: 'import "../cli/main.ts";' },
])("$code in $path goes against them", ({ path, code }) => {
  expect(wrongImports([sourceFile(path, code)])).toHaveLength(1);
});

test.each([
  { path: "manifests/load.ts", code: 'import { compileConnector } from "../connector-kit/compile.ts";' },
  { path: "manifests/load.ts", code: 'import type { Connector } from "../connector-kit/index.ts";' },
  { path: "connectors/slack/index.ts", code: 'import { channels } from "./channels.ts";' },
  { path: "cli/plan.ts", code: '// import { x } from "../connectors/index.ts";' },
])("$code in $path goes along them", ({ path, code }) => {
  expect(wrongImports([sourceFile(path, code)])).toEqual([]);
});

describe.each(["reconcile/plan.ts", "reconcile/brakes.ts", "notifications/tree.ts", "notifications/groups.ts"])(
  "%s",
  (path) => {
    test("and all that it needs read no clock, chance, environment or file", () => {
      expect(files.has(path)).toBe(true);
      expect(closure(files, path).flatMap(impuritiesOf)).toEqual([]);
    });
  },
);

test.each([
  "const now = Date.now();",
  "new Date()",
  "Math.random()",
  "process.env.HOME",
  'import { x } from "node:fs";',
])("a file with %s is not pure", (code) => {
  expect(impuritiesOf(sourceFile("reconcile/plan.ts", code))).toHaveLength(1);
});

test.each([
  { code: 'export const answer = await fetch("https://example.com");', refused: true },
  {
    code: 'import { fetch } from "undici";\nexport const answer = await fetch("https://example.com");',
    refused: false,
  },
])("the linter's verdict on the global fetch: $code", ({ code, refused }) => {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-lint-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "sample.ts"), `${code}\n`);
  const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
  const options = [
    "--only=style/noRestrictedGlobals",
    `--config-path=${join(root, "biome.json")}`,
    "--vcs-enabled=false",
  ];
  const { status } = spawnSync(process.execPath, [biome, "lint", ...options, "sample.ts"], { cwd: folder });
  expect(status).toBe(refused ? 1 : 0);
});
