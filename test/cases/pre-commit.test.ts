/**
 * The pre-commit hook: it checks the folder, whichever files changed (anderseknert/pre-commit-opa#2).
 *
 * Its checkout is a repository whose setting up is done already, by links to this one's. Where pre-commit is not
 * there, its tests say so and the entry is run as pre-commit would run it; `.ci/run` installs it.
 */
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, symlinkSync } from "node:fs";
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
/** Refers to the channel of the other file. */
const group = (name: string) => `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: acme-groups }
spec:
  platform: slack
  credentials: { token: { env: SLACK_BOT_TOKEN } }
  resources:
    usergroups:
      - handle: on-call
        name: ${name}
        channels: [incidents]
`;

const missingKey = /group\.yaml:11:20 {2}error {2}No manifest of this system declares channels "incidents"/;

/** The hook's repository, as `repo` in a user's settings; setting it up is done already. */
function hooks(): TestRepository {
  const folder = folderOf();
  for (const name of [".pre-commit-hooks.yaml", "ci", "bin"]) {
    cpSync(join(ACTION, name), join(folder, name), { recursive: true });
  }
  for (const name of ["dist", "node_modules"]) symlinkSync(join(ACTION, name), join(folder, name));
  return madeFrom(folder);
}

/** A user's repository: both manifests, and two YAML files that are none, of which one is what pre-commit is told. */
function user(hooksFolder: string, revision: string): TestRepository {
  const settings = { repos: [{ repo: hooksFolder, rev: revision, hooks: [{ id: hook.id }] }] };
  const files = { "slack.yaml": slack, "group.yaml": group("On call"), "README.yaml": "title: Systems\n" };
  return madeFrom(folderOf({ ...files, ".pre-commit-config.yaml": JSON.stringify(settings) }));
}

function madeFrom(folder: string): TestRepository {
  const repository = repositoryIn(folder);
  repository.git("init", "--quiet", "--initial-branch=main");
  repository.commit();
  return repository;
}

interface Ended {
  code: number | null;
  text: string;
}

function ended(command: string, args: readonly string[], cwd: string, env: Record<string, string> = {}): Ended {
  const all = { PATH: process.env.PATH ?? "", HOME: cwd, GIT_CONFIG_GLOBAL: "/dev/null", ...env };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env: all, encoding: "utf8" });
  return { code: status, text: stdout + stderr };
}

/** What a hook is run by, in a user's repository whose changes are staged. */
const ways: readonly { way: string; skipped: boolean; prepare(): { git: TestRepository; run(): Ended } }[] = [
  {
    way: installed ? "pre-commit run" : "pre-commit run (skipped: it is not installed; apt-get install pre-commit)",
    skipped: !installed,
    prepare() {
      const { folder: hooksFolder, git } = hooks();
      const repository = user(hooksFolder, git("rev-parse", "HEAD"));
      const env = { PRE_COMMIT_HOME: folderOf() };
      const run = () => ended("pre-commit", ["run", "--verbose"], repository.folder, env);
      return { git: repository, run };
    },
  },
  {
    way: "the hook's entry, with the arguments that pre-commit gives it",
    skipped: false,
    prepare() {
      const { folder: hooksFolder } = hooks();
      const repository = user(hooksFolder, "v0");
      expect({ passes: hook.pass_filenames, always: hook.always_run }).toEqual({ passes: false, always: true });
      const run = () => ended(join(hooksFolder, hook.entry), hook.args ?? [], repository.folder);
      return { git: repository, run };
    },
  },
];

for (const { way, skipped, prepare } of ways) {
  describe.skipIf(skipped)(way, () => {
    test("passes where a changed file refers to one that did not change", () => {
      const { git, run } = prepare();
      git.write({ "group.yaml": group("On call now") });
      git.git("add", "--all");
      expect(run()).toEqual({ code: 0, text: expect.stringContaining("2 manifests are valid") });
    }, 60_000);

    test("fails where the file that is referred to is deleted, at the reference", () => {
      const { git, run } = prepare();
      git.write({ "slack.yaml": null });
      git.git("add", "--all");
      expect(run()).toEqual({ code: 1, text: expect.stringMatching(missingKey) });
    }, 60_000);

    test("passes over a changed YAML file that is no manifest, and counts it", () => {
      const { git, run } = prepare();
      git.write({ "README.yaml": "title: Our systems\n" });
      git.git("add", "--all");
      expect(run()).toEqual({ code: 0, text: expect.stringMatching(/4 files read, 2 other documents passed over/) });
    }, 60_000);
  });
}
