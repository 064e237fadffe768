/**
 * One request over a dispatcher, its answer collected while it comes.
 *
 * undici's own `request` gives the body as a stream, which costs as much again as the exchange. Whoever asks here wants
 * it whole or not at all.
 */
import type { Dispatcher } from "undici";
import { TooLarge } from "./body.ts";
import type { Ending } from "./deadline.ts";

/** One request as it goes out. Redirects are not followed. */
export interface Outgoing {
  method: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body?: string | Uint8Array | undefined;
  /** The most bytes of the body that are read. */
  most: number;
  /** Of the body nothing is kept, and a longer one is broken off. */
  drop?: boolean;
  signal: Ending;
}

/** The answer to it. */
export interface Incoming {
  status: number;
  /** Names in lower case; what came several times is joined with commas. */
  headers: Readonly<Record<string, string>>;
  /** Unpacked, where it came compressed; empty where it was to be dropped. */
  bytes: Buffer;
}

/**
 * @throws TooLarge; the signal's reason; what the connection throws. What was aborted before it began is not sent.
 */
export function collect(dispatcher: Dispatcher, url: URL, outgoing: Outgoing): Promise<Incoming> {
  const { method, headers, body = null, signal } = outgoing;
  return new Promise((resolve, reject) => {
    const collector = new Collector(outgoing, resolve, reject);
    if (signal.aborted) {
      collector.end(signal.reason);
      return;
    }
    signal.addEventListener("abort", collector.giveUp);
    const request = { method: method as Dispatcher.HttpMethod, headers: headers as Record<string, string>, body };
    dispatcher.dispatch({ origin: url.origin, path: url.pathname + url.search, ...request }, collector);
  });
}

const nothing = Buffer.alloc(0);

class Collector implements Dispatcher.DispatchHandler {
  readonly giveUp: () => void;
  readonly #outgoing: Outgoing;
  readonly #resolve: (answer: Incoming) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #ended: Error | undefined;
  #size = 0;
  #status = 0;
  #headers: Readonly<Record<string, string>> = {};

  constructor(outgoing: Outgoing, resolve: (answer: Incoming) => void, reject: (reason: unknown) => void) {
    this.#outgoing = outgoing;
    this.#resolve = resolve;
    this.#reject = reject;
    this.giveUp = () => this.end(outgoing.signal.reason);
  }

  /** Nothing more is read; what is under way is broken off. @param reason what the request fails with. */
  end(reason: unknown): void {
    this.#settle();
    this.#reject(reason);
    this.#breakOff(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#ended) controller.abort(this.#ended);
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return; // an interim answer (RFC 9110 section 15.2)
    this.#status = status;
    this.#headers = joined(headers);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    const { most, drop } = this.#outgoing;
    this.#size += chunk.length;
    if (this.#size <= most) {
      if (!drop) this.#chunks.push(chunk);
    } else if (drop) {
      this.#done();
      this.#breakOff(undefined);
    } else {
      this.end(new TooLarge(`more than ${most} bytes`));
    }
  }

  onResponseEnd(): void {
    this.#done();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#settle();
    this.#reject(error);
  }

  #done(): void {
    this.#settle();
    const bytes = this.#chunks.length === 0 ? nothing : Buffer.concat(this.#chunks);
    this.#resolve({ status: this.#status, headers: this.#headers, bytes });
  }

  #breakOff(reason: unknown): void {
    this.#ended = reason instanceof Error ? reason : new Error("Nobody reads on.");
    this.#controller?.abort(this.#ended);
  }

  #settle(): void {
    this.#outgoing.signal.removeEventListener("abort", this.giveUp);
  }
}

/** @returns the headers, names in lower case. */
export function joined(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value !== undefined) found[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  }
  return found;
}
