/** Reads the body of an answer whole, or says that it could not. */

/** The answer is larger than it may be. */
export class TooLarge extends Error {
  override readonly name = "TooLarge";
}

/** The body is not what its content type says, for instance cut short. */
export class BrokenBody extends Error {
  override readonly name = "BrokenBody";
}

/**
 * Reads a body, counting while it comes.
 *
 * @throws TooLarge; what the connection throws when it breaks off.
 */
export async function readBody(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const bytes of body) {
    size += bytes.byteLength;
    if (size > maxBytes) throw new TooLarge(`more than ${maxBytes} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** What is read of a body that nobody looks at, in bytes: a short one leaves the connection usable. */
const DROPPED_BYTES = 64 * 1024;

/** Reads a short body to its end and breaks a longer one off. @returns nothing of it. */
export async function dropBody(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  let size = 0;
  for await (const { byteLength } of body) {
    size += byteLength;
    if (size > DROPPED_BYTES) break;
  }
  return Buffer.alloc(0);
}

/** @throws BrokenBody when it claims to be JSON and is not UTF-8. */
export function decodeBody(bytes: Buffer, contentType: string | null): string {
  try {
    return new TextDecoder("utf-8", { fatal: isJson(contentType) }).decode(bytes);
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
