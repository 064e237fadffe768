/**
 * The front part of a template: YAML between two lines of `---`, each value a template of one part of the notification.
 *
 * What stands below it is the text. A template without a front part is all text.
 */
import { isObject } from "../../manifests/defaults.ts";
import { didYouMean } from "../../manifests/nearest.ts";
import type { DocumentPath } from "../../manifests/types.ts";
import { parseYaml, type YamlDocument } from "../../manifests/yaml.ts";

/** The parts, as they are written. */
export interface Front {
  title?: string;
  summary?: string;
  facts?: Readonly<Record<string, string>>;
  links?: Readonly<Record<string, string>>;
  code?: { text: string; language?: string };
  actions?: readonly FrontAction[];
}

export interface FrontAction {
  title: string;
  url?: string;
  id?: string;
  value?: string;
  style?: string;
}

/** Something wrong with a template, at a place inside its whole text; lines and columns from 1. */
export interface TemplateMistake {
  code: "InvalidTemplate" | "UnknownTemplate" | "UnreadableTemplate";
  message: string;
  line: number;
  column: number;
}

export interface Split {
  front: Front;
  body: string;
  /** The line of the whole text on which the body begins. */
  bodyLine: number;
  /** Where a value of the front stands in the whole text. */
  locate(path: DocumentPath): { line: number; column: number };
  mistakes: readonly TemplateMistake[];
}

const FRONT = /^---[ \t]*\r?\n([\s\S]*?)^---[ \t]*(?:\r?\n|$)/m;

/** @returns the parts of a template's text; what is wrong with its front is in `mistakes`. */
export function splitFront(text: string): Split {
  const match = text.startsWith("---") ? FRONT.exec(text) : null;
  if (match?.index !== 0) return { front: {}, body: text, bodyLine: 1, locate: () => start, mistakes: [] };
  const body = text.slice(match[0].length);
  const bodyLine = match[0].split("\n").length;
  return { ...readFront(match[1] ?? ""), body, bodyLine };
}

const start = { line: 1, column: 1 };

function readFront(yaml: string): Pick<Split, "front" | "locate" | "mistakes"> {
  const { documents, fault, source } = parseYaml(yaml);
  const [document] = documents;
  const wrong = fault ?? document?.faults[0];
  if (wrong) {
    const { line, column } = source.position(wrong.offset);
    const message = `${wrong.message} A value that begins with {{ needs quotes around it.`;
    return { front: {}, locate: () => start, mistakes: [{ code: "InvalidTemplate", message, line: line + 1, column }] };
  }
  if (!document) return { front: {}, locate: () => start, mistakes: [] };
  const locate = (path: DocumentPath) => below(document.locate(path));
  return { front: document.value as Front, locate, mistakes: new FrontCheck(document).mistakes() };
}

/** The front begins on the second line. */
function below({ line, column }: { line: number; column: number }) {
  return { line: line + 1, column };
}

const fields = ["title", "summary", "facts", "links", "code", "actions"];
const codeFields = ["text", "language"];
const actionFields = ["title", "url", "id", "value", "style"];
const styles = ["primary", "danger"];

class FrontCheck {
  readonly #document: YamlDocument;
  readonly #found: TemplateMistake[] = [];

  constructor(document: YamlDocument) {
    this.#document = document;
  }

  mistakes(): TemplateMistake[] {
    const { value } = this.#document;
    if (value === null || value === undefined) return [];
    if (!this.#map(value, [], fields)) return this.#found;
    for (const name of ["title", "summary"]) if (name in value) this.#text(value[name], [name]);
    for (const name of ["facts", "links"]) {
      const map = value[name];
      if (name in value && this.#map(map, [name])) {
        for (const [key, one] of Object.entries(map)) this.#text(one, [name, key]);
      }
    }
    if ("code" in value) this.#texts(value.code, ["code"], codeFields, ["text"]);
    if ("actions" in value) this.#actions(value.actions);
    return this.#found;
  }

  #actions(actions: unknown): void {
    if (!Array.isArray(actions)) this.#report(["actions"], "actions is a list of maps with a title each.");
    for (const [index, action] of Array.isArray(actions) ? actions.entries() : []) {
      this.#texts(action, ["actions", index], actionFields, ["title"]);
      const style = isObject(action) ? action.style : undefined;
      if (typeof style === "string" && !styles.includes(style)) {
        this.#report(["actions", index, "style"], `style is ${styles.join(" or ")}.`);
      }
    }
  }

  #texts(value: unknown, path: DocumentPath, known: readonly string[], needed: readonly string[]): void {
    if (!this.#map(value, path, known)) return;
    for (const [key, one] of Object.entries(value)) this.#text(one, [...path, key]);
    for (const name of needed.filter((one) => !(one in value))) this.#report(path, `${path[0]} needs ${name}.`);
  }

  #map(value: unknown, path: DocumentPath, known?: readonly string[]): value is Record<string, unknown> {
    if (!isObject(value)) {
      this.#report(path, `${path.length === 0 ? "The front part" : path.join(".")} is a map.`);
      return false;
    }
    for (const key of known ? Object.keys(value).filter((one) => !known.includes(one)) : []) {
      const there = `${didYouMean(key, known ?? [])} There is ${known?.join(", ")}.`;
      this.#report([...path, key], `A template has no ${[...path, key].join(".")}.${there}`);
    }
    return true;
  }

  #text(value: unknown, path: DocumentPath): void {
    if (typeof value === "string") return;
    const hint = isObject(value) ? " A value that begins with {{ needs quotes around it." : "";
    this.#report(path, `${path.join(".")} is a text.${hint}`);
  }

  #report(path: DocumentPath, message: string): void {
    this.#found.push({ code: "InvalidTemplate", message, ...below(this.#document.locate(path)) });
  }
}
