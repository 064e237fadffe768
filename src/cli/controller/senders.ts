/** The secrets of those who may post signed events, as the configuration names them now. */

import { DEFAULT_NAMESPACE } from "../../api/metadata.ts";
import { STANDARD_FORM, standardKey } from "../../connector-kit/standard-webhooks.ts";
import type { Senders } from "../../controller/parts/posted-events.ts";
import type { Sender } from "../../events/senders.ts";
import { SecretError } from "../../manifests/secret-error.ts";
import { resolveSecret, type SecretContext } from "../../manifests/secrets.ts";
import type { Settings } from "../workspace.ts";

/**
 * One secret that cannot be had, or is none, does not keep the others from counting.
 *
 * @param hide keeps values out of every text that leaves.
 */
export async function readSenders(
  { configuration }: Pick<Settings, "configuration">,
  { allow: _, ...context }: SecretContext,
  hide: (secret: string) => void,
): Promise<Senders> {
  const senders: Sender[] = [];
  const faults: string[] = [];
  for (const [at, { name, namespace = DEFAULT_NAMESPACE, secrets }] of (
    configuration?.value.events?.senders ?? []
  ).entries()) {
    const values: string[] = [];
    for (const [place, { env, file }] of secrets.entries()) {
      const field = `events.senders[${at}].secrets[${place}]`;
      const found = await secretIn(env === undefined ? { file: file ?? "" } : { env }, context, field);
      if ("fault" in found) faults.push(`${configuration?.file}: ${found.fault}`);
      else {
        hide(found.value);
        values.push(found.value);
      }
    }
    senders.push({ name, namespace, secrets: values });
  }
  return { senders, origins: configuration?.value.events?.origins ?? [], faults };
}

async function secretIn(
  reference: { env: string } | { file: string },
  context: SecretContext,
  field: string,
): Promise<{ value: string } | { fault: string }> {
  try {
    const value = await resolveSecret(reference, context, field);
    return standardKey(value) ? { value } : { fault: `${field} is not ${STANDARD_FORM}.` };
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    return { fault: error.message };
  }
}
