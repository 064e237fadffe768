/** What the controller counts, beside the server's own numbers. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Miss } from "../events/types.ts";
import type { PassEnd } from "../reconcile/pass-end.ts";

export interface ControllerMetrics {
  /** @param took milliseconds. */
  passed(integration: string, end: PassEnd, took: number): void;
  /** Whether this process holds the state. */
  leads(held: boolean): void;
  /** How many mistakes the manifests have now. */
  problems(count: number): void;
  /** How many Rules and routes do not do what is written, by kind. */
  notReady(counts: Readonly<Record<"Rule" | "NotificationRoute", number>>): void;
  /** A notification was told without its template. */
  templateFailed(template: string): void;
  /** An event did not lead to what the author of a Rule meant. @param rule `namespace/name`. */
  ruleMissed(miss: Miss, rule: string): void;
}

/** Seconds: a pass is a handful of requests, or hundreds. */
const BUCKETS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900];

export function controllerMetrics(registry: Registry): ControllerMetrics {
  const registers = [registry];
  const passes = new Counter({
    name: "plumbline_reconcile_total",
    help: "Passes by Integration and end: done, again, stalled.",
    labelNames: ["integration", "end"],
    registers,
  });
  const seconds = new Histogram({
    name: "plumbline_reconcile_duration_seconds",
    help: "How long passes took.",
    labelNames: ["integration"],
    buckets: BUCKETS,
    registers,
  });
  const leader = new Gauge({ name: "plumbline_leader", help: "1 while this process holds the state.", registers });
  const problems = new Gauge({ name: "plumbline_manifest_problems", help: "Mistakes in the manifests.", registers });
  const unready = new Gauge({
    name: "plumbline_not_ready",
    help: "Rules and NotificationRoutes that are not Ready, by kind.",
    labelNames: ["kind"],
    registers,
  });
  const templates = new Counter({
    name: "plumbline_template_failures_total",
    help: "Notifications that were told without their template, by template.",
    labelNames: ["template"],
    registers,
  });
  const misses = new Counter({
    name: "plumbline_rule_misses_total",
    help: "Events that did not lead to what a Rule means, by Rule and cause: expressionFailed, dedupeFailed, loop.",
    labelNames: ["miss", "rule"],
    registers,
  });
  return {
    ruleMissed: (miss, rule) => misses.inc({ miss, rule }),
    templateFailed: (template) => templates.inc({ template }),
    passed(integration, { end }, took) {
      passes.inc({ integration, end });
      seconds.observe({ integration }, took / 1000);
    },
    leads: (held) => leader.set(held ? 1 : 0),
    problems: (count) => problems.set(count),
    notReady(counts) {
      for (const [kind, count] of Object.entries(counts)) unready.set({ kind }, count);
    },
  };
}
