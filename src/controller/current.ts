/** The desired state as it is now, in the forms in which parts of the controller ask for it. */
import type { Failure, Integration } from "../api/index.ts";
import { DEFAULT_NAMESPACE } from "../api/metadata.ts";
import type { Rule } from "../api/rule.ts";
import type { CompiledConnector } from "../connector-kit/compile.ts";
import { isIntegration } from "../manifests/references.ts";
import type { Manifest } from "../manifests/types.ts";
import { TemplateSet } from "../notifications/render/index.ts";
import { type RoutesInForce, routesInForce } from "../notifications/route-manifests.ts";
import { ownerOf } from "../reconcile/pass.ts";
import { createRuleSet, isRule, type RuleSet } from "../rules/rule-set.ts";
import type { Held, Snapshot } from "../sources/source.ts";

/** @returns a platform's connector, where its code may run. */
export type LoadConnector = (platform: string) => Promise<CompiledConnector | undefined>;

export interface Current {
  snapshot: Snapshot;
  integrations: readonly Manifest<Integration>[];
  rules: readonly Manifest<Rule>[];
  ruleSet: RuleSet;
  routes: RoutesInForce;
  templates: TemplateSet;
  integration(owner: string): Manifest<Integration> | undefined;
  /** The connector of an Integration, by its owner. */
  connector(owner: string): CompiledConnector | undefined;
  /** Why an older version of an object is in force. */
  held(kind: Held["kind"], owner: string): Failure | undefined;
}

/** @param before what was in force, whose groups of notifications go on where no route changed. */
export async function createCurrent(
  snapshot: Snapshot,
  load: LoadConnector,
  templates: TemplateSet = new TemplateSet(),
  before?: Current,
): Promise<Current> {
  const integrations = snapshot.manifests.filter(isIntegration) as Manifest<Integration>[];
  const byOwner = new Map(integrations.map((manifest) => [ownerOf(manifest.object), manifest]));
  const connectors = new Map<string, CompiledConnector>();
  for (const [owner, { object }] of byOwner) {
    const compiled = await load(object.spec.platform);
    if (compiled) connectors.set(owner, compiled);
  }
  const held = new Map(snapshot.held.map((one) => [`${one.kind} ${one.namespace}/${one.name}`, failureOf(one)]));
  return {
    snapshot,
    integrations,
    rules: snapshot.manifests.filter(isRule),
    ruleSet: createRuleSet(snapshot.manifests),
    routes: routesInForce(snapshot.manifests, before?.routes),
    templates,
    integration: (owner) => byOwner.get(owner),
    connector: (owner) => connectors.get(owner),
    held: (kind, owner) => held.get(`${kind} ${owner}`),
  };
}

/** `namespace/name` of any object. */
export function nameOf({ metadata }: { metadata: { name: string; namespace?: string } }): string {
  return `${metadata.namespace ?? DEFAULT_NAMESPACE}/${metadata.name}`;
}

function failureOf({ problem: { file, line, message } }: Held): Failure {
  const place = [file, line].filter((part) => part !== undefined).join(":");
  return {
    code: "InvalidManifest",
    message: `What is written now is wrong, and the last good version is in force. ${place && `${place}: `}${message}`,
  };
}
