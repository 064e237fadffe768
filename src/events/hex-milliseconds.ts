/** A moment as text that sorts like the moment: what ids begin with that are to stand together in an index. */

let last = { milliseconds: -1, text: "" };

/**
 * Many ask for one moment, and a number of this size takes a microsecond to write in hex; so the last text is kept.
 *
 * @param milliseconds since 1970. @returns 12 lower-case hex digits.
 */
export function hexMilliseconds(milliseconds: number): string {
  if (milliseconds !== last.milliseconds) {
    const text = (Math.floor(milliseconds) % 2 ** 48).toString(16).padStart(12, "0");
    last = { milliseconds, text };
  }
  return last.text;
}
