import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { controllerMetrics } from "../../src/controller/metrics.ts";

test("what a Rule missed is counted for each Rule and each cause", async () => {
  const registry = new Registry();
  const metrics = controllerMetrics(registry);
  metrics.ruleMissed("loop", "default/echo");
  metrics.ruleMissed("loop", "default/echo");
  metrics.ruleMissed("expressionFailed", "team/echo");
  const text = await registry.metrics();
  expect(text.split("\n").filter((line) => line.startsWith("plumbline_rule_misses_total"))).toEqual([
    'plumbline_rule_misses_total{miss="loop",rule="default/echo"} 2',
    'plumbline_rule_misses_total{miss="expressionFailed",rule="team/echo"} 1',
  ]);
});
