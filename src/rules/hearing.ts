/** Whether events can come to a Rule at all: what its trigger names has to be there, and has to take webhooks. Pure. */
import type { Integration } from "../api/integration.ts";
import type { Rule } from "../api/rule.ts";
import { namespaceOf } from "../manifests/references.ts";
import type { Directory } from "./directory.ts";

/** Why none comes: what is named is not there, or the Integration of this name takes none. */
export type Deaf = { missing: string } | { takesNone: string };

/**
 * @param integration of `namespace/name`. @returns undefined where events can come; so too where the trigger names no
 *   Integration, since anybody may post.
 */
export function deafness(
  { metadata, spec: { trigger } }: Pick<Rule, "metadata" | "spec">,
  directory: Directory,
  integration: (owner: string) => Integration | undefined,
): Deaf | undefined {
  if (trigger.integration === undefined && trigger.platform === undefined) return undefined;
  const namespace = namespaceOf({ metadata });
  const target = directory.find(namespace, trigger);
  if ("missing" in target) return target;
  const { events } = integration(`${namespace}/${target.integration}`)?.spec ?? {};
  return events?.enabled === true ? undefined : { takesNone: target.integration };
}
