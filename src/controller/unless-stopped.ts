/** Leaves what only reads when the program ends: a slow system would hold it up, and no trace is lost. */

/**
 * @param writes whether something is being written. Then it is waited for.
 * @returns undefined when it was left. What it still does has to find the signal before it writes anything.
 */
export async function unlessStopped<T>(
  running: Promise<T>,
  signal: AbortSignal,
  writes: () => boolean,
): Promise<T | undefined> {
  const left = Promise.withResolvers<undefined>();
  const leave = () => {
    if (!writes()) left.resolve(undefined);
  };
  signal.addEventListener("abort", leave);
  if (signal.aborted) leave();
  try {
    return await Promise.race([running, left.promise]);
  } finally {
    signal.removeEventListener("abort", leave);
    running.catch(() => undefined);
  }
}
