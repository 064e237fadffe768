/** The words for how Rules and NotificationRoutes stand; docs/errors.md explains each. */

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
