/** `plumbline fmt`: manifests in their canonical form; what is not Plumbline's stays as it is. */
import { decode, mentionsPlumbline } from "../../manifests/decode.ts";
import { DocumentLoader } from "../../manifests/document.ts";
import { unparsedExcerpt } from "../../manifests/excerpt.ts";
import { findFiles, type InputFile, STDIN, unreadable } from "../../manifests/files.ts";
import { readStream } from "../../manifests/load.ts";
import { FileReader } from "../../manifests/read-file.ts";
import type { PlatformSource, Problem } from "../../manifests/types.ts";
import { parseYaml } from "../../manifests/yaml.ts";
import type { Invocation, Run } from "../command.ts";
import type { FmtFlags } from "../commands/fmt.ts";
import { formatText, UnformattableText } from "../format/format-text.ts";
import { kindsOf } from "../format/schemas.ts";
import { count } from "../plain-text.ts";
import { readSettings, showProblems } from "../workspace.ts";
import { replaceFile } from "../write-file.ts";

const run: Run<FmtFlags> = async (invocation, flags) => {
  const { output, surroundings } = invocation;
  const { platforms } = await readSettings(invocation, false);
  const found = await findFiles(flags.file, surroundings.cwd);
  const formatting = new Formatting(invocation, platforms, flags.check === true);
  for (const file of found.files) await formatting.file(file);
  const problems = [...found.problems, ...formatting.problems];
  if (problems.length > 0) showProblems(invocation, problems);
  const { changed, unchanged } = formatting;
  for (const file of changed) if (file !== STDIN) output.print(file);
  const what = flags.check ? "would change" : "formatted";
  output.note(
    `${count(changed.length, "file")} ${what}, ${unchanged} as ${unchanged === 1 ? "it" : "they"} should be.`,
  );
  return problems.length > 0 || (flags.check && changed.length > 0) ? 1 : 0;
};
export default run;

class Formatting {
  readonly problems: Problem[] = [];
  readonly changed: string[] = [];
  unchanged = 0;
  private readonly invocation: Invocation;
  private readonly platforms: PlatformSource;
  private readonly isManifest: (value: unknown) => value is Record<string, unknown>;
  private readonly check: boolean;
  private readonly reader = new FileReader();

  constructor(invocation: Invocation, platforms: PlatformSource, check: boolean) {
    this.invocation = invocation;
    this.platforms = platforms;
    const documents = new DocumentLoader(platforms);
    this.isManifest = (value): value is Record<string, unknown> => documents.isManifest(value);
    this.check = check;
  }

  async file(file: InputFile): Promise<void> {
    const text = await this.read(file);
    if (text === undefined) return;
    const values = this.parsed(file, text);
    if (!values) return;
    try {
      const formatted = formatText(
        text,
        await kindsOf(values, this.isManifest, this.platforms),
        file.path.endsWith(".json"),
      );
      await this.write(file, text, formatted);
    } catch (error) {
      if (!(error instanceof UnformattableText)) throw error;
      const message = `The file was left as it is: ${error.message}`;
      this.problems.push({ code: "Unformattable", message, file: file.shown });
    }
  }

  private async read(file: InputFile): Promise<string | undefined> {
    let bytes: Uint8Array;
    try {
      const { stdin } = this.invocation.surroundings;
      bytes = file.path === STDIN ? await readStream(stdin) : this.reader.read(file.path);
    } catch (error) {
      this.problems.push(unreadable(file.shown, "file", error));
      return undefined;
    }
    const decoded = decode(bytes);
    if ("text" in decoded) return decoded.text;
    const { fault, line, column } = decoded;
    if (file.named || mentionsPlumbline(bytes)) this.problems.push({ ...fault, file: file.shown, line, column });
    return undefined;
  }

  /** @returns the values of the documents; undefined where none is Plumbline's, or something is wrong with one that is. */
  private parsed(file: InputFile, text: string): unknown[] | undefined {
    const { source, documents, fault } = parseYaml(text);
    const isOurs = text.includes("plumbline.dev/");
    const values = documents.map(({ value }) => value);
    if (fault ? !isOurs && !file.named : !values.some((value) => value === undefined || this.isManifest(value))) {
      return undefined;
    }
    const faults = [...(fault ? [fault] : []), ...documents.flatMap((document) => document.faults)];
    for (const { offset, ...said } of faults) {
      const position = source.position(offset);
      const excerpt = unparsedExcerpt(source, position);
      this.problems.push({ ...said, file: file.shown, ...position, ...(excerpt === undefined ? {} : { excerpt }) });
    }
    return faults.length > 0 ? undefined : values;
  }

  private async write(file: InputFile, text: string, formatted: string): Promise<void> {
    const { output } = this.invocation;
    if (file.path === STDIN && !this.check) output.print(formatted);
    if (formatted === text) {
      this.unchanged++;
      return;
    }
    this.changed.push(file.shown);
    if (!this.check && file.path !== STDIN) await replaceFile(file.path, file.shown, formatted);
  }
}
