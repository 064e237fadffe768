/** Scenarios played on manifests that a test writes as YAML, without files. */
import { parse } from "yaml";
import type { Rule } from "../../src/api/rule.ts";
import type { Scenario } from "../../src/api/scenario.ts";
import type { Manifest } from "../../src/manifests/types.ts";
import { runScenarios, type ScenarioResult } from "../../src/scenarios/index.ts";
import type { Failure } from "../../src/scenarios/judge.ts";
import { desk, manifest, support } from "../rules/fixture.ts";
import { platformsWith } from "../support/platforms.ts";

const platforms = platformsWith([desk()]);

/** What stands beside a Scenario: specs as YAML or as objects, by name or `namespace/name`. */
export interface Beside {
  routes?: Readonly<Record<string, string | object>>;
  rules?: Readonly<Record<string, string | Rule["spec"]>>;
  /** Whether the code of connectors that Plumbline does not bring along may run. */
  loaded?: boolean;
}

const chats = ["chat", "pager"].map((name) => manifest("Integration", name, { platform: "webhook" }));

function named(kind: "NotificationRoute" | "Rule", specs: Readonly<Record<string, string | object>>): Manifest[] {
  return Object.entries(specs).map(([qualified, spec]) => {
    const [name = "", namespace] = qualified.split("/").reverse();
    return manifest(kind, name, value(spec), namespace);
  });
}

const value = (spec: string | object): object => (typeof spec === "string" ? (parse(spec) as object) : spec);

/** Plays one Scenario on `support`, a desk, `chat` and `pager`. */
export async function play(
  scenario: string | Scenario["spec"],
  { routes = {}, rules = {}, loaded = true }: Beside = {},
): Promise<ScenarioResult> {
  const manifests: Manifest[] = [
    ...chats,
    support,
    ...named("NotificationRoute", routes),
    ...named("Rule", rules),
    manifest("Scenario", "tried", value(scenario)),
  ];
  const source = loaded
    ? platforms
    : {
        load: async (name: string) => (name === "freshdesk" ? ("unloaded" as const) : platforms.load(name)),
      };
  const [result] = await runScenarios(manifests, { platforms: source, folder: "/nowhere" });
  return result as ScenarioResult;
}

/** Failures as `path: message`. */
export function said(failures: readonly Failure[]): string[] {
  return failures.map(({ path, message }) => `${path.join(".")}: ${message}`);
}
