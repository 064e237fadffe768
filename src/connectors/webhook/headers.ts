/** Headers that people add: no line ends, and none of those that carry the request, its proof or its meaning. */
import { assertHeaders, ConnectorError } from "../../connector-kit/index.ts";
import type { Settings } from "./settings.ts";

/** Ours or a secret's; what belongs to the connection is refused by the kit. */
const reserved = /^(?:authorization|cookie|content-type|idempotency-key|webhook-.*|svix-.*|ce-.*)$/i;

/**
 * @param where for messages: `connection.headers`.
 * @throws ConnectorError VALIDATION, without the value.
 */
export function checkHeaders(
  headers: Readonly<Record<string, string>>,
  { hmac, authHeader, idHeader }: Settings,
  where: string,
): void {
  const names = Object.keys(headers);
  if (names.length === 0) return;
  assertHeaders(headers);
  const own = [hmac?.header, hmac?.timestampHeader, authHeader, idHeader].map((name) => name?.toLowerCase());
  const bad = names.find((name) => reserved.test(name) || own.includes(name.toLowerCase()));
  if (bad === undefined) return;
  throw new ConnectorError(
    "VALIDATION",
    `${where} may not set the header ${bad}: it is set by what the webhook is for.`,
  );
}
