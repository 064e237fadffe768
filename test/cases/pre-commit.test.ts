/**
 * The pre-commit hook: it checks the folder, whichever files changed (anderseknert/pre-commit-opa#2).
 *
 * Its checkout is a repository whose setting up is done already, by links to this one's. Where pre-commit is not
 * there, its tests say so and the entry is run as pre-commit would run it; `.ci/run` installs it.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ACTION } from "../support/actions/job.ts";
import { folderOf } from "../support/cli.ts";
import { repositoryIn, type TestRepository } from "../support/git.ts";

const installed = spawnSync("pre-commit", ["--version"]).status === 0;

interface Hook {
  id: string;
  language: string;
  entry: string;
  args?: string[];
  files?: string;
  pass_filenames: boolean;
  always_run: boolean;
}

const [hook] = parse(readFileSync(join(ACTION, ".pre-commit-hooks.yaml"), "utf8")) as [Hook];

const slack = `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: acme-slack }
spec:
  platform: slack
  credentials: { token: { env: SLACK_BOT_TOKEN } }
  resources:
    channels:
      - name: incidents
`;
const group = (name: string) => `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: acme-groups }
spec:
  platform: slack
  credentials: { token: { env: SLACK_BOT_TOKEN } }
  resources:
    userGroups:
      - handle: on-call
        name: ${name}
        channels: [incidents]
`;

/** The hook's repository, as \`repo\` in a user's settings. */
function hooks(): TestRepository {
  const folder = folderOf();
  for (const name of [".pre-commit-hooks.yaml", "ci", "bin"]) {
    cpSync(join(ACTION, name), join(folder, name), { recursive: true });
  }
  for (const name of ["dist", "node_modules"]) symlinkSync(join(ACTION, name), join(folder, name));
  const repository = repositoryIn(folder);
  repository.git("init", "--quiet", "--initial-branch=main");
  repository.commit();
  return repository;
}
