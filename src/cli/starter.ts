/** The files of a starter folder. `validate` passes on them as they are. */

/** Where the schema for editors is put: a folder with a dot is not searched for manifests. */
export const SCHEMA_FILE = ".schemas/plumbline.json";

const MODELINE = `# yaml-language-server: $schema=../${SCHEMA_FILE}`;

const SLACK = `${MODELINE}
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
`;

const GITHUB = `${MODELINE}
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
`;

const CONFIGURATION = `# What manifests may name. A pull request that changes a manifest must not be able to send a credential
# elsewhere, so protect this file in your repository (CODEOWNERS). A list that is left out allows all.
allow:
  env:
    - SLACK_*
    - GITHUB_*
  files: []
  hosts:
    - slack.com
    - api.github.com
`;

const GITIGNORE = `# State and keys of Plumbline on this machine.
.plumbline/
`;

/** File by file, as it is written. */
export const starterFiles: Readonly<Record<string, string>> = {
  "plumbline.config.yaml": CONFIGURATION,
  "manifests/slack.yaml": SLACK,
  "manifests/github.yaml": GITHUB,
  ".gitignore": GITIGNORE,
};
