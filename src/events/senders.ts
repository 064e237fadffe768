/**
 * Programs that post events without a token: each request is signed by Standard Webhooks with a secret that the
 * operator gave them (decision 16).
 *
 * The signature names no key, so each sender's secrets are tried. Which namespace the events are in is the secret's
 * matter. The signature covers the body and no `ce-` header, so that events in binary mode prove nothing.
 */
import type { InboundRequest } from "../connector-kit/event-contract.ts";
import { verify } from "../connector-kit/signatures.ts";
import { standardWebhooks } from "../connector-kit/standard-webhooks.ts";

export interface Sender {
  name: string;
  namespace: string;
  /** Values. */
  secrets: readonly string[];
}

const proof = standardWebhooks({ credential: "secret" });

/**
 * @param now milliseconds since 1970.
 * @returns who signed it, or why nobody known did: for the operator, never for who sent it.
 */
export function provenSender(
  senders: readonly Sender[],
  request: InboundRequest,
  now: number,
): { sender: Sender } | { reason: string } {
  let reason = "no sender is configured under events.senders in plumbline.config.yaml";
  const proven = senders.filter(({ secrets }) =>
    secrets.some((secret) => {
      const verification = verify(proof, request, { secret }, now);
      if (!verification.ok) ({ reason } = verification);
      return verification.ok;
    }),
  );
  const [sender, ...others] = proven;
  if (!sender) return { reason };
  // Else whoever has the secret would choose by the order of a file.
  if (others.some(({ namespace }) => namespace !== sender.namespace)) {
    return {
      reason: `the senders ${proven.map(({ name }) => name).join(", ")} have one secret and several namespaces`,
    };
  }
  return { sender };
}
