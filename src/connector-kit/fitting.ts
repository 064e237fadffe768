/**
 * Makes a notification fit a platform's limits, and remembers what was left out, for `Notified.truncated`.
 *
 * Sizes are counted in UTF-16 units after escaping: no platform counts a text longer than that, and none is ever cut
 * inside a letter or an escape.
 */

/** Makes one character (a code point) mean itself in a platform's text; what it gives is never shorter. */
export type EscapeCharacter = (character: string) => string;

/** What stands at the end of a text that was cut. */
const CUT = "…";

export class Fitting {
  #left: number;
  readonly #omitted: string[] = [];

  /** @param total how long all texts together may be. */
  constructor(total: number = Number.POSITIVE_INFINITY) {
    this.#left = total;
  }

  /**
   * @param what for people, as in "the end of …": `the text`.
   * @param most how long the text may be once it is escaped.
   * @returns the text, escaped, with its lone surrogates replaced; its beginning and `…` where it is too long, and
   *   nothing where not even those fit.
   */
  text(what: string, raw: string, most: number, escaped: EscapeCharacter = (character) => character): string {
    const room = Math.min(most, this.#left);
    const { text, whole } = cut(raw, room, escaped);
    if (!whole) this.omit(`the end of ${what}`);
    this.#left -= text.length;
    return text;
  }

  /** @returns a text that may not be cut, such as an address; nothing, which is said, where it does not fit. */
  whole(what: string, text: string, most: number): string | undefined {
    if (text.length > Math.min(most, this.#left)) {
      this.omit(what);
      return undefined;
    }
    this.#left -= text.length;
    return text;
  }

  /**
   * @param what in the plural: `facts`. @param beyond how many more there are than the list has.
   * @returns the first of a list, as many as may be.
   */
  first<T>(what: string, all: readonly T[], most: number, beyond = 0): readonly T[] {
    const total = all.length + beyond;
    const shown = Math.min(all.length, most);
    if (total > shown) this.omit(`${total - shown} of ${total} ${what}`);
    return all.slice(0, shown);
  }

  /** @returns the last of a list, as many as may be. */
  last<T>(what: string, all: readonly T[], most: number, beyond = 0): readonly T[] {
    return this.first(what, all.toReversed(), most, beyond).toReversed();
  }

  /** Says that something was left out; once, however often. */
  omit(what: string): void {
    if (!this.#omitted.includes(what)) this.#omitted.push(what);
  }

  /** @returns what was left out, as a sentence. */
  get omitted(): string | undefined {
    return this.#omitted.length === 0 ? undefined : `Left out: ${this.#omitted.join(", ")}.`;
  }
}

function cut(raw: string, room: number, escaped: EscapeCharacter): { text: string; whole: boolean } {
  let text = "";
  let fitting = "";
  for (const character of wellFormed(raw, room)) {
    text += escaped(character);
    if (text.length > room) return { text: room < CUT.length ? "" : fitting + CUT, whole: false };
    if (text.length <= room - CUT.length) fitting = text;
  }
  return { text, whole: true };
}

/** No more of a text than can matter is looked at: it may be megabytes long. */
function wellFormed(raw: string, room: number): string {
  return (raw.length > room + 2 ? raw.slice(0, room + 2) : raw).toWellFormed();
}

/** @returns a text in one line: each run of white space is one blank. */
export function oneLine(text: string): string {
  return text.replace(/\s+/gu, " ").trim();
}

/** @returns a page's address as browsers write it; `undefined` for anything but http and https. */
export function webAddress(url: string): string | undefined {
  const parsed = URL.parse(url.trim());
  return parsed?.protocol === "https:" || parsed?.protocol === "http:" ? parsed.href : undefined;
}
