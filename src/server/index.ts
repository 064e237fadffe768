/** The HTTP server of the controller. */
export type { Principal } from "./auth.ts";
export { HttpError } from "./http-error.ts";
export { type ServerLimits, serverLimits } from "./limits.ts";
export { createLogger, type LogFormat, type Logger, logFormats } from "./logger.ts";
export { createMetrics, type Metrics } from "./metrics.ts";
export type * from "./parts.ts";
export { createServer, type PlumblineServer } from "./server.ts";
export { makeToken, type TokenRequest } from "./token.ts";
export { isReservedSource } from "./webhook-address.ts";
