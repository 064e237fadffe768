/** Webhooks as the platforms send them: signed over exactly the bytes that are sent. */
import { createHmac } from "node:crypto";
import type { InboundRequest } from "../../src/connector-kit/index.ts";

export const FORM = "application/x-www-form-urlencoded";

/** GitHub's published example secret ("Validating webhook deliveries"). */
export const GITHUB_SECRET = "It's a Secret to Everybody";

/** Slack's published example secret ("Verifying requests from Slack"). */
export const SLACK_SECRET = "8f742231b10e8888abcd99yyyzzz85a5";

/** When Slack's published example was signed, in seconds since 1970. */
export const SLACK_TIME = 1_531_420_618;

/** @returns a body of JSON, or the body itself, as bytes. */
export function bytesOf(body: unknown): Uint8Array {
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

/** A delivery of GitHub. @param body an object, or the text that is sent. */
export function fromGitHub(
  event: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): InboundRequest {
  const bytes = bytesOf(body);
  return {
    headers: {
      "content-type": "application/json",
      "x-github-event": event,
      "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
      "x-hub-signature-256": `sha256=${createHmac("sha256", GITHUB_SECRET).update(bytes).digest("hex")}`,
      ...headers,
    },
    query: {},
    body: bytes,
  };
}

/** A request of Slack. @param body an object for JSON, a text for a form. @param timestamp as the header has it. */
export function fromSlack(body: unknown, timestamp: string = String(SLACK_TIME)): InboundRequest {
  const bytes = bytesOf(body);
  const digest = createHmac("sha256", SLACK_SECRET).update(`v0:${timestamp}:`).update(bytes).digest("hex");
  return {
    headers: {
      "content-type": typeof body === "string" ? FORM : "application/json",
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": `v0=${digest}`,
    },
    query: {},
    body: bytes,
  };
}

/** An interaction of Slack, in its form. */
export function interactionOf(payload: unknown): string {
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}
