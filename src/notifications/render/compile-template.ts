/**
 * From a template's text to what can be rendered. All its mistakes are found here, for `validate` and for the
 * controller alike; a template with a mistake is not rendered at all.
 */
import { type Template, TemplateError } from "../../expressions/template.ts";
import type { DocumentPath } from "../../manifests/types.ts";
import { type Split, splitFront, type TemplateMistake } from "./front.ts";
import { compileText, type Partials } from "./partials.ts";

/** A part that is left out is the generic notification's. */
export interface NotificationTemplate {
  name: string;
  title?: Template;
  /** The one line that tells of each event of the group. */
  summary?: Template;
  text?: Template;
  facts?: readonly Titled[];
  links?: readonly Titled[];
  code?: { text: Template; language?: string };
  actions?: readonly ActionTemplate[];
}

export interface Titled {
  /** As it is written: names are no templates. */
  name: string;
  value: Template;
}

export interface ActionTemplate {
  title: Template;
  url?: Template;
  id?: Template;
  value?: Template;
  style?: "primary" | "danger";
}

export interface CompiledTemplate {
  template: NotificationTemplate;
  mistakes: readonly TemplateMistake[];
}

/** @param partials bodies of the files of templates/, by name. */
export function compileTemplate(name: string, text: string, partials: Partials = new Map()): CompiledTemplate {
  const split = splitFront(text);
  if (split.mistakes.length > 0) return { template: { name }, mistakes: split.mistakes };
  const compiler = new Compiler(split, partials);
  return { template: { name, ...compiler.template() }, mistakes: compiler.mistakes };
}

/** What of a template's text other templates may include. */
export function bodyOf(text: string): string {
  return splitFront(text).body;
}

const nothing: Template = { program: { body: [] }, single: undefined };

class Compiler {
  readonly mistakes: TemplateMistake[] = [];
  readonly #split: Split;
  readonly #partials: Partials;

  constructor(split: Split, partials: Partials) {
    this.#split = split;
    this.#partials = partials;
  }

  template(): Omit<NotificationTemplate, "name"> {
    const { front } = this.#split;
    const { title, summary, facts, links, code, actions } = front ?? {};
    return {
      ...this.#body(),
      ...(title === undefined ? {} : { title: this.#value(title, ["title"]) }),
      ...(summary === undefined ? {} : { summary: this.#value(summary, ["summary"]) }),
      ...(facts ? { facts: this.#titled(facts, "facts") } : {}),
      ...(links ? { links: this.#titled(links, "links") } : {}),
      ...(code ? { code: { ...code, text: this.#value(code.text, ["code", "text"]) } } : {}),
      ...(actions ? { actions: actions.map((action, index) => this.#action(action, index)) } : {}),
    };
  }

  /** An empty body beside a front part says nothing of the text. */
  #body(): { text?: Template } {
    const { body, bodyLine } = this.#split;
    if (body.trim() === "" && bodyLine > 1) return {};
    return { text: this.#compile(body, { line: bodyLine, column: 1 }) };
  }

  #titled(map: Readonly<Record<string, string>>, part: "facts" | "links"): Titled[] {
    return Object.entries(map).map(([name, text]) => ({ name, value: this.#value(text, [part, name]) }));
  }

  #action(action: NonNullable<Split["front"]["actions"]>[number], index: number): ActionTemplate {
    const { style, ...texts } = action;
    const entries = Object.entries(texts).map(([name, text]) => [name, this.#value(text, ["actions", index, name])]);
    const known = style === "primary" || style === "danger" ? { style } : {};
    return { title: nothing, ...Object.fromEntries(entries), ...known };
  }

  /** YAML may fold a value's lines, so that only where it begins is known. */
  #value(text: string, path: DocumentPath): Template {
    const { line, column } = this.#split.locate(path);
    return this.#compile(text, { line, column }, path.join("."));
  }

  #compile(text: string, at: { line: number; column: number }, part?: string): Template {
    try {
      return compileText(text, this.#partials);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      const { message, line, column } = error;
      const place = part === undefined ? { line: at.line + line - 1, column } : at;
      this.mistakes.push({ code: "InvalidTemplate", message: part ? `${part}: ${message}` : message, ...place });
      return nothing;
    }
  }
}
