/** What leaves a connector when a platform refuses or cannot be reached. */

/** What callers and metrics branch on. The documentation lists each with its remedy. */
export const errorCodes = [
  "AUTH",
  "PERMISSION",
  "NOT_FOUND",
  "CONFLICT",
  "VALIDATION",
  "RATE_LIMITED",
  "UNAVAILABLE",
  "TIMEOUT",
  "UNSUPPORTED",
] as const;
export type ErrorCode = (typeof errorCodes)[number];

export interface ConnectorErrorOptions {
  cause?: unknown;
  /** May succeed later without anybody changing anything. Default: RATE_LIMITED, UNAVAILABLE and TIMEOUT may. */
  retryable?: boolean;
  /** Milliseconds to wait, when the platform said so. */
  retryAfter?: number;
  /**
   * Whether the request may have had its effect although no answer says so: the connection broke
   * after it was sent, or a server failed on it. Default: false.
   */
  outcomeUnknown?: boolean;
  /** Nothing was sent: this program rests, since the system failed before, or its quota is spent. Default: false. */
  heldBack?: boolean;
  /** The HTTP status, where there was one. */
  status?: number;
  /** The platform's own word for the failure, such as `name_taken`. */
  platformCode?: string;
}

/** A platform refused a call or could not be reached. No other error leaves a connector. */
export class ConnectorError extends Error {
  override readonly name = "ConnectorError";
  /** What callers and metrics branch on; never the message. */
  readonly code: ErrorCode;
  /** May succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** Milliseconds, when the platform said so. */
  readonly retryAfter: number | undefined;
  /** The request may have had its effect although no answer says so. */
  readonly outcomeUnknown: boolean;
  /** Nothing was sent: this program rests, since the system failed before, or its quota is spent. */
  readonly heldBack: boolean;
  /** The HTTP status, where there was one. */
  readonly status: number | undefined;
  /** The platform's own word for the failure. */
  readonly platformCode: string | undefined;

  constructor(code: ErrorCode, message: string, options: ConnectorErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? (code === "RATE_LIMITED" || code === "UNAVAILABLE" || code === "TIMEOUT");
    this.retryAfter = options.retryAfter;
    this.outcomeUnknown = options.outcomeUnknown ?? false;
    this.heldBack = options.heldBack ?? false;
    this.status = options.status;
    this.platformCode = options.platformCode;
  }
}

/** RFC 9110 section 15, RFC 6585; the codes are Plumbline's. */
const codes: Readonly<Record<number, ErrorCode>> = {
  401: "AUTH",
  403: "PERMISSION",
  404: "NOT_FOUND",
  408: "UNAVAILABLE",
  409: "CONFLICT",
  410: "NOT_FOUND",
  412: "CONFLICT",
  425: "UNAVAILABLE",
  429: "RATE_LIMITED",
  501: "UNSUPPORTED",
};

/** @returns what a status of 400 and more means where the platform does not say more. */
export function statusCode(status: number): ErrorCode {
  return codes[status] ?? (status >= 500 ? "UNAVAILABLE" : "VALIDATION");
}
