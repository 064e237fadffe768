/** What went wrong, as plans and conditions show it. */
import type { Failure } from "../api/index.ts";
import { ConnectorError } from "../connector-kit/errors.ts";

/** A failure as plans and conditions show it. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ConnectorError) return { code: error.code, message: error.message };
  return { code: "UNSUPPORTED", message: error instanceof Error ? error.message : String(error) };
}
