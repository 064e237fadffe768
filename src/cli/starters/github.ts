/** A GitHub organisation to start with. */
import { MODELINE, type Starter } from "./starter.ts";

export const github: Starter = {
  title: "GitHub",
  integration: "acme-github",
  variables: ["GITHUB_TOKEN"],
  env: ["GITHUB_*"],
  hosts: ["api.github.com"],
  manifest: `${MODELINE}
apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata:
  name: acme-github
spec:
  title: Our organisation
  platform: github
  connection:
    organization: acme # yours
  credentials:
    token: { env: GITHUB_TOKEN }
  policy:
    prune: false # true: what leaves this file is deleted on GitHub
  resources:
    repositories:
      - name: billing
        description: Invoices and payments
        lifecycle: { preventDestroy: true }
        labels:
          - name: bug
            color: "d73a4a" # quoted: YAML takes some colours for numbers
`,
};
