/**
 * The operator's templates while the program runs: as the files are now, but of one with a mistake what was good last.
 *
 * The mistake itself is told where manifests' mistakes are. One that never was good fails when it is used, and the
 * generic notification goes out in its place.
 */
import type { TemplateFiles } from "./files.ts";
import { TemplateSet } from "./template-set.ts";

export class LiveTemplates {
  /** Texts by name. */
  #good: ReadonlyMap<string, string> = new Map();

  /** @param read the files as they are now. @returns the templates in force. */
  next({ files, problems }: TemplateFiles): TemplateSet {
    const written = new TemplateSet(files);
    const isWrong = (name: string) => written.compiled(name).mistakes.length > 0;
    const unreadable = new Set(problems.map(({ file = "" }) => file));
    const kept = [...this.#good].filter(([name]) =>
      files.has(name) ? isWrong(name) : unreadable.has(`templates/${name}.hbs`),
    );
    this.#good = new Map([...[...files].filter(([name]) => !isWrong(name)), ...kept]);
    return new TemplateSet(new Map([...files, ...kept]));
  }
}
