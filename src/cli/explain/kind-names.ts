/** What a path for `explain` may begin with, beside platforms. */
export const kindNames = ["Integration", "Rule", "NotificationRoute", "Scenario", "Configuration", "Plan"] as const;
export type KindName = (typeof kindNames)[number];
