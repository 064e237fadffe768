/**
 * Puts what every start loads into few files.
 *
 * Left alone, the bundler makes a file of each set of modules that the same entries share: `validate` would look for,
 * read and link some forty, a tenth of its time. Here what the command line and `validate` load is one file, and what
 * the modules of platforms have in common is another.
 */
import { join } from "node:path";
import type { Plugin } from "rolldown";

/** What a start loads, whatever the command; and what it loads for `validate`. */
const starts = ["src/cli/main.ts", "src/cli/run/validate.ts"];

/**
 * What is left of the connector kit in a platform's module. Said and not found out: the modules' imports name the
 * whole kit, most of which is dropped.
 */
const kit = [
  "compile",
  "contract",
  "errors",
  "exact-json",
  "fitting",
  "inbound",
  "pagination",
  "parents",
  "signatures",
];
const common = [
  ...["condition", "integration", "schema"].map((name) => `src/api/${name}.ts`),
  ...kit.map((name) => `src/connector-kit/${name}.ts`),
];
/** Helpers of compiled checks, and of signatures. */
const helper = /\/ajv\/dist\/runtime\/(?:equal|ucs2length)\.js$|\/fast-deep-equal\/|^plumbline:builtin\/node:crypto$/;

export interface StartChunks {
  plugin: Plugin;
  groups: { name: string; test: (id: string) => boolean; priority: number }[];
}

/** @param root the repository's folder. */
export function startChunks(root: string): StartChunks {
  const start = new Set<string>();
  const platform = new Set(common.map((path) => join(root, path)));
  const plugin: Plugin = {
    name: "start-chunks",
    buildEnd() {
      const importsOf = (id: string) => this.getModuleInfo(id)?.importedIds ?? [];
      for (const path of starts) reach(join(root, path), importsOf, start);
    },
  };
  const groups = [
    { name: "start", test: (id: string) => start.has(id), priority: 2 },
    { name: "platform", test: (id: string) => platform.has(id) || helper.test(id), priority: 1 },
  ];
  return { plugin, groups };
}

/** Adds a module and all that it loads with itself. */
function reach(id: string, importsOf: (id: string) => readonly string[], into: Set<string>): void {
  if (into.has(id)) return;
  into.add(id);
  for (const imported of importsOf(id)) reach(imported, importsOf, into);
}
