import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { generatedFiles, staleFiles } from "../../scripts/generate/files.ts";
import { connectors } from "../../src/connectors/index.ts";

const root = join(import.meta.dirname, "../..");

test("the generated files are what the sources give", async () => {
  expect(staleFiles(root, await generatedFiles(root))).toEqual([]);
});

test("the registry holds exactly the folders under src/connectors", () => {
  const folders = readdirSync(join(root, "src/connectors"), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  expect(Object.keys(connectors)).toEqual(folders.map((entry) => entry.name).sort());
});

test("a connector's platform is the name of its folder", async () => {
  for (const [name, load] of Object.entries(connectors)) expect((await load()).platform).toBe(name);
});

test("a file that is missing or holds something else is stale", () => {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-stale-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "same"), "a");
  writeFileSync(join(folder, "other"), "a");
  const files = new Map([
    ["same", "a"],
    ["other", "b"],
    ["missing", "c"],
  ]);
  expect(staleFiles(folder, files)).toEqual(["other", "missing"]);
});
