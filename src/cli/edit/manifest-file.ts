/** The file that declares an Integration, while its text is changed and until it is written. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Integration } from "../../api/integration.ts";
import type { DocumentEdit } from "../../manifests/document-edit.ts";
import { STDIN } from "../../manifests/files.ts";
import type { Manifest } from "../../manifests/types.ts";
import { parseYaml } from "../../manifests/yaml.ts";
import { UserError } from "../errors.ts";
import { replaceFile } from "../write-file.ts";
import { applyEdits, UneditableText } from "./apply-edits.ts";

export class ManifestFile {
  /** Absolute. */
  readonly path: string;
  readonly shown: string;
  private readonly original: string;
  private readonly document: number;
  private current: string;

  private constructor(path: string, shown: string, text: string, document: number) {
    this.path = path;
    this.shown = shown;
    this.original = text;
    this.document = document;
    this.current = text;
  }

  /** @throws UserError for standard input, and where the file is no longer what was read. */
  static async open({ file, object }: Manifest<Integration>, cwd: string): Promise<ManifestFile> {
    if (file === STDIN) throw new UserError("What comes from standard input has no file that could be written.");
    const path = resolve(cwd, file);
    const text = await readFile(path, "utf8");
    const { documents } = parseYaml(text);
    const index = documents.findIndex(({ value }) => isSame(value, object));
    if (index === -1) throw changed(file);
    return new ManifestFile(path, file, text, index);
  }

  get text(): string {
    return this.current;
  }

  get isChanged(): boolean {
    return this.current !== this.original;
  }

  /** Makes changes in the text. @returns the Integration as it reads then. @throws UserError */
  apply(edits: readonly DocumentEdit[]): Integration {
    try {
      this.current = applyEdits(this.current, this.document, edits, this.path.endsWith(".json"));
    } catch (cause) {
      if (!(cause instanceof UneditableText)) throw cause;
      throw new UserError(
        `${this.shown} was not changed: ${cause.message} Write it in a simpler way (\`plumbline fmt\` helps), or take ` +
          "over by hand what `plumbline import` prints without --write.",
        { cause },
      );
    }
    const value = parseYaml(this.current).documents[this.document]?.value;
    const { status: _, ...object } = value as Integration & { status?: unknown };
    return object;
  }

  /** Writes the text. @throws UserError when somebody else wrote the file meanwhile. */
  async write(): Promise<void> {
    if ((await readFile(this.path, "utf8").catch(() => undefined)) !== this.original) throw changed(this.shown);
    await replaceFile(this.path, this.shown, this.current);
  }
}

function changed(file: string): UserError {
  return new UserError(`${file} was changed by somebody else meanwhile. Nothing was written; run it again.`);
}

function isSame(value: unknown, { metadata, kind }: Integration): boolean {
  const other = value as Partial<Integration> | null | undefined;
  const found = other?.metadata;
  return other?.kind === kind && found?.name === metadata.name && found?.namespace === metadata.namespace;
}
