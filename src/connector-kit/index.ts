/** What a connector is made of. */
export { Secret, type Static, type TSchema, Type } from "../api/index.ts";
export * from "./compile.ts";
export * from "./contract.ts";
export * from "./errors.ts";
export * from "./http/types.ts";
export * from "./path.ts";
