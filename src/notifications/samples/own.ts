/** Samples of the program's own events, in the form that it raises them in. */
import { OWN_SOURCE } from "../../events/envelope.ts";
import { SAMPLE_TIME, type SampleEvent } from "./types.ts";

const own = { source: OWN_SOURCE, time: SAMPLE_TIME };
const slack = { namespace: "default", integration: "acme-slack", platform: "slack" };

export const ownSamples: readonly SampleEvent[] = [
  {
    type: "plumbline.drift.detected",
    ...own,
    subject: "default/acme-slack",
    data: {
      ...slack,
      severity: "warning",
      status: "firing",
      fingerprint: "drift/default/acme-slack",
      changes: [
        {
          ...{ action: "update", kind: "channels", key: "incidents" },
          fields: [{ path: "/topic", before: "by hand", after: "Sev 1 and 2 only" }],
        },
        {
          ...{ action: "create", kind: "channels", key: "releases" },
          fields: [{ path: "/topic", after: "What went out" }],
        },
      ],
      total: 2,
      labels: slack,
    },
  },
  {
    type: "plumbline.reconcile.failed",
    ...own,
    subject: "default/acme-slack",
    data: {
      ...slack,
      severity: "error",
      status: "firing",
      fingerprint: "reconcile/default/acme-slack",
      reason: "PERMISSION",
      message: "The token lacks channels:manage.",
      labels: slack,
    },
  },
  {
    type: "plumbline.plan.applied",
    ...own,
    subject: "default/acme-slack",
    data: {
      ...slack,
      severity: "info",
      changes: [
        {
          ...{ action: "create", kind: "channels", key: "releases" },
          fields: [{ path: "/topic", after: "What went out" }],
        },
      ],
      total: 1,
      labels: slack,
    },
  },
  {
    type: "plumbline.manifest.invalid",
    ...own,
    subject: "manifests/slack.yaml",
    data: {
      severity: "error",
      status: "firing",
      fingerprint: "manifest/default/manifests/slack.yaml",
      file: "manifests/slack.yaml",
      labels: { namespace: "default" },
      problems: [{ code: "UnknownField", message: 'There is no field "topik". Did you mean "topic"?', line: 14 }],
      held: ["Integration default/acme-slack"],
    },
  },
  {
    type: "plumbline.integration.unhealthy",
    ...own,
    subject: "default/acme-slack",
    data: {
      ...slack,
      severity: "error",
      status: "firing",
      fingerprint: "health/default/acme-slack",
      code: "AUTH",
      message: "Slack refused the token.",
      since: "2026-03-02T09:10:00.000Z",
      labels: slack,
    },
  },
  {
    type: "plumbline.delivery.dead",
    ...own,
    subject: "default/urgent-tickets",
    data: {
      delivery: "d-17",
      kind: "rule",
      target: "urgent-tickets",
      attempts: 3,
      severity: "error",
      code: "UNAVAILABLE",
      message: "Slack did not answer.",
      step: "announce",
      event: { seq: 12, source: "/default/support", id: "e-12", type: "freshdesk.ticket_created", subject: "ticket-9" },
    },
  },
  {
    type: "plumbline.notification.template_failed",
    ...own,
    subject: "default/ops",
    data: {
      severity: "error",
      template: "inline",
      part: "text",
      path: "labels.nope",
      message: "labels.nope is absent.",
      route: "default/ops",
      receiver: "ops-discord",
      events: [12],
    },
  },
  {
    type: "plumbline.approval.requested",
    ...own,
    subject: "approval-5",
    data: {
      severity: "warning",
      approval: "approval-5",
      title: "app.database.pool_size in production",
      requested_by: "ada@example.com",
      required: 2,
      approvers: ["platform-team@example.com", "dba-team@example.com"],
      expires_at: "2026-03-02T11:15:00+01:00",
      environment: "production",
      review_url: "https://git.example.com/config/pulls/8",
      changes: [
        {
          action: "update",
          kind: "keys",
          key: "app.database.pool_size",
          fields: [
            { path: "/value", before: 10, after: 20 },
            { path: "/password", before: "(sensitive)", after: "(sensitive)", hash: "h1:a1b2" },
          ],
        },
      ],
    },
  },
];
