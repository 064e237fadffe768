/**
 * What the server is put together from: the only things that it knows of the rest of the program.
 *
 * Whoever starts it (the controller) fills these in. The server decides who may ask for what, what is
 * well-formed and how an answer looks; everything else happens behind these interfaces.
 */
import type { Condition } from "../api/condition.ts";
import type { EventEnvelope } from "../api/event.ts";
import type { Failed, Fired } from "../store/firing-types.ts";
import type { LastingStore } from "../store/types.ts";
import type { Principal } from "./auth.ts";
import type { HttpError } from "./http-error.ts";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";

/** Which Integration, Rule or other object is meant. */
export interface ObjectName {
  namespace: string;
  name: string;
}

/** A request as it came: the body is the very bytes, so that signatures can be checked. */
export interface RawRequest {
  method: string;
  /** Names in lower case; one that came several times is joined with `, `. */
  headers: Readonly<Record<string, string>>;
  /** The last value of each parameter. */
  query: Readonly<Record<string, string>>;
  body: Buffer;
  remoteAddress: string;
  /** The trace that everything which follows is logged under: 32 hex digits. */
  trace: string;
}

export interface RawAnswer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** Of an answer from 400 up without one, a problem document is made. */
  body?: string;
}

/** An Integration that accepts webhooks. */
export interface WebhookTarget extends ObjectName {
  platform: string;
}

export interface WebhooksPart {
  /** Integrations with `events.enabled`, in any order. */
  targets(): readonly WebhookTarget[];
  /** Authenticates and stores; also answers handshakes. A method that it has no use for gets 405. */
  receive(target: ObjectName, request: RawRequest): Promise<RawAnswer>;
  /** Keeps on record that a request was larger than is read; it comes without its body. */
  tooLarge(target: ObjectName, request: RawRequest): void;
}

export interface PostedEventsPart {
  /** Answers OPTIONS: whether a delivery service may send. Asks for no proof. */
  preflight(request: RawRequest): Promise<RawAnswer>;
  /** Who signed a request that came without a token. @throws HttpError 401, and 400 for what a signature cannot prove. */
  prove(request: RawRequest): Promise<Principal>;
  /** Reads structured, binary and batch mode. @throws HttpError for what is no CloudEvent, naming the element. */
  read(request: RawRequest): Promise<readonly EventEnvelope[]>;
  /** Puts on record that an event claims to come from an Integration. @returns what to answer. */
  forged(request: RawRequest, message: string): HttpError;
  /** Keeps on record that a request was larger than is read; it comes without its body. */
  tooLarge(request: RawRequest): void;
  /**
   * Stores all or none, on disk when it resolves.
   *
   * @throws HttpError 429 while too many wait, 503 while they cannot be written, both with Retry-After.
   */
  accept(
    events: readonly EventEnvelope[],
    from: { namespace: string; principal: Principal; request: RawRequest },
  ): Promise<readonly { id: string; seq: number; outcome: "stored" | "duplicate" | "replay" }[]>;
}

export interface IntegrationSummary extends ObjectName {
  title?: string;
  platform: string;
  system?: string;
  suspended: boolean;
  /** Where its webhooks go, from the public address. */
  webhook?: string;
  generation: number;
  observedGeneration?: number;
  conditions: readonly Condition[];
}

/** What a Rule and a NotificationRoute have in common. */
export interface FollowerSummary extends ObjectName {
  title?: string;
  generation: number;
  observedGeneration?: number;
  /** Empty until a controller has looked. */
  conditions: readonly Condition[];
  /** The event that was followed last. */
  lastFired?: Fired;
  /** What went wrong last. */
  lastError?: Failed;
}

export type RuleSummary = FollowerSummary;

/** A NotificationRoute. */
export interface RouteSummary extends FollowerSummary {
  /** How many routes there are in its tree. */
  routes: number;
  /** The Integrations that any of them names. */
  receivers: readonly string[];
}

/** How one look at a connection came out. */
export interface TestReport {
  ok: boolean;
  /** Where it broke, or what was found, in order. */
  steps: readonly { name: string; state: "ok" | "warning" | "failed" | "skipped"; message: string }[];
}

export interface Health {
  status: "healthy" | "unhealthy" | "error" | "unknown";
  message?: string;
  /** Milliseconds since 1970. */
  checkedAt?: number;
}

export interface Stats {
  calls: number;
  errors: number;
  /** Milliseconds. */
  latency?: { mean: number; p95: number };
  limits: readonly { name: string; limit?: number; remaining?: number; resetAt?: number }[];
  /** Milliseconds since 1970. */
  lastEventAt?: number;
}

/** Each answers undefined where there is no such Integration. What a system refuses comes as a ConnectorError. */
export interface IntegrationsPart {
  list(): Promise<readonly IntegrationSummary[]>;
  get(name: ObjectName): Promise<IntegrationSummary | undefined>;
  test(name: ObjectName, signal: AbortSignal): Promise<TestReport | undefined>;
  execute(
    name: ObjectName,
    call: { action: string; parameters: Readonly<Record<string, unknown>> },
    signal: AbortSignal,
  ): Promise<{ result: unknown } | undefined>;
  /** Asks for a pass soon. @param confirmRemovals the hash of the plan whose removals are confirmed. */
  reconcile(name: ObjectName, request: { confirmRemovals?: string }): Promise<{ queued: boolean } | undefined>;
  health(name: ObjectName): Promise<Health | undefined>;
  stats(name: ObjectName): Promise<Stats | undefined>;
}

/** What the last pass over an Integration found to differ. */
export interface DriftReport extends ObjectName {
  /** Milliseconds since 1970. */
  checkedAt?: number;
  /** Why nothing is known. */
  error?: string;
  changes: readonly { kind: string; key: string; action: string; fields: readonly string[]; reason?: string }[];
}

export interface ServerParts {
  store: Pick<LastingStore, "events" | "audit" | "tokens" | "notices">;
  webhooks: WebhooksPart;
  events: PostedEventsPart;
  integrations: IntegrationsPart;
  rules: { list(): Promise<readonly RuleSummary[]> };
  routes: { list(): Promise<readonly RouteSummary[]> };
  drift: { list(): Promise<readonly DriftReport[]> };
  /** Why it is not ready yet, a sentence each; empty when it is. */
  notReady(): readonly string[];
  log: Logger;
  metrics: Metrics;
  /** Milliseconds since 1970. */
  now(): number;
  /** Unforeseeable bytes. */
  random(bytes: number): Buffer;
}
