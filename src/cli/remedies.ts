/** What a person can do about each code of a failed call. */
import type { ErrorCode } from "../connector-kit/errors.ts";

export const remedies: Readonly<Record<ErrorCode, string>> = {
  AUTH: "Check that the credential is the right one, is set, and has not expired or been revoked.",
  PERMISSION: "Give the credential the rights that the message names, or use another one.",
  NOT_FOUND: "Check the names and the address under spec.connection.",
  CONFLICT: "Look at the system: two things exclude each other there.",
  VALIDATION: "Check spec.connection against `plumbline connectors PLATFORM`.",
  RATE_LIMITED: "Wait, or ask less often: spec.rateLimit.",
  UNAVAILABLE: "Check that the address can be reached from here, through the proxy if there is one; else wait.",
  TIMEOUT: "Check that the address can be reached from here, through the proxy if there is one; else wait.",
  UNSUPPORTED: "The connector cannot do this; see the message.",
};
