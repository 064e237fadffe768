/**
 * Double-quoted strings as Go reads them (go.dev/ref/spec#String_literals), which is what Alertmanager's matchers use.
 *
 * `\x` and octal escapes are bytes, all others characters; the whole has to be valid UTF-8.
 */

/** What is wrong with a quoted text, and where in it, from 0. */
export interface QuoteFault {
  fault: string;
  offset: number;
}

const single: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  '"': '"',
};

const piece =
  /[^\\\n]+|\\([abfnrtv\\"])|\\x([0-9a-fA-F]{2})|\\([0-3][0-7]{2})|\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/y;

/** @param text with its quotes, none of them unescaped inside. */
export function unquote(text: string): string | QuoteFault {
  const bytes: number[] = [];
  let offset = 1;
  while (offset < text.length - 1) {
    piece.lastIndex = offset;
    const found = piece.exec(text.slice(0, -1));
    const read = found && bytesOf(found);
    if (!read) return { fault: faultAt(text, offset), offset };
    for (const byte of read) bytes.push(byte);
    offset += (found as RegExpExecArray)[0].length;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return { fault: "The quoted text is not valid UTF-8.", offset: 0 };
  }
}

/** @returns undefined for a number that is no character. */
function bytesOf(found: RegExpExecArray): Iterable<number> | undefined {
  const [whole, letter, hex, octal, short, long] = found;
  if (letter !== undefined) return encode(single[letter] as string);
  if (hex !== undefined) return [Number.parseInt(hex, 16)];
  if (octal !== undefined) return [Number.parseInt(octal, 8)];
  const code = short ?? long;
  if (code === undefined) return encode(whole);
  const point = Number.parseInt(code, 16);
  if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return undefined;
  return encode(String.fromCodePoint(point));
}

function faultAt(text: string, offset: number): string {
  if (text[offset] === "\n") return "A line break in quotes is written \\n.";
  return `${text.slice(offset, offset + 2)} is no escape. A backslash in quotes is written \\\\.`;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
