/** The words for what event handling refuses or gives up; docs/errors.md explains each. */

/** Why a webhook or a posted event was not taken. */
export const refusalReasons = [
  "CompressedBody",
  "MethodNotAllowed",
  "NotAuthentic",
  "NotConfigured",
  "QueueFull",
  "ReservedType",
  "StoreUnavailable",
  "TooLarge",
  "UnexpectedType",
  "Unreadable",
] as const;

export type RefusalReason = (typeof refusalReasons)[number];

/** Why a delivery ended, beside what its performer says. */
export const deliveryCodes = ["Internal", "NoEvent", "NoPerformer"] as const;

export type DeliveryCode = (typeof deliveryCodes)[number];
