/**
 * A signal for one request that is aborted by its caller or by time.
 *
 * `AbortSignal.any` over a signal that lives as long as the process would gather listeners; this one
 * takes its listener away again. The timer is real on purpose: it is about a socket.
 */

export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** Whether time was up before the caller gave up. */
  readonly expired: boolean;
}

/** @param milliseconds until time is up. @param caller the caller's own signal. */
export function deadline(milliseconds: number, caller: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    controller.abort();
  }, milliseconds);
  const giveUp = () => controller.abort(caller?.reason);
  if (caller?.aborted) giveUp();
  caller?.addEventListener("abort", giveUp, { once: true });
  return {
    signal: controller.signal,
    get expired() {
      return expired && caller?.aborted !== true;
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      caller?.removeEventListener("abort", giveUp);
    },
  };
}
