/**
 * Reads small files fast: one buffer for all, and never more of a file than may be in it.
 *
 * Reading is synchronous on purpose. A manifest is one page of a disk's cache; through the thread
 * pool each would cost several times what it takes to read. The loader yields between files.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { MAX_BYTES } from "./decode.ts";

const FIRST_BUFFER = 64 * 1024;

/** Reads files one after the other into the same memory. */
export class FileReader {
  private buffer = Buffer.allocUnsafe(FIRST_BUFFER);

  /**
   * @param input a path, or the number of an open file.
   * @returns the bytes, valid until the next call; of a file that is too large, the first of them,
   *   one more than are allowed.
   * @throws the system's error, with its `code`.
   */
  read(input: string | number): Uint8Array {
    const file = typeof input === "number" ? input : openSync(input, "r");
    try {
      let length = 0;
      while (length <= MAX_BYTES) {
        if (length === this.buffer.length) this.grow();
        const read = readSync(file, this.buffer, length, this.buffer.length - length, null);
        if (read === 0) break;
        length += read;
      }
      return this.buffer.subarray(0, Math.min(length, MAX_BYTES + 1));
    } finally {
      if (typeof input === "string") closeSync(file);
    }
  }

  private grow(): void {
    const larger = Buffer.allocUnsafe(Math.min(this.buffer.length * 4, MAX_BYTES + 1));
    this.buffer.copy(larger);
    this.buffer = larger;
  }
}
