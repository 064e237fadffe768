/** What a connector is made of. */

export { Secret, type Static, type TSchema, Type } from "../api/index.ts";
export type * from "../api/notification.ts";
export type * from "./account.ts";
export * from "./compile.ts";
export * from "./contract.ts";
export * from "./errors.ts";
export type * from "./event-contract.ts";
export { readJson, TooDeep } from "./exact-json.ts";
export * from "./facade/index.ts";
export * from "./fitting.ts";
export type { ErrorClassifier, Guard } from "./guard.ts";
export { systemClock } from "./http/clock.ts";
export type { Answered, SentRequest } from "./http/connection.ts";
export { parseDuration } from "./http/duration.ts";
export { assertHeaders } from "./http/guarded-request.ts";
export type { Lane } from "./http/limits.ts";
export type { HostTrust } from "./http/public-address.ts";
export { createRedactor, type Redactor, SENSITIVE } from "./http/redact.ts";
export {
  type Counters,
  createTransport,
  type RateLimit,
  type Transport,
  type TransportOptions,
} from "./http/transport.ts";
export * from "./http/types.ts";
export type * from "./http-contract.ts";
export * from "./inbound.ts";
export type * from "./missed-contract.ts";
export * from "./pagination.ts";
export * from "./parents.ts";
export * from "./path.ts";
export { type Loaders, type OwnConnectors, Registry } from "./registry.ts";
export { openSession, type Session, type SessionOptions } from "./session.ts";
export { decoded, headerOf, hmacKeyOf, type Verification, verify, wholeSeconds } from "./signatures.ts";
export { STANDARD_FORM, standardHeader, standardKey, standardWebhooks } from "./standard-webhooks.ts";
export { webhookConsent } from "./webhook-consent.ts";
