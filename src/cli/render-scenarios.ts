/** What happened in Scenarios, for people. */
import { eventList } from "../scenarios/differences.ts";
import { durationText, type Happening } from "../scenarios/happenings.ts";
import type { ScenarioResult } from "../scenarios/index.ts";
import { keptText } from "../scenarios/reasons.ts";
import type { Paint } from "./paint.ts";
import { count, inline, paragraph, visible } from "./plain-text.ts";
import type { ShownScenario } from "./simulate-scenarios.ts";

/** @param results in the order of the scenarios. */
export async function renderScenarios(
  scenarios: readonly ShownScenario[],
  results: readonly ScenarioResult[],
  paint: Paint,
): Promise<string> {
  const blocks: string[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    blocks.push([...head(scenario, paint), ...(results[index]?.happened ?? []).map(line)].join("\n"));
    if (!scenario.passed) blocks.push(await failed(scenario, paint));
  }
  const passed = scenarios.filter((one) => one.passed).length;
  const all = count(scenarios.length, "scenario passes", "scenarios pass");
  return [...blocks, `${passed} of ${all}. Nothing was sent.`].join("\n\n");
}

function head({ name, namespace, passed, file, line: at }: ShownScenario, paint: Paint): string[] {
  const full = namespace === "default" ? name : `${namespace}/${name}`;
  return [passed ? `${paint("green", "✓")} ${full} passes` : `${paint("red", "✗")} ${full} fails (${file}:${at})`];
}

async function failed({ failures, expect }: ShownScenario, paint: Paint): Promise<string> {
  const said = failures.map(
    ({ file, line: at, message, remedy = "" }) =>
      `  ${paint("red", `${file}:${at}`)} ${paragraph(`${message} ${remedy}`.trim())}`,
  );
  if (!expect) return said.join("\n");
  const { stringify } = await import("yaml");
  const entries = expect.map((entry) => stringify(entry, { collectionStyle: "flow", lineWidth: 0 }).trim());
  const list =
    entries.length === 0 ? ["    expect: []"] : ["    expect:", ...entries.map((entry) => `      - ${entry}`)];
  return [...said, "", "  What happened, as it would be expected:", ...list.map(visible)].join("\n");
}

/** Times stand in a column that holds most of them. */
const WIDTH = 8;

function silentText({ silent }: { silent: readonly string[] }): string {
  return silent.length > 0 ? `, goes to ${silent.join(", ")}, which names no receiver` : "";
}

function line(one: Happening): string {
  return `  ${durationText(one.at).padStart(WIDTH)}  ${text(one)}`;
}

function text(one: Happening): string {
  switch (one.kind) {
    case "event":
      return `${visible(one.name)} comes (${visible(one.type)})${one.misses.length > 0 ? ", no route takes it" : silentText(one)}`;
    case "notification":
      return `  ${one.receiver} is told of ${visible(eventList(one.events))}: ${inline(one.title)} (${one.route}, ${one.reason})${one.fault === undefined ? "" : `; its template failed: ${paragraph(one.fault)}`}`;
    case "kept":
      return `  ${visible(keptText(one))}`;
    case "silence":
      return `${one.name} begins, until ${durationText(one.until)}: ${visible(one.matchers.join(", "))}${one.comment === undefined ? "" : ` (${paragraph(one.comment)})`}`;
    case "action":
      return `  ${one.rule} does ${one.id}: ${one.integration === undefined ? "" : `${one.integration} `}${one.action} ${inline(one.parameters)}${one.error === undefined ? "" : `, which would fail: ${paragraph(one.error)}`}`;
    case "undone":
      return `  ${one.rule} does not do ${one.id ?? "anything"}: ${paragraph(one.reason)}`;
  }
}
