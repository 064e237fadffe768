/**
 * `{{> name}}`: another file of templates/, put in as text before anything is rendered.
 *
 * Each text is first checked by itself, with its partials as comments of the same length, so that a mistake is
 * reported where it stands and a partial cannot close a block that it did not open.
 */
import { parseTemplate, type Template, TemplateError } from "../../expressions/template.ts";
import { didYouMean } from "../../manifests/nearest.ts";

/** Bodies of the files of templates/, by name. */
export type Partials = ReadonlyMap<string, string>;

/** With all partials put in, a text may have so many characters. */
const MOST_CHARACTERS = 256 * 1024;

/** And so many partials: ones that hold nothing would cost time all the same. */
const MOST_PARTIALS = 1000;

const PARTIAL = /(?<!\\)\{\{>\s*([\w-]+)\s*\}\}/g;

/** @throws TemplateError with the place inside the text, as it stands there. */
export function compileText(text: string, partials: Partials): Template {
  const template = parseTemplate(text.replaceAll(PARTIAL, (whole) => whole.replace(">", "!")));
  const whole = new Expansion(partials).expand(text, []);
  return whole === text ? template : parseTemplate(whole);
}

class Expansion {
  readonly #partials: Partials;
  #count = 0;

  constructor(partials: Partials) {
    this.#partials = partials;
  }

  expand(text: string, inside: readonly string[]): string {
    const parts: string[] = [];
    let [length, end] = [0, 0];
    const add = (part: string) => {
      length += part.length;
      if (length > MOST_CHARACTERS) {
        throw new TemplateError(`With its partials it is over ${MOST_CHARACTERS / 1024} KiB.`);
      }
      parts.push(part);
    };
    for (const match of text.matchAll(PARTIAL)) {
      add(text.slice(end, match.index));
      end = match.index + match[0].length;
      add(this.#body(match[1] as string, text.slice(0, match.index), inside));
    }
    add(text.slice(end));
    return parts.join("");
  }

  #body(name: string, before: string, inside: readonly string[]): string {
    const above = before.split("\n");
    const refuse = (message: string) => new TemplateError(message, above.length, (above.at(-1) ?? "").length + 1);
    this.#count += 1;
    if (this.#count > MOST_PARTIALS) throw refuse(`It includes more than ${MOST_PARTIALS} partials.`);
    const body = this.#partials.get(name);
    if (body === undefined) {
      const known = [...this.#partials.keys()];
      throw refuse(`There is no file templates/${name}.hbs for {{> ${name}}}.${didYouMean(name, known)}`);
    }
    if (inside.includes(name)) throw refuse(`The partial ${name} includes itself: ${[...inside, name].join(" > ")}.`);
    return this.expand(body.replace(/\n$/, ""), [...inside, name]);
  }
}
