/** Makes a value of the body of an answer, or says that it could not. */

/** The answer is larger than it may be. */
export class TooLarge extends Error {
  override readonly name = "TooLarge";
}

/** The body is not what its content type says, for instance cut short. */
export class BrokenBody extends Error {
  override readonly name = "BrokenBody";
}

const lenient = new TextDecoder();
const strict = new TextDecoder("utf-8", { fatal: true });

/** @throws BrokenBody when it claims to be JSON and is not UTF-8. */
export function decodeBody(bytes: Buffer, contentType: string | null): string {
  if (bytes.length === 0) return "";
  try {
    return (isJson(contentType) ? strict : lenient).decode(bytes);
  } catch {
    throw new BrokenBody("it is not valid UTF-8");
  }
}

/**
 * @returns parsed JSON, else the text; `undefined` for an empty one.
 * @throws BrokenBody when it claims to be JSON and is not.
 */
export function parseBody(text: string, contentType: string | null): unknown {
  if (text === "") return undefined;
  if (!isJson(contentType)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new BrokenBody("it is not valid JSON");
  }
}

export function isJson(contentType: string | null): boolean {
  return /^\s*[^;]*[/+]json\b/i.test(contentType ?? "");
}
