/**
 * From `-f` arguments to files: folders, globs, single files, standard input.
 *
 * The order is that of the names as they are shown, each file comes once, and whatever cannot be
 * found or read is a problem and never silently an empty folder.
 */
import { type Dirent, existsSync, readdirSync, statSync } from "node:fs";
import { basename, isAbsolute, relative, resolve, sep } from "node:path";
import { GitIgnore } from "./gitignore.ts";
import type { Problem } from "./types.ts";

/** How standard input is shown. */
export const STDIN = "<stdin>";

/** The operator's settings stand beside manifests and are none. */
export const CONFIGURATION_FILE = "plumbline.config.yaml";

/** What makes an argument that is no existing path a glob. */
export const GLOB = /[*?[\]{}]/;

const EXTENSIONS = [".yaml", ".yml", ".json"];

/** A file to read. */
export interface InputFile {
  /** Absolute; {@link STDIN} for standard input. */
  path: string;
  /** As people see it: relative to the working folder where it lies below it. */
  shown: string;
  /** Named by itself, so that it is never passed over as somebody else's. */
  named: boolean;
}

export interface FoundFiles {
  files: readonly InputFile[];
  problems: readonly Problem[];
}

/**
 * Resolves arguments.
 *
 * @param inputs folders, files, globs, or `-`. @param cwd the working folder, absolute.
 */
export async function findFiles(inputs: readonly string[], cwd: string): Promise<FoundFiles> {
  const search = new Search(cwd);
  for (const input of inputs) await search.add(input);
  return { files: search.sorted(), problems: search.problems };
}

class Search {
  readonly problems: Problem[] = [];
  private readonly cwd: string;
  private readonly found = new Map<string, InputFile>();

  constructor(cwd: string) {
    this.cwd = cwd;
  }

  async add(input: string): Promise<void> {
    if (input === "-") {
      this.found.set(STDIN, { path: STDIN, shown: STDIN, named: true });
      return;
    }
    const path = resolve(this.cwd, input);
    if (existsSync(path)) this.addExisting(path);
    else if (GLOB.test(input)) await this.addGlob(input);
    else this.fail("FileNotFound", `There is no file or folder "${input}".`, "Check the path given with -f.");
  }

  sorted(): InputFile[] {
    return [...this.found.values()].sort((a, b) => (a.shown < b.shown ? -1 : 1));
  }

  private addExisting(path: string): void {
    if (!statSync(path).isDirectory()) {
      this.take(path, true);
      return;
    }
    const before = this.found.size;
    const failures = this.problems.length;
    this.walk(path, GitIgnore.forFolder(path), this.shown(path));
    if (this.found.size > before || this.problems.length > failures) return;
    if ([...this.found.keys()].some((file) => file.startsWith(path + sep))) return;
    this.fail(
      "NoManifests",
      `The folder "${this.shown(path)}" holds no ${EXTENSIONS.map((extension) => `*${extension}`).join(", ")}.`,
      "Name another folder with -f, or make a starter with `plumbline init`.",
    );
  }

  private async addGlob(pattern: string): Promise<void> {
    const { glob } = await import("tinyglobby"); // only where there is a glob: a start costs time
    const options = { cwd: this.cwd, absolute: true, expandDirectories: false, ignore: ["**/node_modules/**"] };
    const paths = (await glob(pattern, options)).filter((path) => basename(path) !== CONFIGURATION_FILE);
    for (const path of paths) this.take(resolve(path), false);
    if (paths.length > 0) return;
    this.fail("FileNotFound", `No file matches "${pattern}".`, "Check the pattern given with -f.");
  }

  /** @param shown the folder as people see it. */
  private walk(folder: string, rules: GitIgnore, shown: string): void {
    let entries: Dirent[];
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch (error) {
      this.problems.push(unreadable(shown, "folder", error));
      return;
    }
    const start = folder.endsWith(sep) ? folder : folder + sep;
    for (const entry of entries) {
      const path = start + entry.name;
      if (entry.isDirectory()) {
        if (entry.name.startsWith(".") || entry.name === "node_modules" || rules.ignores(path, true)) continue;
        this.walk(path, rules.below(path), this.shownIn(shown, path, entry.name));
      } else if (isManifestName(entry.name) && !isFolderOrDevice(path, entry) && !rules.ignores(path, false)) {
        this.take(path, false, this.shownIn(shown, path, entry.name));
      }
    }
  }

  private take(path: string, named: boolean, shown = this.shown(path)): void {
    const known = this.found.get(path);
    if (known) known.named ||= named;
    else this.found.set(path, { path, shown, named });
  }

  private shown(path: string): string {
    const local = relative(this.cwd, path);
    if (local === "") return ".";
    return local.startsWith("..") || isAbsolute(local) ? path : local.split(sep).join("/");
  }

  /** As {@link shown}, of what lies in a folder: working out each path anew costs more than finding the file. */
  private shownIn(folder: string, path: string, name: string): string {
    if (isAbsolute(folder)) return this.shown(path); // the working folder may lie below it
    return folder === "." ? name : `${folder}/${name}`;
  }

  private fail(code: string, message: string, remedy: string): void {
    this.problems.push({ code, message, remedy });
  }
}

/** Whether a file in a folder may be a manifest, by its name. */
export function isManifestName(name: string): boolean {
  return name !== CONFIGURATION_FILE && EXTENSIONS.some((extension) => name.endsWith(extension));
}

/** A symbolic link counts as what it leads to; one that cannot be followed is left to the reader to report. */
function isFolderOrDevice(path: string, entry: Dirent): boolean {
  if (entry.isFile()) return false;
  if (!entry.isSymbolicLink()) return true;
  try {
    return !statSync(path).isFile();
  } catch {
    return false;
  }
}

/** A problem for something that the operating system refused to read. */
export function unreadable(shown: string, what: "file" | "folder", error: unknown): Problem {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return {
    code: "Unreadable",
    message: `The ${what} cannot be read: ${REASONS[code] ?? (code || "the system refused it")}.`,
    remedy: code === "EACCES" || code === "EPERM" ? `Give yourself the right to read it.` : `Check the ${what}.`,
    file: shown,
  };
}

/** What the system's codes (errno(3)) mean here. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOENT: "it does not exist, or is a link that leads nowhere",
  ELOOP: "its links go round in a circle",
  EISDIR: "it is a folder",
  EIO: "the disk reported an error",
  EMFILE: "too many files are open",
};
