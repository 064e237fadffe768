/** The sections of a connector's page and the examples in them, and what turns a part of a manifest into a whole one. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";
import { onTestFinished } from "vitest";
import { loadManifests } from "../../src/manifests/index.ts";
import type { PlatformSource } from "../../src/manifests/types.ts";
import { checkRules } from "../../src/rules/validate.ts";

export type Fragment = Record<string, unknown>;

/** @returns the text under a heading of the second level; undefined where there is none. */
export function sectionOf(page: string, heading: string): string | undefined {
  const after = `\n${page}`.split(`\n## ${heading}\n`)[1];
  return after?.split(/^## |^<!-- end/m)[0];
}

/** @returns what stands in the blocks of a language. */
export function blocksIn(section: string | undefined, language: "yaml" | "sh"): string[] {
  const found = section?.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm")) ?? [];
  return [...found].map(([, text = ""]) => text);
}

export function parsed(yaml: string): Fragment {
  return load(yaml) as Fragment;
}

/** @returns the examples in the last column of a table of settings, by their field. */
export function settingsIn(section: string | undefined): Map<string, Fragment> {
  const rows = section?.matchAll(/^\| `(\w+)`(?: \(required\))? \|.*\| (?:`(.*)`)? ?\|$/gm) ?? [];
  return new Map([...rows].map(([, name = "", example = "{}"]) => [name, parsed(example.replaceAll("\\|", "|"))]));
}

/** @returns the words of a command, as a shell reads them. */
export function wordsOf(command: string): string[] {
  const script = `plumbline() { printf '%s\\0' "$@"; }\n${command}`;
  return execFileSync("sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1);
}

/** An Integration with this in its `spec`, and a Rule with that in its own. JSON is YAML. */
export function manifests(platform: string, spec: Fragment, rule?: Fragment): string {
  const integration = { kind: "Integration", metadata: { name: `acme-${platform}` }, spec: { platform, ...spec } };
  const trigger = { type: "com.example.*" };
  const rules = rule ? [{ kind: "Rule", metadata: { name: "example" }, spec: { trigger, ...rule } }] : [];
  return [integration, ...rules]
    .map((manifest) => JSON.stringify({ apiVersion: "plumbline.dev/v1alpha1", ...manifest }))
    .join("\n---\n");
}

/** @param platforms kept by the caller, as each compiles its schemas once. @returns what `validate` has against a text. */
export async function problemsWith(text: string, platforms: PlatformSource): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-pages-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "manifests"));
  writeFileSync(join(folder, "manifests", "example.yaml"), text);
  const { problems } = await loadManifests({ inputs: ["manifests"], cwd: folder, platforms, check: checkRules });
  return problems.map(({ message }) => message);
}
