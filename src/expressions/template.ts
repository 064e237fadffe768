/**
 * Renders templates. The parsed template is walked here and never turned into code.
 *
 * What is inserted is text and is not looked at again, whatever braces it holds. Each step and each byte is counted,
 * so that the same template with the same values always ends the same way, on a busy machine as well: no clock is
 * asked. Paths reach own properties only (`paths.ts`).
 */
import { type Escape, escapeText } from "./escape.ts";
import { type Found, follow, kindOf, type Lookup } from "./paths.ts";
import { isFalsy, valueHelpers } from "./template-helpers.ts";
import {
  type BlockNode,
  type CallNode,
  type ExpressionNode,
  type LiteralNode,
  type MustacheNode,
  mistake,
  type PathNode,
  type ProgramNode,
  parseProgram,
  TemplateError,
  visitPaths,
} from "./template-syntax.ts";

export { TemplateError } from "./template-syntax.ts";

export interface Template {
  readonly program: ProgramNode;
  /** The only thing in it is one `{{…}}`: its value keeps its type. */
  readonly single: MustacheNode | undefined;
}

/** Bytes of UTF-8 that a template may make. */
export const OUTPUT_BYTES = 256 * 1024;

/** Steps that rendering may take; a step is a node, or 64 characters that a helper or an escape goes through. */
const MOST_STEPS = 200_000;

/** @throws TemplateError with the place inside the text. */
export function parseTemplate(text: string): Template {
  const program = parseProgram(text);
  const [only, ...others] = program.body;
  const single = only?.type === "MustacheStatement" && others.length === 0 ? only : undefined;
  return { program, single };
}

/** Whether a text has to be rendered at all. */
export function isTemplate(text: string): boolean {
  return text.includes("{{");
}

/** The paths that a template may read, as they are written. */
export function pathsOf({ program }: Template): string[][] {
  const paths: string[][] = [];
  visitPaths(program, ({ data, depth, parts }) => {
    if (!data && depth === 0) paths.push([...parts]);
  });
  return paths;
}

/**
 * @param escaping applies to `{{…}}`, not to `{{{…}}}` and not to the template's own text.
 * @throws TemplateError naming the path that is absent, or the limit that was reached.
 */
export function renderTemplate(template: Template, lookup: Lookup, escaping: Escape = "none"): string {
  return bounded(() => new Rendering(lookup, escaping).render(template.program));
}

/**
 * @returns for a template that is one single expression, its value with its type; texts are escaped all the same.
 * @throws TemplateError
 */
export function evaluateTemplate(template: Template, lookup: Lookup, escaping: Escape = "none"): unknown {
  const { single } = template;
  if (!single) return renderTemplate(template, lookup, escaping);
  return bounded(() => new Rendering(lookup, escaping).value(single));
}

/** Data may be nested more deeply than the stack is. */
function bounded<T>(render: () => T): T {
  try {
    return render();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TemplateError("A value is nested too deeply for a template.", 1, 1, error);
  }
}

/** Where paths begin: at the top, or at an element of a loop. */
interface Frame {
  lookup: Lookup;
  /** `@index` and others. */
  variables: ReadonlyMap<string, unknown>;
  /** `as |x i|`. */
  names: ReadonlyMap<string, unknown>;
  outer?: Frame;
}

const none: ReadonlyMap<string, unknown> = new Map();

class Rendering {
  readonly #top: Frame;
  readonly #escape: Escape;
  readonly #parts: string[] = [];
  #bytes = 0;
  #steps = 0;

  constructor(lookup: Lookup, escaping: Escape) {
    this.#top = { lookup, variables: none, names: none };
    this.#escape = escaping;
  }

  render(program: ProgramNode): string {
    this.#program(program, this.#top);
    return this.#parts.join("");
  }

  value(node: MustacheNode): unknown {
    const value = this.#mustache(node, this.#top);
    if (typeof value !== "string") return value;
    const text = node.escaped ? this.#escaped(value) : value;
    this.#write(text);
    return text;
  }

  #program({ body }: ProgramNode, frame: Frame): void {
    for (const node of body) {
      this.#step(1);
      if (node.type === "ContentStatement") this.#write(node.value);
      else if (node.type === "BlockStatement") this.#block(node, frame);
      else if (node.type === "MustacheStatement") {
        const text = this.#text(node, this.#mustache(node, frame));
        this.#write(node.escaped ? this.#escaped(text) : text);
      }
    }
  }

  #mustache(node: MustacheNode, frame: Frame): unknown {
    if (node.params.length > 0) return this.#call(node, node.path.original as string, node.params, frame);
    return this.#mustHave(node.path, frame);
  }

  #text(node: MustacheNode, value: unknown): string {
    if (value === null) return "";
    if (typeof value !== "object") return String(value);
    const path = String(node.path.original);
    throw mistake(node, `${path} is ${kindOf(value)}, not a text: write {{json ${path}}}, or name a part of it.`, path);
  }

  #block(node: BlockNode, frame: Frame): void {
    const name = node.path.original;
    const value = this.#evaluate(node.params[0] as ExpressionNode, frame)?.value;
    if (name === "each") this.#each(node, value, frame);
    else if (name === "unless" ? !isFalsy(value) : isFalsy(value)) this.#inverse(node, frame);
    else if (node.program) this.#program(node.program, name === "with" ? this.#within(node, value, frame) : frame);
  }

  #inverse({ inverse }: BlockNode, frame: Frame): void {
    if (inverse) this.#program(inverse, frame);
  }

  #within({ program }: BlockNode, value: unknown, outer: Frame): Frame {
    const [name] = program?.blockParams ?? [];
    const names = name === undefined ? none : new Map([[name, value]]);
    return { lookup: (path) => follow(value, path), variables: outer.variables, names, outer };
  }

  #each(node: BlockNode, value: unknown, outer: Frame): void {
    const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
    this.#step(Math.ceil(entries.length / 64));
    if (entries.length === 0) this.#inverse(node, outer);
    const { program } = node;
    if (!program) return;
    const [element, place] = program.blockParams ?? [];
    for (const [index, [key, one]] of entries.entries()) {
      const at = Array.isArray(value) ? index : key;
      const variables = new Map<string, unknown>([
        ["index", index],
        ["key", at],
        ["first", index === 0],
        ["last", index === entries.length - 1],
      ]);
      const names = new Map<string, unknown>();
      if (element !== undefined) names.set(element, one);
      if (place !== undefined) names.set(place, at);
      this.#program(program, { lookup: (path) => follow(one, path), variables, names, outer });
    }
  }

  #call(node: MustacheNode | CallNode, name: string, params: readonly ExpressionNode[], frame: Frame): unknown {
    const helper = valueHelpers[name];
    if (!helper) throw mistake(node, `There is no helper "${name}".`);
    const values = params.map((param) =>
      helper.lenient ? this.#evaluate(param, frame)?.value : this.#mustHave(param, frame),
    );
    for (const value of values) this.#step(sizeOf(value));
    const result = helper.run(values);
    if (result !== undefined) return result;
    throw mistake(node, `The helper ${name} finds nothing in ${params.map(nameOf).join(" ")}.`);
  }

  #mustHave(node: ExpressionNode, frame: Frame): unknown {
    const found = this.#evaluate(node, frame);
    if (found) return found.value;
    const hint = frame.outer ? " Inside of each and with, paths begin at the element; ../ leads out." : "";
    throw mistake(node, `${nameOf(node)} is absent.${hint}`, nameOf(node));
  }

  #evaluate(node: ExpressionNode, frame: Frame): Found | undefined {
    this.#step(1);
    if (node.type === "PathExpression") return find(node, frame);
    if (node.type === "SubExpression") return { value: this.#call(node, node.path.original, node.params, frame) };
    return { value: literal(node) };
  }

  #escaped(text: string): string {
    if (this.#escape !== "none") this.#step(Math.ceil(text.length / 64));
    return escapeText(text, this.#escape);
  }

  #write(text: string): void {
    this.#bytes += Buffer.byteLength(text);
    if (this.#bytes > OUTPUT_BYTES) throw new TemplateError(`The text grows beyond ${OUTPUT_BYTES / 1024} KiB.`);
    this.#parts.push(text);
  }

  #step(count: number): void {
    this.#steps += count;
    if (this.#steps > MOST_STEPS) throw new TemplateError("The template takes too many steps with these values.");
  }
}

function find({ data, depth, parts, original }: PathNode, frame: Frame): Found | undefined {
  const [first = ""] = parts;
  let here: Frame | undefined = frame;
  if (data && first === "root") {
    while (here.outer) here = here.outer;
    return here.lookup(parts.slice(1));
  }
  if (data) return frame.variables.has(first) ? follow(frame.variables.get(first), parts, 1) : undefined;
  for (let up = 0; up < depth && here; up++) here = here.outer;
  const explicit = depth > 0 || /^(this(?=$|[./])|\.)/.test(original);
  for (let scope = here; !explicit && scope; scope = scope.outer) {
    if (scope.names.has(first)) return follow(scope.names.get(first), parts, 1);
  }
  return here?.lookup(parts);
}

function literal({ type, value }: LiteralNode): unknown {
  return type === "NullLiteral" || type === "UndefinedLiteral" ? null : value;
}

function nameOf(node: ExpressionNode): string {
  return node.type === "SubExpression" ? `(${node.path.original} …)` : String(node.original);
}

/** What going through a value costs. A map or list counts by its own elements; its JSON is counted when it is written. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return Math.ceil(value.length / 64);
  if (typeof value !== "object" || value === null) return 0;
  return Math.ceil(weight(value) / 64);
}

function weight(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 8;
  return Object.entries(value).reduce((sum, [name, inner]) => sum + name.length + weight(inner), 2);
}
