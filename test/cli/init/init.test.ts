/** `init`: whichever platforms and CI are chosen, what it writes holds together. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { commands } from "../../../src/cli/routes.ts";
import { starters } from "../../../src/cli/starters/index.ts";
import { builtinPlatforms } from "../../../src/manifests/platform-source.ts";
import { cli, folderOf } from "../../support/cli.ts";

const names = Object.keys(starters);

/** Every choice of at least one. */
const choices = Array.from({ length: 2 ** names.length - 1 }, (_, at) =>
  names.filter((_, bit) => (at + 1) & (1 << bit)),
);

const read = (folder: string, path: string): string => readFileSync(join(folder, path), "utf8");
const flagsOf = (platforms: readonly string[]): string[] => platforms.flatMap((name) => ["--platform", name]);

test("every platform that Plumbline brings along has a starter (src/cli/starters)", () => {
  expect(names).toEqual(builtinPlatforms().names);
});

describe.each(names.length > 6 ? names.map((name) => [name]) : choices)("with %s", (...platforms) => {
  test.each(["none", "github", "gitlab"])("and the CI %s, validate passes on what is written", async (ci) => {
    const cwd = folderOf();
    const made = await cli(["init", ...flagsOf(platforms), "--ci", ci], { cwd });
    expect(made.code).toBe(0);
    expect(readdirSync(join(cwd, "manifests"))).toEqual(platforms.map((name) => `${name}.yaml`));
    const checked = await cli(["validate"], { cwd });
    expect({ code: checked.code, stderr: checked.stderr }).toEqual({ code: 0, stderr: "" });
    expect(checked.stdout).toContain(`${platforms.length} manifest`);
  });

  test("the settings allow the variables of these, and no others", async () => {
    const cwd = folderOf();
    await cli(["init", ...flagsOf(platforms)], { cwd });
    const { allow } = parse(read(cwd, "plumbline.config.yaml"));
    expect(allow.env).toEqual(platforms.flatMap((name) => starters[name]?.env ?? []));
    expect(allow.hosts).toEqual(platforms.flatMap((name) => starters[name]?.hosts ?? []));
  });
});

/** Expressions of GitHub's. */
const expression = (text: string): string => `$\{{ ${text} }}`;
const secret = (name: string): string => expression(`secrets.${name}`);
const base = `origin/${expression("github.base_ref")}`;

interface Step {
  uses: string;
  with: Record<string, unknown>;
  env?: Record<string, string>;
}

describe("the workflow for GitHub", () => {
  const workflow = async (args: readonly string[] = []) => {
    const cwd = folderOf();
    await cli(["init", "--platform", "github", "--platform", "slack", "--ci", "github", ...args], { cwd });
    return parse(read(cwd, ".github/workflows/plumbline.yml"));
  };
  const plumbline = (job: { steps: Step[] }) =>
    job.steps.find(({ uses }) => uses === "plumbline-dev/plumbline@v0") as Step;

  test("plans pull requests against their base and comments; applies what is pushed to main", async () => {
    const { on, jobs } = await workflow();
    expect(on).toEqual({ pull_request: null, push: { branches: ["main"] } });
    expect(plumbline(jobs.plan).with).toEqual({
      command: "plan",
      file: "manifests",
      base,
      comment: true,
      state: "git:refs/plumbline/state",
    });
    expect(plumbline(jobs.apply).with).toEqual({
      command: "apply",
      file: "manifests",
      state: "git:refs/plumbline/state",
      "lock-timeout": "10m",
    });
    expect(jobs.apply.if).toBe("github.event_name == 'push'");
  });

  test("applies one at a time, and breaks none off", async () => {
    const { jobs } = await workflow();
    expect(jobs.apply.concurrency).toEqual({ group: "plumbline-apply", "cancel-in-progress": false });
  });

  test("gives each job the least rights, and the history that --base needs", async () => {
    const { permissions, jobs } = await workflow();
    expect(permissions).toEqual({});
    expect(jobs.plan.permissions).toEqual({ contents: "read", "pull-requests": "write", statuses: "write" });
    expect(jobs["plan-of-fork"].permissions).toEqual({ contents: "read" });
    expect(jobs.apply.permissions).toEqual({ contents: "write" });
    for (const { steps } of Object.values(jobs) as { steps: Step[] }[]) expect(steps[0]?.with["fetch-depth"]).toBe(0);
  });

  test("gives a fork no secret, and asks no system for it", async () => {
    const { jobs } = await workflow();
    const fork = jobs["plan-of-fork"];
    expect(fork.if).toContain("head.repo.full_name != github.repository");
    expect(jobs.plan.if).toContain("head.repo.full_name == github.repository");
    expect(JSON.stringify(fork)).not.toContain("secrets.");
    expect(plumbline(fork).with).toMatchObject({ offline: true, base, comment: true });
  });

  test("hands over the state's key and each credential, under names that GitHub takes", async () => {
    const { jobs } = await workflow();
    const env = {
      PLUMBLINE_STATE_KEY: secret("PLUMBLINE_STATE_KEY"),
      GITHUB_TOKEN: secret("PLUMBLINE_GITHUB_TOKEN"),
      SLACK_BOT_TOKEN: secret("SLACK_BOT_TOKEN"),
    };
    expect(plumbline(jobs.plan).env).toEqual(env);
    expect(plumbline(jobs.apply).env).toEqual(env);
  });
});

describe("the pipeline for GitLab", () => {
  test("plans merge requests, applies on the default branch one at a time, and gives forks the offline view", async () => {
    const cwd = folderOf();
    await cli(["init", "--platform", "slack", "--ci", "gitlab"], { cwd });
    const pipeline = parse(read(cwd, ".gitlab-ci.yml"));
    expect(pipeline["plumbline-plan"].script).toEqual([
      'plumbline plan --file="$PLUMBLINE_FILE" --base="origin/$CI_MERGE_REQUEST_TARGET_BRANCH_NAME" --state="$PLUMBLINE_STATE" --comment gitlab',
    ]);
    expect(pipeline["plumbline-plan-of-fork"].script).toEqual([
      'plumbline plan --file="$PLUMBLINE_FILE" --base="$CI_MERGE_REQUEST_DIFF_BASE_SHA" --offline',
    ]);
    expect(pipeline["plumbline-apply"]).toMatchObject({ resource_group: "plumbline", interruptible: false });
    expect(pipeline[".plumbline"].variables.GIT_DEPTH).toBe("0");
    expect(JSON.stringify(pipeline)).not.toContain("npx");
    // The template for `include` is the same.
    const template = readFileSync(join(import.meta.dirname, "../../../ci/gitlab.yml"), "utf8");
    expect(parse(template)).toEqual(pipeline);
    for (const script of ["plumbline-plan", "plumbline-apply"].flatMap((job) => pipeline[job].script)) {
      expect(Object.keys(commands)).toContain(script.split(" ")[1]);
    }
  });
});

test("below a repository's root the CI file stands at the root and names the folder", async () => {
  const cwd = folderOf();
  mkdirSync(join(cwd, ".git"));
  const { stdout } = await cli(["init", "infra/it", "--ci", "github", "--platform", "slack"], { cwd });
  expect(stdout).toContain("+ ../../.github/workflows/plumbline.yml\n");
  const { jobs } = parse(read(cwd, ".github/workflows/plumbline.yml"));
  expect(jobs.apply.steps[1].with["working-directory"]).toBe("infra/it");
  await cli(["init", "infra/it", "--ci", "gitlab", "--platform", "slack"], { cwd });
  const job = parse(read(cwd, ".gitlab-ci.yml"))[".plumbline"];
  expect(job.variables.PLUMBLINE_FOLDER).toBe("infra/it");
  expect(job.before_script.at(-1)).toBe('cd "$PLUMBLINE_FOLDER"');
});

test("a CI file that is there is left as it is", async () => {
  const cwd = folderOf({ ".gitlab-ci.yml": "mine: {}\n" });
  const { code, stdout } = await cli(["init", "--ci", "gitlab"], { cwd });
  expect(read(cwd, ".gitlab-ci.yml")).toBe("mine: {}\n");
  expect(stdout).toContain("= .gitlab-ci.yml  was there, left as it is");
  expect(code).toBe(0);
});

test.each([
  { args: ["--platform", "slak"], says: 'There is no platform "slak" to start with. Did you mean "slack"?' },
  { args: ["--platform", "constructor"], says: 'There is no platform "constructor"' },
  { args: ["--ci", "gitlub"], says: '"gitlub" is not one of github, gitlab, none.' },
])("$args is refused, and nothing is written", async ({ args, says }) => {
  const cwd = folderOf();
  const { code, stderr } = await cli(["init", ...args], { cwd });
  expect(stderr).toContain(says);
  expect(code).toBe(1);
  expect(readdirSync(cwd)).toEqual([]);
});

describe("on a terminal", () => {
  const enter = "\r";
  const platforms = "Which platforms?";
  const ci = "Which CI runs it?";

  test("it asks which platforms and which CI", async () => {
    const cwd = folderOf();
    const down = "\u001b[B";
    const answers = [
      {
        after: platforms,
        type: `${names
          .slice(0, names.indexOf("slack"))
          .map(() => down)
          .join("")} ${enter}`,
      },
      { after: ci, type: down + enter },
    ];
    const { code, stderr } = await cli(["init"], { cwd, answers });
    expect(code, stderr).toBe(0);
    expect(readdirSync(join(cwd, "manifests"))).toEqual(["slack.yaml"]);
    expect(existsSync(join(cwd, ".gitlab-ci.yml"))).toBe(true);
  });

  test.each([
    { when: "at the first question", answers: [{ after: platforms, type: "\u0003" }] },
    {
      when: "at the second",
      answers: [
        { after: platforms, type: ` ${enter}` },
        { after: ci, type: "\u0003" },
      ],
    },
  ])("giving up $when writes nothing", async ({ answers }) => {
    const cwd = folderOf();
    const { code, stderr } = await cli(["init"], { cwd, answers });
    expect(stderr).toContain("Given up; nothing was written.");
    expect(code).toBe(130);
    expect(readdirSync(cwd)).toEqual([]);
  });

  test("a flag answers, so nothing is asked", async () => {
    const cwd = folderOf();
    const { code, stderr } = await cli(["init", "--ci", "none"], {
      cwd,
      answers: [{ after: "Which", type: "\u0003" }],
    });
    expect(stderr).not.toContain("Which");
    expect(code).toBe(0);
    expect(readdirSync(join(cwd, "manifests"))).toEqual(names.map((name) => `${name}.yaml`));
  });
});
