/** A Slack workspace to start with. */
import { MODELINE, type Starter } from "./starter.ts";

export const slack: Starter = {
  title: "Slack",
  integration: "acme-slack",
  variables: ["SLACK_BOT_TOKEN"],
  env: ["SLACK_*"],
  hosts: ["slack.com"],
  manifest: `${MODELINE}
apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata:
  name: acme-slack
spec:
  title: Our workspace
  platform: slack
  credentials:
    token: { env: SLACK_BOT_TOKEN } # never the token itself
  policy:
    prune: false # true: what leaves this file is archived in Slack
  resources:
    channels:
      - name: incidents
        topic: Sev 1 and 2 only
        # Only what is stated is compared and written: the purpose belongs to whoever sets it.
      - name: releases
`,
};
