/** What connectors are told of an Integration that is only validated. */
import type { Integration } from "../api/integration.ts";
import type { Declared } from "../connector-kit/contract.ts";

export function declaredOf({ spec }: Integration): Declared {
  return { connection: spec.connection ?? {}, credentials: Object.keys(spec.credentials ?? {}) };
}
