/** All rules of a state of the manifests, compiled; made anew when the manifests change. */
import type { Rule } from "../api/rule.ts";
import { createCel } from "../expressions/cel.ts";
import type { AnyManifest, Manifest } from "../manifests/types.ts";
import { type CompiledRule, compileRule, type Mistake } from "./compile-rule.ts";
import { createDirectory, type Directory } from "./directory.ts";

export interface RuleSet {
  directory: Directory;
  /** In the order of their names. */
  rules(namespace: string): readonly CompiledRule[];
  find(namespace: string, name: string): CompiledRule | undefined;
  /** Rules that cannot be run, with what is wrong with each. */
  broken: ReadonlyMap<string, readonly Mistake[]>;
}

export function createRuleSet(manifests: readonly Manifest[]): RuleSet {
  const cel = createCel();
  const namespaces = new Map<string, CompiledRule[]>();
  const broken = new Map<string, readonly Mistake[]>();
  for (const { object } of manifests.filter(isRule)) {
    const { rule, mistakes } = compileRule(object, cel);
    if (mistakes.length > 0) broken.set(rule.qualified, mistakes);
    else namespaces.set(rule.namespace, [...(namespaces.get(rule.namespace) ?? []), rule]);
  }
  for (const rules of namespaces.values()) rules.sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    directory: createDirectory(manifests),
    rules: (namespace) => namespaces.get(namespace) ?? [],
    find: (namespace, name) => namespaces.get(namespace)?.find((rule) => rule.name === name),
    broken,
  };
}

export function isRule(manifest: Manifest<AnyManifest>): manifest is Manifest<Rule> {
  return manifest.object.kind === "Rule";
}
