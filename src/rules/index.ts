/** Rules: which events fire them, and carrying out what they say. */
export { compileRule, type Mistake } from "./compile-rule.ts";
export { createRuleFollower, type FollowerOptions } from "./follower.ts";
export { hostTrust } from "./host-trust.ts";
export { createRulePerformer, type PerformerOptions } from "./performer.ts";
export { createRuleSet, isRule, type RuleSet } from "./rule-set.ts";
export type { ClosedReason, Opened, SessionProvider } from "./sessions.ts";
export { type SimulatedRule, simulateRules } from "./simulate.ts";
export { checkRules } from "./validate.ts";
