/** Scenarios: tests of rules and routes that users write beside them, run offline. */
import type { Scenario } from "../api/scenario.ts";
import { SchemaChecks } from "../connector-kit/facade/schema-checks.ts";
import { namespaceOf } from "../manifests/references.ts";
import type { AnyManifest, Manifest, PlatformSource } from "../manifests/types.ts";
import { readTemplates, TemplateSet } from "../notifications/render/index.ts";
import { routesInForce } from "../notifications/route-manifests.ts";
import { createRuleSet } from "../rules/rule-set.ts";
import type { Happening } from "./happenings.ts";
import { type Failure, judge } from "./judge.ts";
import { playScenario, type Stage } from "./run.ts";

export interface ScenarioResult {
  manifest: Manifest<Scenario>;
  namespace: string;
  name: string;
  happened: readonly Happening[];
  /** Empty when it passed. */
  failures: readonly Failure[];
}

export interface ScenarioOptions {
  platforms: Pick<PlatformSource, "load">;
  /** Where `plumbline.config.yaml` is, else the working folder: `templates/` stands there. */
  folder: string;
}

export function isScenario(manifest: Manifest<AnyManifest>): manifest is Manifest<Scenario> {
  return manifest.object.kind === "Scenario";
}

/** @param manifests without a mistake: rules and routes that are wrong would fail every test. */
export async function runScenarios(
  manifests: readonly Manifest[],
  { platforms, folder }: ScenarioOptions,
): Promise<ScenarioResult[]> {
  const { files } = await readTemplates(folder);
  const stage: Stage = {
    rules: createRuleSet(manifests),
    routes: routesInForce(manifests).set,
    templates: new TemplateSet(files),
    platforms,
    checks: new SchemaChecks(),
  };
  const results: ScenarioResult[] = [];
  for (const manifest of manifests.filter(isScenario)) results.push(await runScenario(stage, manifest));
  return results;
}

/** Plays one Scenario, and judges it. */
export async function runScenario(stage: Stage, manifest: Manifest<Scenario>): Promise<ScenarioResult> {
  const { object } = manifest;
  const played = await playScenario(stage, object);
  const failures = judge(object, played);
  return { manifest, namespace: namespaceOf(object), name: object.metadata.name, happened: played.happened, failures };
}
