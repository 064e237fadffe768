/**
 * From `-f` arguments to checked manifests.
 *
 * All mistakes of all files come from one run. What is somebody else's YAML is passed over and
 * counted, so that `-f .` works in any repository: a text that cannot be parsed is only a problem
 * when it was named by itself or speaks of Plumbline.
 */
import { setImmediate } from "node:timers/promises";
import { checkAll } from "./checks.ts";
import type { LoadedConfiguration } from "./configuration.ts";
import { decode, MAX_BYTES, mentionsPlumbline } from "./decode.ts";
import { DocumentLoader, VERSION } from "./document.ts";
import { Excerpts, unparsedExcerpt } from "./excerpt.ts";
import { findFiles, type InputFile, STDIN, unreadable } from "./files.ts";
import { isWarning, sortProblems } from "./problem.ts";
import { FileReader } from "./read-file.ts";
import type { Mentioned } from "./references.ts";
import { secretTest } from "./secret-fields.ts";
import type { Fault } from "./syntax-faults.ts";
import type { Manifest, PlatformSource, Position, Problem } from "./types.ts";
import { type ParsedText, PositionCache, parseYaml } from "./yaml.ts";

export interface LoadOptions {
  /** The `-f` arguments: folders, files, globs, or `-` for standard input. */
  inputs: readonly string[];
  /** The working folder, absolute: where relative inputs start, and what names are shown relative to. */
  cwd: string;
  platforms: PlatformSource;
  /** The operator's configuration; its problems are reported along. */
  configuration?: LoadedConfiguration | undefined;
  /** Standard input; needed where `inputs` holds `-`. */
  stdin?: AsyncIterable<Uint8Array>;
  /** Texts in the place of what files hold, by absolute path: what they would be after a change. */
  texts?: ReadonlyMap<string, string>;
  /** What is checked beyond this folder's knowledge: templates and expressions of Rules. */
  check?: ManifestCheck;
  /** What is asked only of manifests without any mistake: whether their Scenarios pass. */
  checkSound?: ManifestCheck | undefined;
}

/** Finds what is wrong with manifests whose schemas hold. */
export type ManifestCheck = (
  manifests: readonly Manifest[],
  options: Pick<LoadOptions, "platforms" | "configuration">,
) => Promise<readonly Problem[]>;

export interface LoadedManifests {
  /** Those without a problem of their own, in the order of files. */
  manifests: Manifest[];
  /** Errors, sorted by file, line and column. */
  problems: Problem[];
  /** What works and should be written differently, sorted likewise. */
  warnings: Problem[];
  /** Those of {@link manifests} that are wrong beside others: a reference that leads nowhere, a key that is declared twice. */
  faulty: ReadonlySet<Manifest>;
  /** What is declared by documents that are wrong by themselves, and are therefore not among {@link manifests}. */
  mentioned: readonly Mentioned[];
  /** Documents that are no manifests of Plumbline. */
  skipped: number;
  /** Files that were read. */
  files: number;
  /** Platforms of users' own connectors that were not loaded: connection, credentials and resources went unchecked. */
  unchecked: readonly string[];
}

/** How many files are read before other work gets a turn. */
const FILES_PER_TURN = 64;

/**
 * Loads and checks manifests.
 *
 * @returns never throws for bad input: each mistake is a problem.
 */
export async function loadManifests(options: LoadOptions): Promise<LoadedManifests> {
  const { files, problems } = await findFiles(options.inputs, options.cwd);
  const loading = new Loading(options, problems);
  for (const [index, file] of files.entries()) {
    await loading.file(file);
    if (index % FILES_PER_TURN === FILES_PER_TURN - 1) await setImmediate();
  }
  return loading.finish(files.length);
}

class Loading {
  private readonly options: LoadOptions;
  private readonly problems: Problem[];
  private readonly documents: DocumentLoader;
  private readonly reader = new FileReader();
  private readonly positions = new PositionCache();
  private skipped = 0;

  constructor(options: LoadOptions, problems: readonly Problem[]) {
    this.options = options;
    this.problems = [...problems];
    this.documents = new DocumentLoader(options.platforms);
  }

  async file(file: InputFile): Promise<void> {
    let bytes: Uint8Array;
    try {
      const text = this.options.texts?.get(file.path);
      if (text !== undefined) bytes = Buffer.from(text);
      else bytes = file.path === STDIN ? await readStream(this.options.stdin) : this.reader.read(file.path);
    } catch (error) {
      this.problems.push(unreadable(file.shown, "file", error));
      return;
    }
    const decoded = decode(bytes);
    if ("fault" in decoded) {
      const { fault, line, column } = decoded;
      if (file.named || mentionsPlumbline(bytes)) this.problems.push({ ...fault, file: file.shown, line, column });
      else this.skipped++;
      return;
    }
    await this.text(file, parseYaml(decoded.text, this.positions));
  }

  async finish(files: number): Promise<LoadedManifests> {
    const { manifests, unchecked, mentioned } = this.documents;
    const { configuration, platforms, check, checkSound } = this.options;
    const further = (await check?.(manifests, { configuration, platforms })) ?? [];
    const semantic = [...(await checkAll(manifests, { configuration, mentioned, platforms })), ...further];
    const sound = [...this.problems, ...semantic].every(isWarning);
    if (sound) semantic.push(...((await checkSound?.(manifests, { configuration, platforms })) ?? []));
    const all = sortProblems([...this.problems, ...this.withExcerpts(semantic)]);
    const problems = all.filter((problem) => !isWarning(problem));
    if (manifests.length + problems.length === 0) problems.push(onlyForeign(this.skipped));
    const faulty = faultyAmong(
      manifests,
      semantic.filter((problem) => !isWarning(problem)),
    );
    return {
      manifests: [...manifests],
      problems,
      warnings: all.filter(isWarning),
      faulty,
      mentioned: [...mentioned],
      skipped: this.skipped,
      files,
      unchecked: [...unchecked].sort(),
    };
  }

  private async text(file: InputFile, { source, documents, fault }: ParsedText): Promise<void> {
    const ours = file.named || source.text.includes("plumbline.dev/");
    if (fault) {
      if (ours) this.problems.push(this.faultProblem(file, source.position(fault.offset), fault, source));
      else this.skipped++;
      return;
    }
    if (documents.length === 0) this.skipped++;
    for (const document of documents) {
      const unbuildable = document.value === undefined && ours;
      if (!unbuildable && !this.documents.isManifest(document.value)) {
        this.skipped++;
        continue;
      }
      for (const each of document.faults) {
        this.problems.push(this.faultProblem(file, source.position(each.offset), each, source));
      }
      if (document.faults.length > 0) this.documents.mention(document.value, file.shown, document);
      else this.problems.push(...(await this.documents.load(file.shown, document)));
    }
  }

  private faultProblem(file: InputFile, position: Position, fault: Fault, source: ParsedText["source"]): Problem {
    const { offset: _, ...said } = fault;
    const excerpt = unparsedExcerpt(source, position);
    return { ...said, file: file.shown, ...position, ...(excerpt === undefined ? {} : { excerpt }) };
  }

  /** Adds source lines to problems that were found over all manifests. */
  private withExcerpts(problems: readonly Problem[]): Problem[] {
    return problems.map((problem) => {
      const { file, line, column, path, excerpt } = problem;
      if (file === undefined || line === undefined || excerpt !== undefined) return problem;
      const found = this.documents.documentAt(file, line);
      if (!found) return problem;
      const test = secretTest(found.document.value, found.platform);
      const secret = problem.code === "LiteralSecret" ? withPath(test, path) : test;
      const text = new Excerpts(found.document, secret).at({ line, column: column ?? 1 });
      return text === undefined ? problem : { ...problem, excerpt: text };
    });
  }
}

/** A problem that was found over all manifests stands in one of them: the last of its file that begins before it. */
function faultyAmong(manifests: readonly Manifest[], problems: readonly Problem[]): ReadonlySet<Manifest> {
  const faulty = new Set<Manifest>();
  for (const { file, line } of problems) {
    if (line === undefined) continue;
    const before = manifests.filter((one) => one.file === file && one.locate([]).line <= line);
    const [last] = before.sort((a, b) => b.locate([]).line - a.locate([]).line);
    if (last) faulty.add(last);
  }
  return faulty;
}

/** A folder of other programs' documents is most likely the wrong one, and nothing in it was checked. */
function onlyForeign(skipped: number): Problem {
  const none = skipped === 1 ? "The only document is no" : `None of the ${skipped} documents is a`;
  return {
    code: "NoManifests",
    message: `${none} manifest of Plumbline.`,
    remedy: `Name another folder with -f; a manifest begins with \`apiVersion: ${VERSION}\`.`,
  };
}

function withPath(test: ReturnType<typeof secretTest>, secret: string | undefined): ReturnType<typeof secretTest> {
  return (path) => test(path) || `/${path.join("/")}` === secret;
}

/** Reads a stream as far as a file may be long, and one byte more. */
export async function readStream(stream: AsyncIterable<Uint8Array> | undefined): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_BYTES) break;
  }
  return Buffer.concat(chunks);
}
