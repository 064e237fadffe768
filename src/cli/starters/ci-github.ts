/**
 * A workflow for GitHub Actions.
 *
 * A pull request from a fork runs without secrets and with a token that may only read, whatever the workflow
 * says (https://docs.github.com/actions/security-for-github-actions), so it gets the view that needs neither.
 */
import type { CiOptions } from "./ci.ts";

/** @returns `.github/workflows/plumbline.yml`. */
export function githubWorkflow({ variables, folder }: CiOptions): string {
  const place = folder === "" ? "" : `\n          working-directory: ${JSON.stringify(folder)}`;
  const names = ["PLUMBLINE_STATE_KEY", ...variables];
  const secrets = names.map((name) => `          ${name}: \${{ secrets.${secretName(name)} }}`).join("\n");
  return `# Plumbline: the plan as a comment on each pull request, applied when it is merged.
#
# Settings > Secrets and variables > Actions needs: ${names.map(secretName).join(", ")}.
# PLUMBLINE_STATE_KEY is 32 random bytes, the same for ever: openssl rand -base64 32
# Whoever may push a branch here can change this file and read these secrets: let CODEOWNERS protect
# .github/ and plumbline.config.yaml, or keep the secrets in an environment with reviewers.
name: Plumbline

on:
  pull_request:
  push:
    branches: [main]

permissions: {} # each job says what it needs

jobs:
  plan:
    if: github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name == github.repository
    runs-on: ubuntu-latest
    permissions:
      contents: read
      pull-requests: write # the comment
      statuses: write # and the commit's status
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0 # what the base branch says is compared with
      - uses: plumbline-dev/plumbline@v0 # replace by the full commit of a release: a tag can be moved
        with:
          command: plan${place}
          file: manifests
          base: origin/\${{ github.base_ref }}
          comment: true
          state: git:refs/plumbline/state
        env:
${secrets}

  # From a fork: no secrets, so no system is asked, and a token that may not comment: what the files change is
  # then shown in the job's summary.
  plan-of-fork:
    if: github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name != github.repository
    runs-on: ubuntu-latest
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
          persist-credentials: false
      - uses: plumbline-dev/plumbline@v0 # the same commit as above
        with:
          command: plan${place}
          file: manifests
          base: origin/\${{ github.base_ref }}
          offline: true
          comment: true

  apply:
    if: github.event_name == 'push'
    runs-on: ubuntu-latest
    concurrency: # one at a time; what waits is applied after, never broken off
      group: plumbline-apply
      cancel-in-progress: false
    permissions:
      contents: write # the state is a ref of this repository
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - uses: plumbline-dev/plumbline@v0 # the same commit as above
        with:
          command: apply${place}
          file: manifests
          state: git:refs/plumbline/state
          lock-timeout: 10m # for an apply that somebody runs elsewhere
        env:
${secrets}
`;
}

/** GitHub takes no secret whose name begins with its own (https://docs.github.com/actions/reference/secrets-reference). */
function secretName(variable: string): string {
  return variable.startsWith("GITHUB_") ? `PLUMBLINE_${variable}` : variable;
}
