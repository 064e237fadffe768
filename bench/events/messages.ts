/** Where HTTP/1.1 messages end in a stream of bytes. Nothing else of them is read. */

const HEAD_END = Buffer.from("\r\n\r\n");
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const CHUNKED = /\r\ntransfer-encoding: *chunked/i;
/** The last chunk of a body whose length was not stated. */
const LAST_CHUNK = Buffer.from("\r\n0\r\n\r\n");

/** @returns takes what came next, and says how many messages ended with it. Made anew for each connection. */
export function createMessageEnds(): (chunk: Buffer) => number {
  let kept: Buffer | undefined;
  return (chunk) => {
    let rest = kept ? Buffer.concat([kept, chunk]) : chunk;
    let count = 0;
    for (let size = sizeOf(rest); size > 0 && size <= rest.length; size = sizeOf(rest)) {
      count += 1;
      rest = rest.subarray(size);
    }
    kept = rest.length > 0 ? rest : undefined;
    return count;
  };
}

/** @returns the bytes of the first message; 0 while that cannot be said. */
function sizeOf(bytes: Buffer): number {
  const head = bytes.indexOf(HEAD_END);
  if (head < 0) return 0;
  const text = bytes.toString("latin1", 0, head);
  const body = head + HEAD_END.length;
  if (!CHUNKED.test(text)) return body + Number(LENGTH.exec(text)?.[1] ?? 0);
  const last = bytes.indexOf(LAST_CHUNK, head);
  return last < 0 ? 0 : last + LAST_CHUNK.length;
}
