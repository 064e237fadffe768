/**
 * A strict reader of the XML that one document of ours may be made of (XML 1.0, fifth edition): a declaration,
 * elements, attributes in double quotes, text, the five named references and numbers. All else is an error.
 */

export interface Element {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: readonly Element[];
  /** Its own text, without that of its children. */
  text: string;
}

/** Section 2.2: Char. */
const OTHERS = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const TOKEN = /<(\/?)([A-Za-z][\w.-]*)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>|[^<]+/gy;
const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** @throws Error for anything that is not well-formed. */
export function readXml(document: string): Element {
  if (OTHERS.test(document)) throw new Error("A character that XML 1.0 has not.");
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>';
  if (!document.startsWith(declaration)) throw new Error("No declaration.");
  const root = { name: "", attributes: {}, children: [] as Element[], text: "" };
  const open = [root];
  TOKEN.lastIndex = declaration.length;
  while (TOKEN.lastIndex < document.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(document);
    if (!match) throw new Error(`No element and no text: ${document.slice(at, at + 60)}`);
    const [token, close, name, attributes = "", empty] = match;
    const inner = open.at(-1) as typeof root;
    if (name === undefined) inner.text += textOf(token);
    else if (close) {
      if (inner.name !== name) throw new Error(`</${name}> ends <${inner.name}>.`);
      open.pop();
    } else {
      const element = { name, attributes: attributesOf(attributes), children: [] as Element[], text: "" };
      inner.children.push(element);
      if (!empty) open.push(element);
    }
  }
  const [first] = root.children;
  if (open.length !== 1 || root.children.length !== 1 || root.text.trim() !== "" || !first) {
    throw new Error("Not one root that is closed.");
  }
  return first;
}

function textOf(text: string): string {
  if (text.includes("]]>")) throw new Error("The end of a CDATA section outside one.");
  return text.replaceAll(/&([^;]*);?/g, (whole, reference: string) => {
    const character = whole.endsWith(";") ? (NAMED[reference] ?? numbered(reference)) : undefined;
    if (character === undefined) throw new Error(`No reference: ${whole.slice(0, 20)}`);
    return character;
  });
}

function numbered(reference: string): string | undefined {
  const match = /^#(x[0-9a-fA-F]+|[0-9]+)$/.exec(reference);
  return match ? String.fromCodePoint(Number((match[1] as string).replace(/^x/, "0x"))) : undefined;
}

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name = "", value = ""] of text.matchAll(/([\w:.-]+)="([^"]*)"/g)) {
    if (Object.hasOwn(found, name)) throw new Error(`${name} twice.`);
    found[name] = textOf(value);
  }
  return found;
}
