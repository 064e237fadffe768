/** The words for what event handling refuses or gives up; docs/errors.md explains each. */
import type { ErrorCode } from "../connector-kit/errors.ts";

/** Why a webhook or a posted event was not taken. */
export const refusalReasons = [
  "CompressedBody",
  "MethodNotAllowed",
  "NotAuthentic",
  "NotConfigured",
  "OriginRefused",
  "QueueFull",
  "ReservedSource",
  "ReservedType",
  "StoreUnavailable",
  "TooLarge",
  "UnexpectedType",
  "Unreadable",
] as const;

export type RefusalReason = (typeof refusalReasons)[number];

/** Why an attempt at a delivery ended as it did, beside the codes of failed calls. */
export const deliveryCodes = [
  "Internal",
  "Interrupted",
  "InvalidParameter",
  "LeaseLost",
  "Loop",
  "NoEvent",
  "NoPerformer",
  "RuleGone",
  "Suspended",
  "TemplateFailed",
  "UnknownAction",
  "UnknownIntegration",
  "Unloaded",
  "Untrusted",
] as const;

export type DeliveryCode = (typeof deliveryCodes)[number];

/** All that may stand in a delivery's `code`. */
export type EndCode = DeliveryCode | ErrorCode;
