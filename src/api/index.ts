/** The manifest kinds, conditions and the plan: schemas and types, no behaviour. */
export * from "./condition.ts";
export * from "./config.ts";
export * from "./integration.ts";
export * from "./key.ts";
export * from "./metadata.ts";
export * from "./notification-route.ts";
export * from "./plan.ts";
export * from "./rule.ts";
export * from "./scenario.ts";
export * from "./schema.ts";
