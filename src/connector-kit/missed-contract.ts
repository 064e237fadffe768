/** The contract of events that no webhook brought: those that are polled, and those that did not arrive. */
import type { Key } from "../api/index.ts";
import type { PlatformEvent } from "./index.ts";

/** What asking a platform for events gave. */
export interface Polled {
  /** In the order of their happening. One that came before under the same id does nothing. */
  events: readonly PlatformEvent[];
  /** Where the next question goes on. It is kept once the events are on disk, so that they may come again. */
  cursor: string;
  /** There is more: it is asked again at once. */
  more?: boolean;
}

/** A delivery of a webhook that did not arrive. */
export interface MissedDelivery {
  /** As {@link PlatformEvent.id}. */
  id: string;
  /** When the event was first sent, and when it was last tried; ISO 8601. */
  at: string;
  triedAt: string;
  /** How often the platform tried. */
  attempts: number;
  /** By what {@link Recovery.redeliver} finds it. */
  reference: string;
}

export interface MissedRequest {
  /** Whether what is sent to an address comes to this Integration. */
  reaches(address: string): boolean;
  /** The things that the Integration owns. */
  owned: readonly { kind: string; key: Key; id: string }[];
  /** @returns those of the ids whose events are in the inbox. */
  arrived(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Milliseconds since 1970. */
  now: number;
}

/** For a platform that keeps what it could not deliver, and does not try again by itself. */
export interface Recovery {
  /**
   * Reads what was sent to this Integration, did not arrive and can still be had. An error may come after what could
   * be read, which counts.
   */
  missed(reader: unknown, request: MissedRequest): AsyncIterable<MissedDelivery>;
  /** Has one delivered again, under its own id, to where webhooks go. */
  redeliver(writer: unknown, missed: MissedDelivery): Promise<unknown>;
}
