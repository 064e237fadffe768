/** Every manifest that the documentation shows is one that `validate` accepts. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadManifests } from "../../src/manifests/index.ts";
import { builtinPlatforms } from "../../src/manifests/platform-source.ts";

const root = join(import.meta.dirname, "../..");
const pages = await Array.fromAsync(glob("{README.md,CONTRIBUTING.md,docs/**/*.md}", { cwd: root }));

/** The YAML blocks of a page that are whole manifests. */
function manifestsIn(page: string): string[] {
  const blocks = readFileSync(join(root, page), "utf8").matchAll(/^```yaml\n([\s\S]*?)^```/gm);
  return [...blocks].map(([, text]) => text as string).filter((text) => text.includes("apiVersion:"));
}

const shown = pages.flatMap((page) =>
  manifestsIn(page).map((text, index, all) => ({
    ...{ name: `${page} ${index + 1}`, text },
    // A route names an Integration: that of the page's first example.
    beside: text.includes("kind: NotificationRoute") && index > 0 ? (all[0] ?? "") : "",
  })),
);

test("the documentation shows manifests at all", () => {
  expect(shown.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["README.md 1", "docs/connectors/slack.md 1", "docs/connectors/github.md 1"]),
  );
});

test.each(shown)("$name is valid", async ({ text, beside }) => {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-docs-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "manifests"));
  writeFileSync(join(folder, "manifests", "example.yaml"), [beside, text].filter(Boolean).join("---\n"));
  const { problems, manifests } = await loadManifests({
    inputs: ["manifests"],
    cwd: folder,
    platforms: builtinPlatforms(),
  });
  expect(problems).toEqual([]);
  expect(manifests).toHaveLength(beside === "" ? 1 : 2);
});
