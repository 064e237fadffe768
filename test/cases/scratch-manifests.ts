/** What the scratch repository's manifests say, and what three pull requests make of it. */

/** An Integration of Slack with these lines under `channels`. */
export const slackManifest = (channels: string, connection = "{ baseUrl: { env: SLACK_URL } }") =>
  `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: acme-slack }
spec:
  platform: slack
  connection: ${connection}
  credentials: { token: { env: SLACK_BOT_TOKEN } }
  resources:
    channels:
${channels}`;

/** An Integration of GitHub with these lines under `teams`. */
export const githubManifest = (teams: string) => `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: acme-github }
spec:
  platform: github
  connection: { organization: acme, baseUrl: { env: GITHUB_URL } }
  credentials: { token: { env: GITHUB_TOKEN } }
  policy: { prune: true }
  resources:
    teams:
${teams}`;

export const incidents = '      - name: incidents\n        topic: "Sev 1 and 2"\n';
export const releases = "      - name: releases\n        topic: What ships\n";
const platform = "      - name: platform\n        description: Runs the platform\n";
const payments = "      - name: payments\n        description: Takes the money\n";

/** What main holds at first. */
export const main = {
  "plumbline.config.yaml": "allow:\n  env: [SLACK_*, GITHUB_*]\n",
  "manifests/slack.yaml": slackManifest(incidents),
  "manifests/github.yaml": githubManifest(platform + payments),
};

export const newChannel = { "manifests/slack.yaml": slackManifest(incidents + releases) };
export const removedTeam = { "manifests/github.yaml": githubManifest(platform) };
export const fourMistakes = {
  "manifests/slack.yaml": slackManifest(`      - name: Incidents!
        topik: "Sev 1 and 2"
      - name: releases
        topic: 7
        members: ada@example.com
`),
};
