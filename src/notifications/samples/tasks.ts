/** Samples of work that other programs do and tell of. */
import { SAMPLE_TIME, type SampleEvent } from "./types.ts";

const posted = { source: "https://tests.example.com", time: SAMPLE_TIME };

export const taskSamples: readonly SampleEvent[] = [
  {
    type: "task_completed",
    ...posted,
    subject: "task-41",
    data: { task_id: "task-41", task_name: "nightly", worker_id: "worker-3", duration: "12m 4s", message: "All done." },
  },
  {
    type: "task_failed",
    ...posted,
    subject: "task-42",
    data: {
      severity: "error",
      task_id: "task-42",
      task_name: "nightly",
      worker_id: "worker-3",
      attempts: 3,
      error: "The worker ran out of memory.",
      traceback: "run.py line 12\n  load()",
    },
  },
  {
    type: "worker_failed",
    ...posted,
    subject: "worker-3",
    data: {
      severity: "critical",
      worker_id: "worker-3",
      host: "node-7",
      tasks: 2,
      error: "No heartbeat for 60 s.",
    },
  },
  {
    type: "performance",
    ...posted,
    subject: "config_load_seconds",
    data: {
      severity: "warning",
      metric: "config_load_seconds",
      value: 4.2,
      unit: "s",
      threshold: 2,
      environment: "production",
      message: "Loading takes twice as long as it may.",
    },
  },
  {
    type: "test_report",
    ...posted,
    subject: "checkout",
    data: {
      severity: "error",
      test_name: "checkout",
      result: "failed",
      duration: "3m 20s",
      failures: [{ name: "pays by card", message: "timed out" }, { name: "pays by invoice" }],
      success_rate: "96%",
      report_url: "https://tests.example.com/reports/7",
    },
  },
];
