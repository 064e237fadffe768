/**
 * Writes lines that come at about the same time at once: each write of its own is a call of the system, and wakes
 * whoever reads.
 *
 * What comes after a pause is written at the end of the turn of the event loop; more than that waits some milliseconds
 * for what else comes.
 */

export interface Lines {
  /** @param line with its end. */
  write(line: string): void;
  /** Writes what was not written yet; to be called before the program ends. */
  flush(): void;
}

/** Milliseconds between two writes. */
const PAUSE = 10;

/** @param write called with one line or more. */
export function linesAtOnce(write: (text: string) => unknown): Lines {
  let waiting = "";
  let pausing = false;
  const flush = () => {
    const text = waiting;
    waiting = "";
    if (text !== "") write(text);
  };
  const flushAndPause = () => {
    pausing = waiting !== "";
    flush();
    if (pausing) setTimeout(flushAndPause, PAUSE);
  };
  return {
    write(line) {
      if (waiting === "" && !pausing) setImmediate(flushAndPause);
      waiting += line;
    },
    flush,
  };
}
