/**
 * The end of one request: its caller gives up, or time is up.
 *
 * Every request has one and few come to it, so it is a timer and little else; a signal, with what it takes to keep
 * listeners, is made for whoever asks for one. `AbortSignal.any` over a signal that lives as long as the process would
 * gather listeners; this takes its listener away again. The timer is real on purpose: it is about a socket.
 */

/** What breaks a request off; an AbortSignal is one. */
export interface Ending {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

export class Deadline implements Ending, Disposable {
  aborted = false;
  reason: unknown;
  readonly #timer: NodeJS.Timeout;
  readonly #caller: AbortSignal | undefined;
  readonly #giveUp: (() => void) | undefined;
  #listener: (() => void) | undefined;
  #controller: AbortController | undefined;
  #expired = false;

  /** @param milliseconds until time is up. @param caller the caller's own signal. */
  constructor(milliseconds: number, caller: AbortSignal | undefined) {
    this.#timer = setTimeout(() => {
      this.#expired = true;
      this.#end(new DOMException("Time is up.", "AbortError"));
    }, milliseconds);
    this.#caller = caller;
    if (!caller) return;
    this.#giveUp = () => this.#end(caller.reason);
    if (caller.aborted) this.#giveUp();
    else caller.addEventListener("abort", this.#giveUp, { once: true });
  }

  /** Whether time was up before the caller gave up. */
  get expired(): boolean {
    return this.#expired && this.#caller?.aborted !== true;
  }

  /** For what wants a signal. Made when it is first asked for. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.aborted) this.#controller.abort(this.reason);
    }
    return this.#controller.signal;
  }

  /** There is one listener, since one exchange at a time has to end. */
  addEventListener(_: "abort", listener: () => void): void {
    this.#listener = listener;
  }

  removeEventListener(): void {
    this.#listener = undefined;
  }

  /** The request is over. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    if (this.#giveUp) this.#caller?.removeEventListener("abort", this.#giveUp);
  }

  #end(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#listener?.();
    this.#controller?.abort(reason);
  }
}
