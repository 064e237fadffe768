/** A saved plan from a pull request to its merge: the workflow that docs/ci.md shows, run as it stands there. */
import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderOf } from "../support/cli.ts";
import { repositoryIn } from "../support/git.ts";
import { type Scratch, scratchRepository } from "./scratch.ts";
import { incidents, releases, slackManifest } from "./scratch-manifests.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/ci.md"), "utf8");
const [, workflow = ""] = /^## A saved plan\n[\s\S]*?^```yaml\n([\s\S]*?)^```$/m.exec(page) ?? [];

const files = {
  "plumbline.config.yaml": "allow:\n  env: [SLACK_*]\n",
  "manifests/slack.yaml": slackManifest(incidents),
};

/** GitHub's command line, as far as the sample calls it: it knows the merge, and the run of its head. */
function githubCommand(artifacts: string): string {
  const gh = `#!/usr/bin/env bash
case "$1 $2" in
  "api repos/acme/infra/commits/$GITHUB_SHA/pulls") git rev-parse "$GITHUB_SHA^2" ;;
  "run list") [[ " $* " == *" --commit $(git rev-parse "$GITHUB_SHA^2") "* ]] && echo 4711 ;;
  "run download") [ "$3 $4 $5" = "4711 --name plumbline-plan" ] && cp ${artifacts}/plumbline-plan/* . ;;
  *) echo "gh: $* is not known here" >&2; exit 1 ;;
esac
`;
  const folder = folderOf({ gh });
  chmodSync(join(folder, "gh"), 0o755);
  return folder;
}

/** Opens a pull request with a new channel, and plans it. */
async function planned() {
  const scratch = await scratchRepository(files);
  expect((await scratch.push()).result).toBe("success");
  const pull = await scratch.open("releases", { "manifests/slack.yaml": slackManifest(incidents + releases) });
  const artifacts = folderOf();
  const { result, log } = await scratch.plan(pull, { workflow, artifacts });
  expect(result, log).toBe("success");
  expect(readdirSync(join(artifacts, "plumbline-plan"))).toEqual(["plan.json"]);
  const apply = () =>
    scratch.push("apply", {
      workflow,
      env: {
        ...{ GITHUB_URL: scratch.organization.url, SLACK_URL: scratch.slack.url },
        PATH: `${githubCommand(artifacts)}:${process.env.PATH}`,
      },
    });
  return { scratch, pull, apply };
}

const topicOf = async ({ slack }: Scratch, name: string) =>
  ((await slack.channel(name))?.topic as { value: string } | undefined)?.value;

test("the merge applies what the pull request planned, and leaves alone what came in between", async () => {
  const { scratch, pull, apply } = await planned();
  const other = await scratch.open("topic", { "README.md": "Systems\n" });
  scratch.merge(other);
  scratch.merge(pull);
  const { result, log } = await apply();
  expect(result, log).toBe("success");
  expect(await topicOf(scratch, "releases")).toBe("What ships");
}, 60_000);

test("a plan that does not fit any more is refused, and nothing is written", async () => {
  const { scratch, pull, apply } = await planned();
  await scratch.slack.call("conversations.create", { name: "releases" });
  scratch.merge(pull);
  const { result, steps, log } = await apply();
  expect(log).toContain("The saved plan does not fit any more; nothing was written.");
  expect({ result, exitcode: steps[2]?.outputs.exitcode }).toEqual({ result: "failure", exitcode: "1" });
  expect(await topicOf(scratch, "releases")).toBe("");
}, 60_000);

test("a pull request whose manifests are wrong keeps no plan", async () => {
  const scratch = await scratchRepository(files);
  const pull = await scratch.open("wrong", { "manifests/slack.yaml": slackManifest("      - nam: x\n") });
  const artifacts = folderOf();
  expect((await scratch.plan(pull, { workflow, artifacts })).result).toBe("failure");
  expect(readdirSync(artifacts)).toEqual([]);
  expect(repositoryIn(scratch.origin).git("for-each-ref", "refs/plumbline")).toBe("");
}, 60_000);
