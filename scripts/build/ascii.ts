/**
 * Writes what is not ASCII in JavaScript as escapes.
 *
 * Node.js reads a file that is all ASCII as bytes; one other character makes it decode the whole file, and V8
 * scan twice the memory, at every start.
 */
export function ascii(code: string): string {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
