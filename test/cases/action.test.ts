/** The action's own steps: how inputs become arguments, how it is set up, and what a cancelled job does. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ACTION, type JobResult, runJob } from "../support/actions/job.ts";
import { folderOf } from "../support/cli.ts";
import { gitEnv, repositoryIn } from "../support/git.ts";

/** GitHub's own form, which a text may hold. */
const TOKEN_EXPRESSION = `$\{{ github.token }}`;

/** Writes down its arguments, and ends as CODE says. */
const recorder = `#!/usr/bin/env bash
for argument in "$@"; do printf '%s\\0' "$argument"; done > "$GITHUB_WORKSPACE/arguments"
env > "$GITHUB_WORKSPACE/environment"
exit "\${CODE:-0}"
`;

/** A checkout of the action that is set up, whose program is another one. */
function actionWith(program: string, { ready = true } = {}): string {
  const files = ["action.yml", ...["install", "github-setup", "github-run"].map((name) => `ci/${name}.sh`)];
  const folder = folderOf({ "bin/plumbline": program, ...(ready ? { "dist/cli.js": "" } : {}) });
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    copyFileSync(join(ACTION, file), join(folder, file));
  }
  chmodSync(join(folder, "bin/plumbline"), 0o755);
  mkdirSync(join(folder, "node_modules/node/bin"), { recursive: true });
  if (ready) symlinkSync(process.execPath, join(folder, "node_modules/node/bin/node"));
  return folder;
}

interface Run extends JobResult {
  /** What the program was given; undefined when it did not run. */
  given: string[] | undefined;
  environment: string;
}

/** Runs the action as the one step of a job. */
async function act(
  inputs: Readonly<Record<string, string>>,
  options: { action?: string; env?: Record<string, string>; head?: string; stepEnv?: Record<string, string> } = {},
): Promise<Run> {
  const { action = actionWith(recorder), env = {}, head = "change", stepEnv = {} } = options;
  const step = { id: "it", uses: "plumbline-dev/plumbline@v0", with: inputs, env: stepEnv };
  const workflow = JSON.stringify({ jobs: { one: { "runs-on": "ubuntu-latest", steps: [step] } } });
  const event = {
    ...{ name: "pull_request" as const, payload: {}, ref: "refs/pull/7/merge", sha: "a".repeat(40) },
    ...{ base: "main", head, token: "the-workflows-token" },
  };
  const result = await runJob(workflow, "one", { origin: "", repository: "acme/infra", event, action, env });
  const read = (name: string) => readFileSync(join(result.workspace, name), "utf8");
  const ran = existsSync(join(result.workspace, "arguments"));
  return {
    ...result,
    given: ran ? read("arguments").split("\0").slice(0, -1) : undefined,
    environment: ran ? read("environment") : "",
  };
}

describe("inputs", () => {
  test.each<{ inputs: Record<string, string>; given: string[] }>([
    { inputs: {}, given: ["plan", "--detailed-exitcode"] },
    {
      inputs: { file: "a\nb c\n", base: "origin/main", state: "git:refs/x", "comment-id": "x" },
      given: [
        ...["plan", "--detailed-exitcode", "--file=a", "--file=b c", "--base=origin/main"],
        ...["--state=git:refs/x", "--comment-id=x"],
      ],
    },
    {
      inputs: { base: "main", offline: "true", comment: "true", "plan-file": "plan.json" },
      given: [
        ...["plan", "--detailed-exitcode", "--base=main", "--out=plan.json", "--offline"],
        ...["--comment", "github"],
      ],
    },
    { inputs: { offline: "false", comment: "false" }, given: ["plan", "--detailed-exitcode"] },
    {
      inputs: { command: "apply", file: "m", state: "git:refs/x", "confirm-removals": "14", "lock-timeout": "10m" },
      given: [
        ...["apply", "--auto-approve", "--state=git:refs/x", "--confirm-removals=14"],
        ...["--lock-timeout=10m", "--file=m"],
      ],
    },
    {
      inputs: { command: "apply", file: "m", "plan-file": "--help" },
      given: ["apply", "--auto-approve", "--", "--help"],
    },
    { inputs: { command: "validate", file: "m" }, given: ["validate", "-o", "github", "--file=m"] },
  ])("$inputs become $given", async ({ inputs, given }) => {
    const run = await act(inputs);
    expect(run.given, run.log).toEqual(given);
  });

  test.each<{ inputs: Record<string, string>; says: string }>([
    { inputs: { command: "destroy" }, says: "the input command is not one of plan, apply and validate: destroy" },
    { inputs: { command: "apply", base: "main" }, says: "the input base is not for the command apply" },
    { inputs: { command: "apply", comment: "true" }, says: "the input comment is not for the command apply" },
    { inputs: { command: "plan", "confirm-removals": "3" }, says: "the input confirm-removals is not for the command" },
    { inputs: { command: "validate", state: "x" }, says: "the input state is not for the command validate" },
    { inputs: { offline: "yes" }, says: "the input offline is neither true nor false: yes" },
    { inputs: { "working-directory": "nowhere" }, says: "there is no folder as the input working-directory names" },
    { inputs: { "plan-file": "a\nchanges=false" }, says: "the input plan-file has control characters" },
  ])("$inputs are refused: $says", async ({ inputs, says }) => {
    const { result, log, given } = await act(inputs);
    expect(log).toContain(`plumbline action: ${says}`);
    expect({ result, given }).toEqual({ result: "failure", given: undefined });
  });

  test("of any text, a branch's name included, are one argument each, run nothing and add no output", async () => {
    const action = actionWith(recorder);
    const hostile = fc.constantFrom(
      ...[
        "$(touch pwned)",
        "`touch pwned`",
        '"; touch pwned; "',
        "'; touch pwned; '",
        "a && touch pwned",
        "| touch pwned",
      ],
      ...["--help", "-f", "*", "~", "$HOME", "\\", TOKEN_EXPRESSION, "\u001b[31m", "::error::x", "漢 👩‍👩‍👧"],
    );
    const text = fc.oneof(
      hostile,
      fc.string({ unit: "grapheme" }).filter((one) => /^[^\0\r\n]+$/.test(one)),
    );
    await fc.assert(
      fc.asyncProperty(text, text, text, async (file, base, state) => {
        const inputs = { file, base: `origin/$\{{ github.head_ref }}`, state: base, "comment-id": state };
        const run = await act(inputs, { action, head: base });
        const literal = { file: expandable(file), state: expandable(base), id: expandable(state) };
        expect(run.given).toEqual([
          ...["plan", "--detailed-exitcode", `--file=${literal.file}`, `--base=origin/${base}`],
          ...[`--state=${literal.state}`, `--comment-id=${literal.id}`],
        ]);
        expect(run.steps.it?.outputs).toEqual({ changes: "false", exitcode: "0", plan: "" });
        expect(existsSync(join(run.workspace, "pwned"))).toBe(false);
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  test("that are refused put no command of the runner into the log", async () => {
    const { log, result } = await act({ command: "x\n::error::boo" });
    expect(result).toBe("failure");
    expect(log.split("\n").filter((line) => line.startsWith("::"))).toEqual([]);
  });
});

/** What a workflow's own expression in an input becomes. */
function expandable(text: string): string {
  return text.replaceAll(TOKEN_EXPRESSION, "the-workflows-token");
}

describe("the token for comments", () => {
  test("reaches the program only where a comment is asked for", async () => {
    const [without, posts] = await Promise.all([act({}), act({ comment: "true" })]);
    expect(without.environment).not.toContain("the-workflows-token");
    expect(posts.environment).toContain("PLUMBLINE_COMMENT_TOKEN=the-workflows-token");
  });

  test("is another one than the step's GITHUB_TOKEN, which stays as it is", async () => {
    const { environment } = await act(
      { comment: "true", token: "for-comments" },
      { stepEnv: { GITHUB_TOKEN: "the-organisations" } },
    );
    expect(environment).toContain("PLUMBLINE_COMMENT_TOKEN=for-comments\n");
    expect(environment).toContain("GITHUB_TOKEN=the-organisations\n");
  });
});

describe("outputs", () => {
  test.each<{ command: string; code: string; outputs: Record<string, string>; result: string }>([
    { command: "plan", code: "0", outputs: { changes: "false", exitcode: "0" }, result: "success" },
    { command: "plan", code: "2", outputs: { changes: "true", exitcode: "2" }, result: "success" },
    { command: "plan", code: "1", outputs: { changes: "", exitcode: "1" }, result: "failure" },
    { command: "apply", code: "0", outputs: { changes: "", exitcode: "0" }, result: "success" },
    { command: "apply", code: "2", outputs: { changes: "", exitcode: "2" }, result: "failure" },
    { command: "apply", code: "1", outputs: { changes: "", exitcode: "1" }, result: "failure" },
    { command: "validate", code: "1", outputs: { changes: "", exitcode: "1" }, result: "failure" },
  ])("of $command that ends with $code", async ({ command, code, outputs, result }) => {
    const run = await act({ command }, { env: { CODE: code } });
    expect({ result: run.result, outputs: run.steps.it?.outputs }).toEqual({
      result,
      outputs: { ...outputs, plan: "" },
    });
  });

  test("name the saved plan by its absolute path, where one was written", async () => {
    const writes = recorder.replace("exit ", "touch plan.json\nexit ");
    const saved = await act({ "plan-file": "plan.json" }, { action: actionWith(writes) });
    expect(saved.steps.it?.outputs.plan).toBe(join(saved.workspace, "plan.json"));
    const none = await act({ "plan-file": "plan.json" }, { env: { CODE: "1" } });
    expect(none.steps.it?.outputs.plan).toBe("");
  });
});

describe("setting up", () => {
  const npm = `#!/usr/bin/env bash
env > "$PWD/seen"
echo "$@" >> "$PWD/calls"
`;

  function machine(ready: boolean) {
    const action = actionWith(recorder, { ready });
    const tools = folderOf({ npm });
    chmodSync(join(tools, "npm"), 0o755);
    return { action, env: { PATH: `${tools}:${process.env.PATH}`, npm_config_prefer_offline: "true" } };
  }

  test("installs what the lock file pins, and gives the packages' scripts no credential", async () => {
    const { action, env } = machine(false);
    await act({ comment: "true" }, { action, env, stepEnv: { SLACK_BOT_TOKEN: "xoxb-planted" } });
    expect(readFileSync(join(action, "calls"), "utf8")).toBe("ci --no-audit --no-fund\n");
    const seen = readFileSync(join(action, "seen"), "utf8");
    expect(seen).toContain("npm_config_prefer_offline=true");
    expect(seen).toContain("PLUMBLINE_BUILD=program");
    for (const secret of ["xoxb-planted", "the-workflows-token", "GITHUB_", "INPUT_"])
      expect(seen).not.toContain(secret);
  });

  test("is done once", async () => {
    const { action, env } = machine(true);
    expect((await act({}, { action, env })).result).toBe("success");
    expect(existsSync(join(action, "calls"))).toBe(false);
  });

  test("says what is missing where there is no npm", async () => {
    const tools = folderOf();
    for (const tool of ["bash", "dirname", "env", "mkdir"]) {
      symlinkSync(
        join(process.env.PATH?.split(":").find((one) => existsSync(join(one, tool))) ?? "", tool),
        join(tools, tool),
      );
    }
    const { result, log } = await act({}, { action: actionWith(recorder, { ready: false }), env: { PATH: tools } });
    expect(log).toContain("plumbline: npm is missing");
    expect(result).toBe("failure");
  });
});

describe("another version", () => {
  test("is fetched from the repository and run in the place of the action's own", async () => {
    const other = actionWith(recorder.replace("exit ", 'echo "the other version"\nexit '));
    const repository = repositoryIn(other);
    repository.git("init", "--quiet", "--initial-branch=main");
    repository.commit(); // what setting up makes included, so that nothing has to be installed
    repository.git("tag", "v9.1.0");
    const env = {
      ...gitEnv,
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: `url.file://${other}.insteadOf`,
      GIT_CONFIG_VALUE_0: "https://github.com/plumbline-dev/plumbline",
    };
    const { log, result } = await act({ version: "v9.1.0" }, { env });
    expect(log).toContain("the other version");
    expect(result).toBe("success");
  });

  test.each(["--upload-pack=touch pwned", "v0; touch pwned", "../x", "$(touch pwned)"])(
    "named %j is refused",
    async (version) => {
      const { result, log, given } = await act({ version });
      expect(log).toContain("the input version is no tag, branch or commit");
      expect({ result, given }).toEqual({ result: "failure", given: undefined });
    },
  );
});

test("a cancelled job lets the program end what it does, and passes on what it ended with", async () => {
  const program = `#!/usr/bin/env bash
trap 'echo stopped; exit 1' TERM
echo started
while :; do read -r -t 1 _ < <(:) || :; done
`;
  const action = actionWith(program);
  const output = join(folderOf({ output: "" }), "output");
  const inputs = [
    "FILE",
    "BASE",
    "OFFLINE",
    "COMMENT",
    "COMMENT_ID",
    "STATE",
    "PLAN_FILE",
    "CONFIRM_REMOVALS",
    "LOCK_TIMEOUT",
  ];
  const env = {
    ...{ PATH: process.env.PATH ?? "", PLUMBLINE_HOME: action, GITHUB_OUTPUT: output },
    ...{ INPUT_COMMAND: "apply", INPUT_WORKING_DIRECTORY: "." },
    ...Object.fromEntries(inputs.map((name) => [`INPUT_${name}`, ""])),
  };
  writeFileSync(output, "");
  const child = spawn("bash", [join(action, "ci/github-run.sh")], { env, stdio: ["ignore", "pipe", "inherit"] });
  let log = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    log += text;
    if (text.includes("started")) child.kill("SIGINT");
  });
  const [code] = await once(child, "close");
  expect({ code, log }).toEqual({ code: 1, log: "started\nstopped\n" });
  expect(readFileSync(output, "utf8")).toContain("exitcode=1\n");
});
