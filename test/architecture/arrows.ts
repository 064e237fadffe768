/** The rules of `docs/decisions/0003-arrows.md`: which folder of `src/` may import which. */
import type { Import, SourceFile } from "./sources.ts";

/** What each folder may import beside itself. */
const allowed: Readonly<Record<string, readonly string[]>> = (() => {
  const kits = ["api", "store", "manifests", "connector-kit", "expressions"];
  const engine = [...kits, "events"];
  const features = [...engine, "reconcile", "rules", "notifications"];
  return {
    api: [],
    store: ["api"],
    "connector-kit": ["api"],
    manifests: ["api"],
    expressions: ["api", "manifests"],
    connectors: ["api", "connector-kit"],
    events: kits,
    reconcile: engine,
    rules: engine,
    notifications: engine,
    scenarios: [...engine, "rules", "notifications"],
    sources: features,
    server: [...features, "sources"],
    controller: [...features, "sources", "server"],
    cli: [...features, "scenarios", "sources", "server", "controller"],
  };
})();

/** Single files that look into a folder they otherwise may not: why stands beside each. */
const exceptions: readonly { from: RegExp; to: RegExp }[] = [
  // A platform is a compiled connector; the loader must know its kinds.
  { from: /^manifests\//, to: /^connector-kit\/(compile|contract)\.ts$/ },
  // The registry, and the one seam through which the program gets at it.
  { from: /^manifests\/platform-source\.ts$/, to: /^connectors\/index\.ts$/ },
];

const folderOf = (path: string): string => (path.includes("/") ? path.slice(0, path.indexOf("/")) : "");
const platformOf = (path: string): string => path.split("/").slice(0, -1)[1] ?? "";

function mayImport(from: string, { file, typeOnly }: Import): boolean {
  if (file === undefined || from === "index.ts" || file === "version.ts") return true;
  const [here, there] = [folderOf(from), folderOf(file)];
  if (exceptions.some((rule) => rule.from.test(from) && rule.to.test(file))) return true;
  if (here === "manifests" && there === "connector-kit") return typeOnly;
  if (here === "connectors" && there === "connectors") {
    return from === "connectors/index.ts" || platformOf(from) === platformOf(file);
  }
  return here === there || (allowed[here]?.includes(there) ?? false);
}

/** @returns each import that goes against the arrows, as `FILE imports FILE`. */
export function wrongImports(files: Iterable<SourceFile>): string[] {
  return [...files].flatMap(({ path, imports }) =>
    imports.filter((one) => !mayImport(path, one)).map((one) => `${path} imports ${one.file}`),
  );
}

/** @returns the file and all that it needs at run time, from `src/`. */
export function closure(files: ReadonlyMap<string, SourceFile>, start: string): SourceFile[] {
  const found = new Map<string, SourceFile>();
  const visit = (path: string): void => {
    const file = files.get(path);
    if (!file || found.has(path)) return;
    found.set(path, file);
    for (const one of file.imports) if (one.file && !one.typeOnly) visit(one.file);
  };
  visit(start);
  return [...found.values()];
}

/** Words that bring in the clock, randomness or the environment. */
const impurities =
  /\bnew Date\(\)|\bDate\.now\b|\bMath\.random\b|\bprocess\b|\bperformance\b|\bglobalThis\b|\bcrypto\b/g;

/** @returns what makes a file impure: reading time, chance or environment, or importing Node's modules. */
export function impuritiesOf({ path, code, imports }: SourceFile): string[] {
  const builtins = imports.filter((one) => one.specifier.startsWith("node:")).map((one) => one.specifier);
  return [...builtins, ...(code.match(impurities) ?? [])].map((what) => `${path}: ${what}`);
}
