/** What a connector gives the contract suite: a system that keeps state, and entries for it. */

import type { ErrorCode } from "../../../src/connector-kit/errors.ts";
import type { Connector, InboundRequest, PlatformEvent, Spec } from "../../../src/connector-kit/index.ts";
import type { Session } from "../../../src/connector-kit/session.ts";
import type { Fate, Recorded } from "../../support/proxy.ts";

export interface StartedSystem {
  /** Where it is, an origin. */
  url: string;
  connection: Readonly<Record<string, unknown>>;
  /** Resolved. Each value of eight characters and more is looked for in what fails. */
  credentials: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Entries of one kind, as a manifest states them: with keys and names for references, and secrets resolved. */
export interface KindCase {
  /** Two entries with different keys. For a nested kind both go below its parent's first entry. */
  entries: readonly [Spec, Spec];
  /** What then changes of the first entry; left out when nothing can. */
  change?: Spec;
  /** A 404 says that there is no such thing, as for settings that have an address of their own; default false. */
  absentWhen404?: boolean;
}

/** A genuine request of the platform. */
export interface EventCase {
  name: string;
  request: InboundRequest;
  /** The secret that it is signed with. */
  credentials: Readonly<Record<string, string>>;
  /** Default: none of its settings. */
  connection?: Readonly<Record<string, unknown>>;
  /** When it was signed, milliseconds since 1970. */
  now: number;
  /** What the request tells of, as far as it is stated. */
  events: readonly Partial<PlatformEvent>[];
}

/** What a connector that delivers notifications has to be tested with. */
export interface NotificationCase {
  target: Spec;
  /** Makes what the target names. */
  prepare?(system: Pick<StartedSystem, "url" | "credentials">): Promise<void>;
  /** Whether a request sends a notification anew. */
  delivers(request: Recorded): boolean;
  /** What the platform would refuse or cut. */
  mistakes(request: Recorded): string[];
  /** Whom it mentions, and what else its texts are taken for. */
  mentions(request: Recorded): string[];
  /** Whether it may be sent again with the same key when its answer was lost. */
  repeatable: boolean;
  /** What the platform, or whoever receives, knows a repetition by. */
  identity(request: Recorded, index: number): string;
  /** A reference to something that is not there; left out where nothing is changed in place. */
  gone?: string;
}

export interface Subject {
  connector: Connector;
  /** The name of the platform's OpenAPI description; left out where it publishes none. */
  spec?: string;
  /** Paths that the platform documents, and that its description here lacks. */
  undescribed?: RegExp;
  /**
   * Starts an empty system of its own for each test.
   *
   * @param options with `smallPages`, pages of lists hold one thing.
   */
  start(options: { smallPages: boolean }): Promise<StartedSystem>;
  /** By kind. */
  kinds: Readonly<Record<string, KindCase>>;
  /** By lookup: a name that the system knows. */
  lookups?: Readonly<Record<string, string>>;
  /** Whether a request changes something; default: any but GET and HEAD. */
  isWrite?: (request: Recorded) => boolean;
  /** Failures in the platform's own form, beside plain statuses. */
  refusals?: readonly { name: string; answer: Extract<Fate, { status: number }>; code: ErrorCode }[];
  /** What is asked of a system to see how it fails; default: the connection test. */
  ask?: (session: Session) => Promise<unknown>;
  /** What the platform sends: each form in which it comes. */
  events?: readonly EventCase[];
  /** Left out where the connector delivers none. */
  notifications?: NotificationCase;
  /** The connection that leads to a system; default: `{ baseUrl }`. @param url where the recording proxy is. */
  reach?: (url: string) => Readonly<Record<string, unknown>>;
}
