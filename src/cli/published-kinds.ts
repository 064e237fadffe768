/** What `schema` prints beside platforms: the published files, by what people call them. */
export const publishedKinds: Readonly<Record<string, string>> = {
  plumbline: "plumbline",
  Integration: "integration",
  Rule: "rule",
  NotificationRoute: "notification-route",
  Scenario: "scenario",
  Plan: "plan",
  Configuration: "config",
};
