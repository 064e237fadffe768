/** Samples of what happens to configuration. */
import { SAMPLE_TIME, type SampleEvent } from "./types.ts";

const posted = { source: "https://config.example.com", time: SAMPLE_TIME };

export const configSamples: readonly SampleEvent[] = [
  {
    type: "config_change",
    ...posted,
    subject: "app.database.pool_size",
    data: {
      severity: "warning",
      key: "app.database.pool_size",
      old: 10,
      new: 20,
      author: "ada@example.com",
      environment: "production",
      reason: "More connections for the sale",
      tenant: "acme",
      owner: "dba-team@example.com",
      commit: "4f1c2d9",
      commit_url: "https://git.example.com/config/commit/4f1c2d9",
      time: SAMPLE_TIME,
    },
  },
  {
    type: "config_error",
    ...posted,
    subject: "app.cache.ttl",
    data: { severity: "error", key: "app.cache.ttl", environment: "staging", message: '"5 minutes" is no number.' },
  },
  {
    type: "schema_update",
    ...posted,
    subject: "app.database",
    data: {
      schema: "app.database",
      old_version: "3",
      new_version: "4",
      author: "grace@example.com",
      message: "pool_size is now required.",
    },
  },
  {
    type: "schema_validation_error",
    ...posted,
    subject: "app.database.port",
    data: {
      severity: "error",
      key: "app.database.port",
      schema: "app.database",
      author: "ada@example.com",
      message: "The value does not fit its schema.",
      errors: [{ path: "/port", message: "must be at most 65535" }],
    },
  },
  {
    type: "security_policy_violation",
    ...posted,
    subject: "no-plain-http",
    data: {
      severity: "critical",
      policy: "no-plain-http",
      key: "app.security.callback_url",
      author: "ada@example.com",
      environment: "production",
      message: "Addresses in app.security have to be https.",
    },
  },
];
