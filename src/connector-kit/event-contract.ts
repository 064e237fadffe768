/**
 * The contract of incoming events: how a platform proves that a webhook is its own, and what it tells.
 *
 * Requests are handed on as they were received, since signatures are over bytes.
 */

import type { CheckedAccount } from "./account.ts";
import type { Polled, Recovery } from "./missed-contract.ts";

/** An incoming webhook as it was received; signatures are over `body` as it is. */
export interface InboundRequest {
  headers: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  body: Uint8Array;
}

/** What all ways of proving have in common. */
interface Proof {
  /** The credential that holds the secret. */
  credential: string;
  /** The credential with the secret that was in use before; it is accepted as well. */
  previous?: string;
  /**
   * Whether the same bytes, coming again within 24 hours, are a replay and do nothing. Default: where a signature
   * covers no time, since anybody who saw it can send it again under another id.
   */
  remember?: boolean;
}

/** When a request was signed, in seconds since 1970, and how far from now that may be. */
export interface SignedTime {
  /** @returns `undefined` for what is missing or no whole number; {@link wholeSeconds} reads strictly. */
  of(request: InboundRequest): number | undefined;
  toleranceSeconds: number;
}

/** How a platform proves that a webhook is its own. */
export type Authenticate =
  | (Proof & {
      type: "hmac";
      algorithm: "sha256" | "sha1" | "sha512";
      encoding: "hex" | "base64" | "base64url";
      header: string;
      prefix?: string;
      /** The key that a secret stands for; `undefined` for one without the right form. Default: its bytes. */
      key?(secret: string): Uint8Array | undefined;
      /** The form of a secret that {@link key} takes, for people. */
      form?: string;
      /** The signatures, without a prefix, where there may be several; default: the header's value. */
      signatures?(request: InboundRequest): readonly string[];
      /** What is signed; default: the body. */
      signed?(request: InboundRequest): Uint8Array | undefined;
      timestamp?: SignedTime;
    })
  | (Proof & {
      type: "ed25519";
      header: string;
      signed(request: InboundRequest): Uint8Array | undefined;
      timestamp?: SignedTime;
    })
  | (Proof & { type: "sharedSecret" | "clientState"; of(request: InboundRequest): string | undefined });

/** A platform's event, before it becomes a CloudEvent. */
export interface PlatformEvent {
  /** The platform's delivery id. */
  id: string;
  /** The platform's own name for it. */
  name: string;
  /** ISO 8601. */
  time?: string;
  subject?: string;
  data: unknown;
  /** `data` as the JSON text that came, so that none of its digits is lost; left out where it was no JSON. */
  text?: string;
  /** Whether `data` is what `readJson` or `jsonObject` made of `text`; left out or false: it is read once more. */
  exact?: boolean;
}

/** What a connector may need to read a request, beside the request. */
export interface InboundContext {
  connection: Readonly<Record<string, unknown>>;
  /** A new id each time, for a sender whose deliveries have none. */
  newId(): string;
}

export interface Events {
  /** The names of the events, for documentation and validation. */
  names: readonly string[];
  /** The property of `data` that an event is about. */
  main: Readonly<Record<string, string>>;
  /** A function where the connection says how; {@link authenticateOf} asks either. */
  authenticate: Authenticate | ((connection: Readonly<Record<string, unknown>>) => Authenticate);
  /**
   * Answers a request other than POST, for which no proof is asked and no event comes of. Left out, or undefined: 405.
   */
  preflight?(
    request: InboundRequest & { method: string },
    connection: Readonly<Record<string, unknown>>,
  ): { status: number; headers?: Record<string, string>; body?: string } | undefined;
  /** An answer in place of taking an event in; asked for authenticated requests only, and throws for none. */
  handshake?(request: InboundRequest): { status: number; headers?: Record<string, string>; body: string } | undefined;
  /**
   * Reads an authenticated request; nothing for one that tells of no event.
   *
   * @throws Error that says why without saying what stood there, for one that cannot be read.
   */
  parse(request: InboundRequest, context: InboundContext): readonly PlatformEvent[];
  /** Whether this account, as `check` tells it, caused the event. Left out: nobody can tell. */
  own?(event: Pick<PlatformEvent, "name" | "data">, account: CheckedAccount): boolean;
  enrich?(reader: unknown, event: PlatformEvent): Promise<PlatformEvent>;
  /**
   * Asks for events where a platform has no webhook for them: at the start of the controller and at each interval.
   *
   * @param cursor as it was given last; undefined the first time, and when the connection changed.
   */
  poll?(reader: unknown, cursor: string | undefined): Promise<Polled>;
  recover?: Recovery;
  subscribe?: { ensure(writer: unknown, address: string): Promise<{ expiresAt: string }>; renewBefore: string };
}
