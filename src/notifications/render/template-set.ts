/**
 * The templates there are: those that Plumbline brings along, the operator's files over them, and texts that stand in
 * routes. Each is compiled when it is first asked for, and kept.
 */
import { didYouMean } from "../../manifests/nearest.ts";
import { builtinTemplates, typeTemplates } from "./builtin/index.ts";
import { bodyOf, type CompiledTemplate, compileTemplate, type NotificationTemplate } from "./compile-template.ts";
import type { TemplateMistake } from "./front.ts";
import { GENERIC } from "./generic.ts";
import type { Partials } from "./partials.ts";
import type { TemplateFault } from "./types.ts";

/** What a text in a route is called. */
export const INLINE = "inline";

/** A name such as `config-change`, `config_change` or `team.hbs`; anything with a blank or a brace is a text. */
const NAME = /^[A-Za-z0-9_-]+(\.hbs)?$/;

export type FoundTemplate =
  | { template: NotificationTemplate; fault?: never }
  | { template?: never; fault: TemplateFault };

export class TemplateSet {
  readonly #files: ReadonlyMap<string, string>;
  readonly #partials: Partials;
  readonly #compiled = new Map<string, CompiledTemplate>();

  /** @param files texts of the files of templates/, by their names without `.hbs`. */
  constructor(files: ReadonlyMap<string, string> = new Map()) {
    this.#files = files;
    this.#partials = new Map([...files].map(([name, text]) => [name, bodyOf(text)]));
  }

  /** @param wanted what a receiver's `template` says: a name, or a text. */
  find(wanted: string): FoundTemplate {
    const { template, mistakes } = this.compiled(wanted);
    const [first] = mistakes;
    if (!first) return { template };
    return { fault: { template: template.name, part: "template", message: `${first.message} Line ${first.line}.` } };
  }

  /** @returns the template with its mistakes; of a name that there is not, one. */
  compiled(wanted: string): CompiledTemplate {
    const known = this.#compiled.get(wanted);
    if (known) return known;
    const made = this.#compile(wanted);
    this.#compiled.set(wanted, made);
    return made;
  }

  /** @param types of all events of a group. @returns the name of the template that tells of them. */
  defaultFor(types: readonly string[]): string {
    const names = new Set(types.map((type) => typeTemplates.get(type) ?? knownName(type)));
    const [name = GENERIC] = names;
    return names.size === 1 ? name : GENERIC;
  }

  #compile(wanted: string): CompiledTemplate {
    if (!isName(wanted)) return compileTemplate(INLINE, wanted, this.#partials);
    const name = wanted.replace(/\.hbs$/, "");
    const own = this.#files.get(name) ?? this.#files.get(dashed(name));
    const text = own ?? builtinTemplates.get(dashed(name));
    if (text !== undefined) return compileTemplate(own === undefined ? dashed(name) : name, text, this.#partials);
    if (dashed(name) === GENERIC) return { template: { name: GENERIC }, mistakes: [] };
    return { template: { name }, mistakes: [this.#unknown(name)] };
  }

  #unknown(name: string): TemplateMistake {
    const names = [...new Set([GENERIC, ...builtinTemplates.keys(), ...this.#files.keys()])].sort();
    const message = `There is no template "${name}", and no file templates/${name}.hbs.${didYouMean(name, names)} There is ${names.join(", ")}.`;
    return { code: "UnknownTemplate", message, line: 1, column: 1 };
  }
}

/** Whether a receiver's `template` names one; else it is the text itself. */
export function isName(wanted: string): boolean {
  return NAME.test(wanted);
}

function knownName(type: string): string {
  const name = dashed(type);
  return builtinTemplates.has(name) ? name : GENERIC;
}

function dashed(name: string): string {
  return name.replaceAll("_", "-");
}
