/** A program of one's own to start with: told what happens, and telling what happened. */
import { MODELINE, type Starter } from "./starter.ts";

export const webhook: Starter = {
  title: "Webhook (a program of your own)",
  integration: "acme-webhook",
  variables: ["ACME_WEBHOOK_SECRET", "ACME_INBOUND_SECRET"],
  env: ["ACME_*"],
  hosts: ["hooks.example.com"],
  manifest: `${MODELINE}
apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata:
  name: acme-webhook
spec:
  title: Our release board
  platform: webhook
  connection:
    url: https://hooks.example.com/plumbline # yours
    auth: standard-webhooks
  credentials:
    secret: { env: ACME_WEBHOOK_SECRET } # whsec_ and the base64 of 24 to 64 random bytes
    webhookSecret: { env: ACME_INBOUND_SECRET } # what it signs its own calls to us with
  events: { enabled: true }
`,
};
