/**
 * Answers by their ETag, so that reading what did not change costs neither quota nor transfer.
 *
 * The text is kept, not the parsed value: its size is known, and every reader parses a copy of its
 * own. The headers are kept too, since a 304 need not repeat them, and a `Link` that went missing
 * would make a list end early.
 */

/** An answer that a 304 gives new life to. */
export interface StoredAnswer {
  etag: string;
  text: string;
  headers: Readonly<Record<string, string>>;
}

export interface EtagCacheOptions {
  /** Default 64 MiB. */
  maxBytes?: number;
  /** Default 5000. */
  maxEntries?: number;
}

/** A cache that drops what was not used for longest. */
export class EtagCache {
  readonly #entries = new Map<string, { answer: StoredAnswer; bytes: number }>();
  readonly #maxBytes: number;
  readonly #maxEntries: number;
  #bytes = 0;

  constructor(options: EtagCacheOptions = {}) {
    this.#maxBytes = options.maxBytes ?? 64 * 1024 * 1024;
    this.#maxEntries = options.maxEntries ?? 5000;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): StoredAnswer | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.answer;
  }

  /** Keeps an answer; one that would take more than an eighth of the cache is not kept. */
  set(key: string, answer: StoredAnswer): void {
    this.delete(key);
    const bytes = sizeOf(key, answer);
    if (bytes > this.#maxBytes / 8) return;
    this.#entries.set(key, { answer, bytes });
    this.#bytes += bytes;
    for (const [oldest] of this.#entries) {
      if (this.#bytes <= this.#maxBytes && this.#entries.size <= this.#maxEntries) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#bytes -= entry.bytes;
    this.#entries.delete(key);
  }
}

/** Two bytes a character, which is what a JavaScript string takes at most. */
function sizeOf(key: string, answer: StoredAnswer): number {
  return 2 * (key.length + answer.text.length + JSON.stringify(answer.headers).length);
}
