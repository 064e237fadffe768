/**
 * A job of a workflow on a machine of its own, in the few forms that our files use: `if`, `env`, `with`, `run`, our
 * own composite action, and the three of GitHub's that the documentation shows.
 *
 * Anything else is an error: a key that this does not know would otherwise be one that no test covers.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { parse } from "yaml";
import { repositoryIn } from "../git.ts";
import { type Contexts, expand, holds } from "./expressions.ts";
import { type Machine, runScript, type StepResult } from "./step.ts";

/** The action as a checkout: this repository. */
export const ACTION = join(import.meta.dirname, "../../..");

/** What happened in the repository. */
export interface Event {
  name: "pull_request" | "push";
  /** What GITHUB_EVENT_PATH holds. */
  payload: Contexts;
  /** `refs/pull/7/merge` or `refs/heads/main`; checked out. */
  ref: string;
  sha: string;
  /** Branches, for pull requests. */
  base?: string;
  head?: string;
  /** The token that the runner gives the job. */
  token: string;
}

export interface JobOptions {
  /** The repository at the host, bare. */
  origin: string;
  repository: string;
  event: Event;
  secrets?: Readonly<Record<string, string>>;
  /** What the machine has beside the runner's own variables. */
  env?: Readonly<Record<string, string>>;
  /** Where artifacts are kept, for the jobs of a run. */
  artifacts?: string;
  /** Where the action is; default this repository. */
  action?: string;
}

export interface JobResult {
  result: "success" | "failure" | "skipped";
  /** By the step's `id`, else by its number from 0. */
  steps: Record<string, StepResult>;
  log: string;
  summary: string;
  workspace: string;
}

interface Step {
  id?: string;
  name?: string;
  if?: string;
  uses?: string;
  run?: string;
  shell?: string;
  with?: Record<string, string | boolean | number>;
  env?: Record<string, string>;
}

interface Job {
  if?: string;
  "runs-on": string;
  steps: Step[];
}

interface Action {
  inputs: Record<string, { description: string; default?: string; required?: boolean }>;
  outputs: Record<string, { description: string; value: string }>;
  runs: { using: string; steps: Step[] };
}

/** Keys that need nothing here: rights and queues are the host's. */
const IGNORED = ["name", "permissions", "concurrency", "needs", "environment"];

/** Where a step runs: the job itself, or the action. */
interface Place {
  machine: Machine;
  options: JobOptions;
  contexts: Record<string, Contexts>;
  env: Readonly<Record<string, string>>;
}

/** Runs one job. */
export async function runJob(workflow: string, name: string, options: JobOptions): Promise<JobResult> {
  const job = (parse(workflow) as { jobs: Record<string, Job> }).jobs[name];
  if (!job) throw new Error(`The workflow has no job "${name}".`);
  assertKnown(job, ["if", "runs-on", "steps", ...IGNORED]);
  const machine = machineOf(options);
  const contexts = { github: githubContext(options), secrets: options.secrets ?? {} };
  const result: JobResult = { result: "skipped", steps: {}, log: "", summary: "", workspace: machine.workspace };
  if (!holds(job.if, contexts, false)) return result;
  const { steps, failed } = await runSteps({ machine, options, contexts, env: {} }, job.steps);
  return { ...result, result: failed ? "failure" : "success", steps, log: machine.log, summary: machine.summary };
}

async function runSteps(place: Place, steps: readonly Step[]): Promise<{ steps: JobResult["steps"]; failed: boolean }> {
  const ended: JobResult["steps"] = {};
  let failed = false;
  for (const [index, step] of steps.entries()) {
    assertKnown(step, ["id", "name", "if", "uses", "run", "shell", "with", "env"]);
    const outputs = Object.entries(ended).map(([id, result]) => [id, { outputs: result.outputs }]);
    const contexts = { ...place.contexts, steps: Object.fromEntries(outputs) as Contexts };
    if (!holds(step.if, contexts, failed)) continue;
    const result = await runStep({ ...place, contexts }, step);
    ended[step.id ?? index] = result;
    failed ||= result.code !== 0;
  }
  return { steps: ended, failed };
}

async function runStep(place: Place, { uses, run, ...step }: Step): Promise<StepResult> {
  const { contexts, machine } = place;
  const env = { ...place.env, ...expanded(step.env ?? {}, contexts) };
  if (run !== undefined) {
    if (/\$\{\{/.test(run)) throw new Error(`An expression in a script is a way in for whoever names a branch: ${run}`);
    return runScript(machine, run, { env });
  }
  const given = expanded(step.with ?? {}, contexts);
  const name = uses?.replace(/@[\w.]+$/, "");
  if (name === "plumbline-dev/plumbline") return runAction({ ...place, env }, given);
  if (name === "actions/checkout") return checkout(place, given);
  if (name === "actions/upload-artifact") return artifact(place, given, "up");
  if (name === "actions/download-artifact") return artifact(place, given, "down");
  throw new Error(`The action ${uses} is not known here.`);
}

/** Our action: a step whose steps have its inputs, and their outputs become its own. */
async function runAction(place: Place, given: Readonly<Record<string, string>>): Promise<StepResult> {
  const folder = place.options.action ?? ACTION;
  const action = parse(readFileSync(join(folder, "action.yml"), "utf8")) as Action;
  if (action.runs.using !== "composite") throw new Error("The action is not a composite one.");
  const { github = {} } = place.contexts;
  const inputs = Object.fromEntries(
    Object.entries(action.inputs).map(([name, { default: value = "" }]) => [name, expand(value, { github })]),
  );
  for (const [name, value] of Object.entries(given)) {
    if (inputs[name] === undefined) throw new Error(`The action has no input "${name}".`);
    inputs[name] = value;
  }
  const env = { ...place.env, GITHUB_ACTION_PATH: folder };
  for (const step of action.runs.steps) if (step.run && step.shell !== "bash") throw new Error("A run takes a shell.");
  const { steps, failed } = await runSteps({ ...place, contexts: { github, inputs }, env }, action.runs.steps);
  const outputs = Object.fromEntries(Object.entries(steps).map(([id, step]) => [id, { outputs: step.outputs }]));
  // A step that ended early set none; the runner takes that for empty texts.
  const none = failed && Object.keys(steps.run?.outputs ?? {}).length === 0;
  const values = Object.entries(action.outputs).map(([name, { value }]) => [
    name,
    none ? "" : expand(value, { steps: outputs }),
  ]);
  return { code: failed ? 1 : 0, outputs: Object.fromEntries(values) as Record<string, string> };
}

/** A clone at the event's commit; branches of the host only with all of the history. */
async function checkout({ machine, options }: Place, given: Readonly<Record<string, string>>): Promise<StepResult> {
  assertKnown(given, ["fetch-depth", "persist-credentials"]);
  const { git } = repositoryIn(machine.workspace);
  const { ref, sha } = options.event;
  git("init", "--quiet");
  git("remote", "add", "origin", `file://${options.origin}`);
  const whole = given["fetch-depth"] === "0";
  const depth = whole ? ["+refs/heads/*:refs/remotes/origin/*"] : ["--depth=1"];
  git("fetch", "--quiet", ...depth.filter((one) => one.startsWith("--")), "origin", `+${ref}:refs/remotes/event`);
  if (whole) git("fetch", "--quiet", "origin", ...depth);
  git("checkout", "--quiet", "--detach", sha);
  return { code: 0, outputs: {} };
}

async function artifact(
  { machine, options }: Place,
  given: Readonly<Record<string, string>>,
  way: "up" | "down",
): Promise<StepResult> {
  assertKnown(given, ["name", "path", "if-no-files-found", "retention-days"]);
  const { name = "artifact", path = "." } = given;
  const kept = join(options.artifacts ?? machine.temp, name);
  const from = way === "up" ? join(machine.workspace, path) : kept;
  if (!existsSync(from)) throw new Error(`The artifact ${name} is not there.`);
  if (way === "up") {
    mkdirSync(kept, { recursive: true });
    cpSync(from, join(kept, path.split("/").at(-1) ?? path));
  } else cpSync(kept, join(machine.workspace, path), { recursive: true });
  return { code: 0, outputs: {} };
}

function machineOf({ env = {}, event, repository }: JobOptions): Machine {
  const root = mkdtempSync(join(tmpdir(), "plumbline-job-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const folder = (name: string) => {
    mkdirSync(join(root, name), { recursive: true });
    return join(root, name);
  };
  const [temp, home, workspace] = [folder("temp"), folder("home"), folder("workspace")];
  const payload = join(root, "event.json");
  mkdirSync(dirname(payload), { recursive: true });
  writeFileSync(payload, JSON.stringify(event.payload));
  writeFileSync(join(home, ".gitconfig"), "[user]\n\tname = runner\n\temail = runner@example.com\n");
  const own = {
    PATH: process.env.PATH ?? "",
    HOME: home,
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_EVENT_NAME: event.name,
    GITHUB_EVENT_PATH: payload,
    GITHUB_REF: event.ref,
    GITHUB_SHA: event.sha,
    GITHUB_BASE_REF: event.base ?? "",
    GITHUB_HEAD_REF: event.head ?? "",
    GITHUB_REPOSITORY: repository,
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_RUN_ID: "99",
    GITHUB_WORKSPACE: workspace,
  };
  return { temp, workspace, env: { ...own, ...env }, path: [], log: "", summary: "" };
}

function githubContext({ event, repository }: JobOptions): Contexts {
  const { name, payload, ref, sha, base = "", head = "", token } = event;
  return { event_name: name, event: payload, ref, sha, base_ref: base, head_ref: head, token, repository };
}

function expanded(
  values: Readonly<Record<string, string | boolean | number>>,
  contexts: Contexts,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, expand(String(value), contexts)]));
}

function assertKnown(given: object, known: readonly string[]): void {
  const other = Object.keys(given).find((name) => !known.includes(name));
  if (other !== undefined) throw new Error(`The key "${other}" is not known here.`);
}
