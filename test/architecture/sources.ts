/** The source files of the program, and what each imports. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

export const root = join(import.meta.dirname, "../..");
const src = join(root, "src");

export interface Import {
  /** As written. */
  specifier: string;
  /** The imported file from `src/`, for a relative import. */
  file: string | undefined;
  /** Whether it is gone at run time. */
  typeOnly: boolean;
}

export interface SourceFile {
  /** From `src/`, such as `reconcile/plan.ts`. */
  path: string;
  /** The text without comments. */
  code: string;
  imports: readonly Import[];
}

const statement = /^\s*(import|export)(\s+type)?\b[^;"']*?from\s*["']([^"']+)["']|^\s*import\s*["']([^"']+)["']/gm;
const dynamic = /\bimport\(\s*["']([^"']+)["']/g;
const comments = /\/\*[\s\S]*?\*\/|(?<!["'`:\w])\/\/.*$/gm;

function importsOf(path: string, code: string): Import[] {
  const file = (specifier: string) =>
    specifier.startsWith(".") ? relative(src, join(src, dirname(path), specifier)) : undefined;
  const make = (specifier: string, typeOnly: boolean) => ({ specifier, file: file(specifier), typeOnly });
  return [
    ...[...code.matchAll(statement)].map((m) => make((m[3] ?? m[4]) as string, m[2] !== undefined)),
    ...[...code.matchAll(dynamic)].map((m) => make(m[1] as string, false)),
  ];
}

/** Reads one file as the checks see it. */
export function sourceFile(path: string, text: string): SourceFile {
  const code = text.replaceAll(comments, "");
  return { path, code, imports: importsOf(path, code) };
}

/** All files under `src/`, by path. */
export function sourceFiles(): ReadonlyMap<string, SourceFile> {
  const paths = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
  return new Map(paths.map((path) => [path, sourceFile(path, readFileSync(join(src, path), "utf8"))]));
}
