/**
 * The operator's templates: files `NAME.hbs` of the folder `templates/` beside the configuration.
 *
 * A link that leads out of the folder is not followed: what it leads to would be sent to whoever a route names.
 */
import { readdir, readFile, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Problem } from "../../manifests/types.ts";

/** The folder's name. */
export const TEMPLATES_FOLDER = "templates";

/** A file may have so many bytes; more is a mistake, since no notification is that long. */
const MOST_BYTES = 256 * 1024;

const FILE = /^([A-Za-z0-9_-]+)\.hbs$/;

export interface TemplateFiles {
  /** Texts by name, without `.hbs`. */
  files: ReadonlyMap<string, string>;
  /** Files that cannot be read. */
  problems: readonly Problem[];
}

/** @param folder where `plumbline.config.yaml` is, else the working folder. @returns no files where there is no folder. */
export async function readTemplates(folder: string): Promise<TemplateFiles> {
  const files = new Map<string, string>();
  const problems: Problem[] = [];
  for (const entry of await entriesOf(join(folder, TEMPLATES_FOLDER))) {
    const name = FILE.exec(entry)?.[1];
    if (name === undefined) continue;
    const read = await readOne(join(folder, TEMPLATES_FOLDER), entry);
    if (typeof read === "string") files.set(name, read);
    else problems.push({ code: "UnreadableTemplate", file: `${TEMPLATES_FOLDER}/${entry}`, ...read });
  }
  return { files, problems };
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}

async function readOne(folder: string, entry: string): Promise<string | Pick<Problem, "message" | "remedy">> {
  try {
    const [real, within] = await Promise.all([realpath(join(folder, entry)), realpath(folder)]);
    if (!real.startsWith(within + sep)) {
      return { message: "The file is a link that leads out of templates/.", remedy: "Put the text itself there." };
    }
    const bytes = await readFile(real);
    if (bytes.length > MOST_BYTES) return { message: `The template is larger than ${MOST_BYTES / 1024} KiB.` };
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") {
      return { message: "The template is not UTF-8.", remedy: "Save it as UTF-8." };
    }
    return { message: `The template cannot be read${code === undefined ? "" : ` (${code})`}.` };
  }
}
