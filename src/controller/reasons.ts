/** The words for how Rules, NotificationRoutes and events stand; docs/errors.md explains each. */

/** Reasons of their conditions. */
export const followerReasons = [
  "Accepted",
  "AmbiguousPlatform",
  "InvalidManifest",
  "NoEvents",
  "NoSuchPlatform",
  "NotAccepted",
  "ResolvedRefs",
  "UnknownIntegration",
  "Unreadable",
] as const;
export type FollowerReason = (typeof followerReasons)[number];

/** Reasons of an Integration's condition `EventsComplete`, beside the codes of failed calls and of refusals. */
export const inboundReasons = ["Complete", "Missed", "Redelivering"] as const;
export type InboundReason = (typeof inboundReasons)[number];
