/**
 * Bytes of a file to text: UTF-8 and nothing else.
 *
 * UTF-16 is told by its byte order mark, or by zero bytes in its first characters (the table of
 * YAML 1.2.2 section 5.2), and named, since editors on Windows write it and do not show it.
 */
import { isUtf8 } from "node:buffer";
import type { Fault } from "./syntax-faults.ts";

/** A file may have so many bytes: far more than people write, few enough to be read at once. */
export const MAX_BYTES = 4 * 1024 * 1024;

export type Decoded = { text: string } | { fault: Omit<Fault, "offset">; line: number; column: number };

/** @returns the text with its byte order mark, or the one reason why it is none. */
export function decode(bytes: Uint8Array): Decoded {
  if (bytes.length > MAX_BYTES) return refuse("FileTooLarge", "The file is larger than 4 MiB.", "Split it.");
  const wide = wideEncoding(bytes);
  if (wide) {
    return refuse("NotUtf8", `The file is encoded as ${wide}; manifests are UTF-8.`, "Save it as UTF-8.");
  }
  if (!isUtf8(bytes)) return notUtf8(bytes);
  return { text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8") };
}

/** Whether a file that cannot be read as YAML speaks of Plumbline, in any encoding told by {@link decode}. */
export function mentionsPlumbline(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (buffer.includes("plumbline.dev/")) return true;
  // What is left of UTF-16 and UTF-32, of either byte order, when its zero bytes are taken out.
  return Buffer.from(bytes.filter((byte) => byte !== 0)).includes("plumbline.dev/");
}

function wideEncoding(bytes: Uint8Array): string | undefined {
  if (bytes.length < 2) return undefined;
  const a = bytes[0];
  const b = bytes[1];
  const c = bytes[2];
  const d = bytes[3];
  if (a === 0 && b === 0) return "UTF-32";
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? "UTF-32" : "UTF-16";
  if ((a === 0xfe && b === 0xff) || a === 0) return "UTF-16";
  if (b === 0) return c === 0 && d === 0 ? "UTF-32" : "UTF-16";
  return undefined;
}

function notUtf8(bytes: Uint8Array): Decoded {
  let line = 1;
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0 && isUtf8(bytes.subarray(start, end)); end = bytes.indexOf(10, start)) {
    line++;
    start = end + 1;
  }
  const end = bytes.indexOf(10, start);
  const text = new TextDecoder().decode(bytes.subarray(start, end < 0 ? bytes.length : end));
  const column = Math.max(text.indexOf("\uFFFD"), 0) + 1;
  const fault = refuse("NotUtf8", "The file holds a byte that is not UTF-8.", "Save it as UTF-8.");
  return { ...fault, line, column };
}

function refuse(code: string, message: string, remedy: string) {
  return { fault: { code, message, remedy }, line: 1, column: 1 };
}
