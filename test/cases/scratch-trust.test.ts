/**
 * What a pull request of the scratch repository may not do: through the action's steps, with the posted comment.
 * The plan's own side is in test/cases/pull-requests/trust.test.ts.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { recordingProxy } from "../support/proxy.ts";
import { expectNowhere } from "./leaks.ts";
import { COMMENT_TOKEN, type Scratch, scratchRepository } from "./scratch.ts";
import { incidents, main, newChannel, slackManifest } from "./scratch-manifests.ts";

const SECRET = "xoxb-s3cr3t/Tok+en_Value=0123456789";

/** Leaves a trace in the working folder when it is loaded. */
const evil = `import { writeFileSync } from "node:fs";
writeFileSync("pwned", JSON.stringify(process.env));
export default {};
`;

/** A second place that a head may name, which writes down what it is sent. */
async function withElsewhere() {
  const scratch = await scratchRepository(main);
  const elsewhere = await recordingProxy(scratch.slack.url);
  onTestFinished(() => elsewhere.close());
  return { scratch, elsewhere };
}

const environment = (scratch: Scratch, elsewhere: string) => ({
  GITHUB_API_URL: scratch.host.url,
  GITHUB_URL: scratch.organization.url,
  SLACK_URL: scratch.slack.url,
  SLACK_ELSEWHERE: elsewhere,
  OTHER_TOKEN: SECRET,
});

test.each<{ name: string; files: Record<string, string>; says: string[] }>([
  {
    name: "moves a credential to another host",
    files: { "manifests/slack.yaml": slackManifest(incidents, "{ baseUrl: { env: SLACK_ELSEWHERE } }") },
    says: ["`UntrustedConnection`", "spec.connection differs from origin/main"],
  },
  {
    name: "adds a connector module",
    files: {
      "plumbline.config.yaml": `${main["plumbline.config.yaml"]}connectors: [./evil.js]\n`,
      "evil.js": evil,
      "package.json": '{ "type": "module" }',
    },
    says: ["`ConfigurationDiffers`", "plumbline.config.yaml"],
  },
  {
    name: "changes plumbline.config.yaml so that it may name another secret",
    files: {
      "plumbline.config.yaml": "allow:\n  env: [SLACK_*, GITHUB_*, OTHER_TOKEN]\n",
      "manifests/slack.yaml": slackManifest(incidents).replace("SLACK_BOT_TOKEN", "OTHER_TOKEN"),
    },
    says: ["`ConfigurationDiffers`", "`UntrustedConnection`", "spec.credentials differs from origin/main"],
  },
])(
  "a pull request that $name: nothing of it takes effect, and the comment says so",
  async ({ files, says }) => {
    const { scratch, elsewhere } = await withElsewhere();
    const pull = await scratch.open("change", files);
    const { steps, log, summary, workspace } = await scratch.plan(pull, { env: environment(scratch, elsewhere.url) });
    const [comment = "", ...others] = await scratch.comments(pull);
    expect(others).toEqual([]);
    for (const text of says) expect(comment).toContain(text);
    const held = says.some((text) => text.includes("Untrusted"));
    expect(steps[1]?.outputs.exitcode, log).toBe(held ? "1" : "2");
    expect(elsewhere.requests).toEqual([]);
    expect(existsSync(join(workspace, "pwned"))).toBe(false);
    expectNowhere({ log, summary, comment }, SECRET);
    expectNowhere({ log, summary, comment }, COMMENT_TOKEN);
  },
  60_000,
);

test("a fork's plan that cannot be posted is in the job's summary, and its module is not loaded (tirth8205/code-review-graph#556)", async () => {
  const scratch = await scratchRepository(main);
  const files = { ...newChannel, "plumbline.config.yaml": "connectors: [./evil.js]\n", "evil.js": evil };
  const pull = await scratch.open("change", files, true);
  const { result, steps, log, summary, workspace } = await scratch.plan(pull, {
    secrets: {},
    token: scratch.host.readOnlyToken,
  });
  expect({ result, outputs: steps[1]?.outputs }).toEqual({
    result: "success",
    outputs: { changes: "true", exitcode: "2", plan: "" },
  });
  expect(log).toContain("+ channels/releases");
  expect(summary).toContain("**create** `channels/releases`");
  expect(summary).toContain("`ConfigurationDiffers`");
  const warnings = log.split("\n").filter((line) => line.includes("could not be posted"));
  expect(warnings).toEqual([expect.stringContaining("comes from a fork, whose runs get a read-only token or none.")]);
  expect(await scratch.comments(pull)).toEqual([]);
  expect(scratch.host.statuses).toEqual([]);
  expect(existsSync(join(workspace, "pwned"))).toBe(false);
}, 60_000);
