/** Scenarios as findings: one each, passed or failed. */
import { paragraph } from "../plain-text.ts";
import type { ShownScenario } from "../simulate-scenarios.ts";
import { type Draft, type Finding, findings } from "./finding.ts";
import type { ToPath } from "./places.ts";

export function scenarioFindings(scenarios: readonly ShownScenario[], toPath: ToPath): Finding[] {
  return findings(scenarios.map((scenario) => draft(scenario, toPath)));
}

function draft({ name, namespace, file, line, passed, failures }: ShownScenario, toPath: ToPath): Draft {
  const path = toPath(file);
  const at = failures[0]?.line ?? line;
  const messages = failures.map((failure) => `${failure.file}:${failure.line}: ${failure.message}`);
  return {
    level: passed ? "none" : "error",
    verdict: passed ? "passed" : "failure",
    removal: false,
    rule: failures[0]?.code ?? "Passed",
    message: paragraph(messages.join(" ")) || "All that was expected happened, and nothing else.",
    ...(path === undefined ? {} : { place: { path, line: at } }),
    group: path ?? file,
    subject: `${namespace}/${name}`,
    identity: ["scenario", namespace, name],
  };
}
