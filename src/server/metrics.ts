/**
 * The numbers under `/metrics`, in Prometheus' text form. Each server has a registry of its own; other parts of
 * the program add theirs to it. Labels are from closed sets: routes, not paths, so that nobody can make series.
 */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { EventStore } from "../store/event-types.ts";

export interface Metrics {
  registry: Registry;
  requests: Counter<"method" | "route" | "status">;
  duration: Histogram<"method" | "route">;
  webhooks: Counter<"integration" | "status">;
  refusals: Counter<"status">;
}

/** Seconds: a webhook should be answered in far less than one, an action may take long. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** @param events asked for the length of its queues each time that somebody looks. */
export function createMetrics(events: Pick<EventStore, "counts">): Metrics {
  const registry = new Registry();
  const registers = [registry];
  addProcess(registry);
  new Gauge({
    name: "plumbline_queue_length",
    help: "Events and deliveries by state.",
    labelNames: ["state"],
    registers,
    async collect() {
      const { pending, waiting, running, dead } = await events.counts();
      for (const [state, value] of Object.entries({ pending, waiting, running, dead })) this.set({ state }, value);
    },
  });
  return {
    registry,
    requests: new Counter({
      name: "plumbline_http_requests_total",
      help: "Requests that were answered.",
      labelNames: ["method", "route", "status"],
      registers,
    }),
    duration: new Histogram({
      name: "plumbline_http_request_duration_seconds",
      help: "From the end of the headers to the end of the answer.",
      labelNames: ["method", "route"],
      buckets: BUCKETS,
      registers,
    }),
    webhooks: new Counter({
      name: "plumbline_webhooks_total",
      help: "Webhooks by Integration and answer.",
      labelNames: ["integration", "status"],
      registers,
    }),
    refusals: new Counter({
      name: "plumbline_http_unauthorized_total",
      help: "Requests that were refused for want of a token or a right.",
      labelNames: ["status"],
      registers,
    }),
  };
}

/** What Prometheus' client libraries call it everywhere. */
function addProcess(registry: Registry): void {
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Memory of the process.",
    registers: [registry],
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: "process_cpu_seconds_total",
    help: "Processor time of the process.",
    registers: [registry],
    collect() {
      const { user, system } = process.cpuUsage();
      this.set((user + system) / 1e6);
    },
  });
}
