/**
 * One flow from end to end, for rounds and benches: GitHub's webhooks, a rule, and a webhook that goes out.
 *
 * GitHub itself is a loopback that only knows whose token it is.
 */
import { createHmac } from "node:crypto";
import { json, type Loopback, serve } from "./loopback.ts";

const SECRET = "flow-webhook-secret-0123456789";
const SENT_WITH = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

/** What proves GitHub's webhooks, for those that check them too. */
export const FLOW_SECRET = SECRET;

export interface Webhook {
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** The path that the flow's webhooks go to. */
export const FLOW_PATH = "/api/webhooks/github";

/** Answers what a session asks before its first use. */
export function startFlowGitHub(): Promise<Loopback> {
  return serve(async ({ path }) =>
    path === "/user" ? json(200, { login: "flow", id: 1, node_id: "U_1" }) : json(404, { message: "Not Found" }),
  );
}

export interface FlowOptions {
  github: string;
  /** Where the rule sends to. */
  receiver: string;
  /** Default true. */
  rule?: boolean;
}

/** @returns the files of the flow's folder, and what the program has to find in its environment. */
export function eventFlow({ github, receiver, rule = true }: FlowOptions) {
  const files: Record<string, string> = {
    "plumbline.config.yaml": "allow: { hosts: [127.0.0.1] }\n",
    "github.yaml": `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: github }
spec:
  platform: github
  connection: { baseUrl: "${github}", organization: acme }
  credentials: { token: { env: FLOW_TOKEN }, webhookSecret: { env: FLOW_SECRET } }
  events: { enabled: true }
  interval: 24h
`,
    "receiver.yaml": `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: receiver }
spec:
  platform: webhook
  connection: { url: "${receiver}", auth: standard-webhooks, timeout: 5s }
  credentials: { secret: { env: FLOW_SENT_WITH } }
  interval: 24h
`,
  };
  if (rule) files["rule.yaml"] = RULE;
  return { files, env: { FLOW_TOKEN: "flow-token", FLOW_SECRET: SECRET, FLOW_SENT_WITH: SENT_WITH } };
}

const RULE = `apiVersion: plumbline.dev/v1alpha1
kind: Rule
metadata: { name: forward }
spec:
  trigger: { integration: github, event: issues, conditions: { action: opened }, self: Allow }
  actions:
    - integration: receiver
      action: send
      parameters: { body: { subject: "{{event.subject}}", number: "{{issue.number}}", title: "{{issue.title}}" } }
`;

/**
 * An issue that was opened.
 *
 * @param delivery its id, and the issue's title. @param issue its number, by which events are in order.
 * @param bytes how large the body is at least.
 */
export function issueOpened(delivery: string, issue: number, bytes = 0): Webhook {
  const payload = {
    action: "opened",
    issue: { number: issue, title: delivery, body: "" },
    repository: { full_name: "acme/billing" },
    sender: { login: "ada", id: 7 },
  };
  payload.issue.body = "x".repeat(Math.max(0, bytes - JSON.stringify(payload).length));
  const body = JSON.stringify(payload);
  return {
    body,
    headers: {
      "content-type": "application/json",
      "x-github-event": "issues",
      "x-github-delivery": delivery,
      "x-hub-signature-256": `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`,
    },
  };
}
