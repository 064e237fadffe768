/**
 * Finds and reads the operator's settings, `plumbline.config.yaml`.
 *
 * It is looked for from the working folder up to Git's root and no further: a file in a folder that
 * many people can write to must not decide what a repository's manifests may read. While a file is
 * wrong it allows nothing, whatever a caller makes of its problems.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import type { Configuration } from "../api/config.ts";
import type { AnnotatedSchema } from "../api/schema.ts";
import { decode } from "./decode.ts";
import { Excerpts, unparsedExcerpt } from "./excerpt.ts";
import { CONFIGURATION_FILE, unreadable } from "./files.ts";
import { schemaProblems } from "./schema-problems.ts";
import type { Fault } from "./syntax-faults.ts";
import type { Problem, SchemaCheck } from "./types.ts";
import { parseYaml, type YamlDocument, type YamlText } from "./yaml.ts";

export interface LoadedConfiguration {
  /** As it is shown to people: relative to the working folder where it lies below it, else absolute. */
  file: string;
  /** Absolute: where its relative paths start, and where `.plumbline/` and `templates/` stand. */
  folder: string;
  /** What it says; nothing allowed while there are problems. */
  value: Configuration;
  problems: readonly Problem[];
}

/** What holds while the settings cannot be read. */
const CLOSED: Configuration = { allow: { env: [], files: [], hosts: [] } };

/**
 * Finds the nearest configuration from the working folder up to Git's root; outside of Git in the
 * working folder only.
 *
 * @param cwd the working folder. @param check of the configuration's schema, where it was compiled
 *   ahead; else it is compiled here, once a file is found.
 * @returns undefined when there is none. Never throws for a wrong file.
 */
export async function findConfiguration(cwd: string, check?: SchemaCheck): Promise<LoadedConfiguration | undefined> {
  const start = resolve(cwd);
  const folder = searchedFolders(start).find((each) => existsSync(join(each, CONFIGURATION_FILE)));
  if (folder === undefined) return undefined;
  const path = join(folder, CONFIGURATION_FILE);
  const file = shownPath(start, path);
  try {
    const read = await parseConfiguration(await readFile(path), file, check ?? (await compiledCheck()));
    return { file, folder, ...read };
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code !== "string") throw error;
    return { file, folder, value: CLOSED, problems: [unreadable(file, "file", error)] };
  }
}

/** From the working folder to the one that holds `.git` (a folder, or a file in a work tree). */
function searchedFolders(start: string): string[] {
  const folders = [start];
  for (let folder = start; !existsSync(join(folder, ".git")); folder = dirname(folder)) {
    if (dirname(folder) === folder) return [start];
    folders.push(dirname(folder));
  }
  return folders;
}

/** The path as it is shown: relative below the working folder, absolute elsewhere. */
function shownPath(cwd: string, path: string): string {
  const below = relative(cwd, path);
  return below.startsWith("..") || isAbsolute(below) ? path : below;
}

async function parseConfiguration(
  bytes: Uint8Array,
  file: string,
  check: SchemaCheck,
): Promise<Pick<LoadedConfiguration, "value" | "problems">> {
  const decoded = decode(bytes);
  if ("fault" in decoded) {
    const { fault, line, column } = decoded;
    return { value: CLOSED, problems: [{ ...fault, file, line, column }] };
  }
  const { source, documents, fault } = parseYaml(decoded.text);
  const [document, second] = documents;
  const faults = fault ? [fault] : documents.flatMap((each) => each.faults);
  const problems = faults.map((each) => faultProblem(each, source, file));
  if (second) problems.push(secondDocument(second, file));
  if (problems.length > 0) return { value: CLOSED, problems };
  if (document === undefined || document.value === null) return { value: {}, problems: [] };
  if (check(document.value)) return { value: document.value as Configuration, problems: [] };
  const secret = () => false;
  const context = { file, document, secret, excerpts: new Excerpts(document, secret) };
  return { value: CLOSED, problems: schemaProblems(check.errors ?? [], context) };
}

function faultProblem({ offset, ...said }: Fault, source: YamlText, file: string): Problem {
  const position = source.position(offset);
  const excerpt = unparsedExcerpt(source, position);
  return { ...said, file, ...position, ...(excerpt === undefined ? {} : { excerpt }) };
}

function secondDocument(document: YamlDocument, file: string): Problem {
  const message = `${CONFIGURATION_FILE} must be one document.`;
  return { code: "SecondDocument", message, remedy: "Remove the line `---`.", file, ...document.locate([]) };
}

/** Compiles the schema now; only here are it and its compiler loaded. */
async function compiledCheck(): Promise<SchemaCheck> {
  const [{ createSchemaCompiler }, { Configuration: schema }] = await Promise.all([
    import("./schema-compiler.ts"),
    import("../api/config.ts"),
  ]);
  return createSchemaCompiler().compile(schema as unknown as AnnotatedSchema);
}
