/** Writes lines that come in one turn of the event loop at once: each write of its own is a call of the system. */

export interface Lines {
  /** @param line with its end. */
  write(line: string): void;
  /** Writes what was not written yet; to be called before the program ends. */
  flush(): void;
}

/** @param write called with one line or more. */
export function linesAtOnce(write: (text: string) => unknown): Lines {
  let waiting = "";
  const flush = () => {
    const text = waiting;
    waiting = "";
    if (text !== "") write(text);
  };
  return {
    write(line) {
      if (waiting === "") setImmediate(flush);
      waiting += line;
    },
    flush,
  };
}
