/**
 * `plumbline simulate`: reads an event, asks rules and routes, and shows what they would do and why not; or plays the
 * Scenarios.
 */
import { resolve } from "node:path";
import { SchemaChecks } from "../../connector-kit/facade/schema-checks.ts";
import { decode } from "../../manifests/decode.ts";
import { isIntegration, qualifiedName } from "../../manifests/references.ts";
import type { Manifest } from "../../manifests/types.ts";
import { readTemplates, TemplateSet } from "../../notifications/render/index.ts";
import { routesInForce } from "../../notifications/route-manifests.ts";
import { compileSilences } from "../../notifications/silences.ts";
import { type RouteSimulation, type SimulatedRoute, simulateRoutes } from "../../notifications/simulate.ts";
import { createRuleSet } from "../../rules/rule-set.ts";
import { type SimulatedAction, type SimulatedRule, simulateRules } from "../../rules/simulate.ts";
import type { Invocation, Run } from "../command.ts";
import type { SimulateFlags } from "../commands/simulate.ts";
import { UserError } from "../errors.ts";
import { readEvent } from "../event-file.ts";
import { withLastingStore } from "../lasting.ts";
import type { Output } from "../output.ts";
import { count, inline, paragraph, visible } from "../plain-text.ts";
import { renderRoute } from "../render-simulated-route.ts";
import { openSoundWorkspace, readNamedFile, type Workspace } from "../workspace.ts";

const simulate: Run<SimulateFlags> = async (invocation, flags) => {
  const { event, scenarios } = flags;
  if ((event === undefined) !== (scenarios === true)) {
    throw new UserError("Name an event with --event FILE, or play all Scenarios with --scenarios: one of the two.");
  }
  if (event !== undefined) return simulateEvent(invocation, { ...flags, event });
  if (flags.state !== undefined)
    throw new UserError("--state goes with --event: in a Scenario no silences hold but those that it states.");
  const { simulateScenarios } = await import("../simulate-scenarios.ts");
  return simulateScenarios(invocation, flags);
};
export default simulate;

async function simulateEvent(invocation: Invocation, flags: SimulateFlags & { event: string }): Promise<number> {
  if (flags.output === "junit") throw new UserError("-o junit goes with --scenarios: an event alone is no test.");
  const workspace = await openSoundWorkspace(invocation, flags.file);
  if (!workspace) return 1;
  const { output, surroundings } = invocation;
  const { platforms, loaded } = workspace;
  const rules = createRuleSet(loaded.manifests);
  const text = await readText(invocation, flags.event);
  const shown = flags.event === "-" ? "<stdin>" : flags.event;
  const world = { directory: rules.directory, platforms, now: surroundings.clock.now() };
  const event = await readEvent(text, shown, world);
  if (event.stored.integration !== undefined && !takesEvents(loaded.manifests, event.stored.integration)) {
    output.warn(
      `As it is declared, no event comes through ${event.stored.integration}: set spec.events.enabled to true there, and make the webhook at its system.`,
    );
  }
  const simulated = await simulateRules({ rules, platforms, checks: new SchemaChecks() }, event);
  const routes = simulateRoutes(await routeTools(invocation, flags, workspace), event);
  const { id, source, type, subject } = event.envelope;
  if (flags.output === "text") output.print(render(type, source, simulated, routes, output));
  else {
    const about = { id, source, type, ...(subject === undefined ? {} : { subject }) };
    await output.data({ kind: "Simulation", event: about, rules: simulated, routes }, flags.output);
  }
  return 0;
}

function takesEvents(manifests: readonly Manifest[], integration: string): boolean {
  const found = manifests.filter(isIntegration).find(({ object }) => qualifiedName(object) === integration);
  return found?.object.spec.events?.enabled === true;
}

/** Silences are asked for only where a state is named: without one nothing is opened. */
async function routeTools(
  invocation: Invocation,
  flags: Partial<SimulateFlags>,
  { folder, loaded }: Pick<Workspace, "folder" | "loaded">,
): Promise<RouteSimulation> {
  const now = invocation.surroundings.clock.now();
  const silences =
    flags.state === undefined
      ? []
      : await withLastingStore(invocation, flags, "read", async (store) =>
          store ? store.notices.silences({ endingAfter: now }) : [],
        );
  const { files } = await readTemplates(folder);
  return {
    routes: routesInForce(loaded.manifests).set,
    templates: new TemplateSet(files),
    silenced: compileSilences(silences),
    now,
  };
}

async function readText({ surroundings }: Invocation, path: string): Promise<string> {
  if (path !== "-") return readNamedFile(resolve(surroundings.cwd, path), path);
  const decoded = decode(Buffer.concat(await Array.fromAsync(surroundings.stdin)));
  if ("fault" in decoded) throw new UserError(`<stdin>: ${decoded.fault.message}`);
  return decoded.text;
}

function render(
  type: string,
  source: string,
  rules: readonly SimulatedRule[],
  routes: readonly SimulatedRoute[],
  output: Output,
): string {
  const fired = rules.filter(({ matched }) => matched).length;
  return [
    `${visible(type)} from ${visible(source)}`,
    ...rules.flatMap((rule) => ["", ...renderRule(rule, output)]),
    ...routes.flatMap((route) => ["", ...renderRoute(route, output)]),
    "",
    rules.length === 0
      ? "There are no rules in its namespace."
      : `${fired} of ${count(rules.length, "rule fires", "rules fire")}. Nothing was sent.`,
  ].join("\n");
}

function renderRule({ name, matched, reason, dedupeKey, actions }: SimulatedRule, { paint }: Output): string[] {
  if (!matched) return [`${paint("dim", "-")} ${name} does not fire: ${paragraph(reason)}`];
  return [
    `${paint("green", "✓")} ${name} fires${dedupeKey === undefined ? "" : `, once for the key ${inline(dedupeKey)}`}`,
    ...actions.flatMap((action, index) => renderAction(action, index + 1, paint)),
  ];
}

function renderAction(
  { integration, action, parameters, skipped, error }: SimulatedAction,
  number: number,
  paint: Output["paint"],
): string[] {
  const title = `  ${number}. ${integration === undefined ? "" : `${integration} `}${action}`;
  if (skipped !== undefined) return [`${title}: not done, ${paragraph(skipped)}`];
  return [
    title,
    ...Object.entries(parameters).map(([name, value]) => `     ${visible(name)}: ${inline(value)}`),
    ...(error === undefined ? [] : [`     ${paint("red", `would fail: ${paragraph(error)}`)}`]),
  ];
}
