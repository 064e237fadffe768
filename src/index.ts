/** Plumbline for programs: the manifest kinds, the connector contract, and the platforms it brings along. */
export * from "./api/index.ts";
export { Action as PlanAction, SENSITIVE } from "./api/plan.ts";
export type { Action } from "./connector-kit/contract.ts";
export * from "./connector-kit/index.ts";
export { builtinPlatforms } from "./manifests/platform-source.ts";
export type * from "./manifests/types.ts";
export { MINIMUM_NODE, VERSION } from "./version.ts";
