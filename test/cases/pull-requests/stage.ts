/** A pull request: a base on `main`, a head on `change`, and the command line in the head. */
import type { Change, Plan } from "../../../src/api/index.ts";
import { type CliOptions, type CliResult, cli } from "../../support/cli.ts";
import { type FakeSystem, fakeSystem } from "../../support/fakes.ts";
import { gitEnv, repositoryOf, type TestRepository } from "../../support/git.ts";

export interface PullRequest extends TestRepository {
  fake: FakeSystem;
  run(line: string, options?: Partial<CliOptions>): Promise<CliResult>;
  /** What `plan --base main -o json` with these flags says. */
  plan(flags?: string, options?: Partial<CliOptions>): Promise<Plan>;
  /** Commits files on the head. */
  change(files: Readonly<Record<string, string | null>>): void;
}

/** @param base the files of the base. The head is the same until something is changed. */
export function pullRequest(
  base: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): PullRequest {
  const repository = repositoryOf({ ".gitignore": ".plumbline\n", ...base });
  repository.git("switch", "--quiet", "--create", "change");
  const fake = fakeSystem();
  const run: PullRequest["run"] = (line, options = {}) =>
    cli(line.split(" ").filter(Boolean), {
      cwd: repository.folder,
      connectors: [fake.connector],
      ...options,
      env: { ...gitEnv, ...env, ...options.env },
    });
  return {
    ...repository,
    fake,
    run,
    async plan(flags = "", options = {}) {
      const { stdout, stderr } = await run(`plan --base main -o json ${flags}`, options);
      if (stdout === "") throw new Error(stderr);
      return JSON.parse(stdout) as Plan;
    },
    change: (files) => void repository.commit(files),
  };
}

/** An Integration of the fake platform with these rooms (YAML flow entries). */
export function rooms(entries: string, { name = "acme", spec = "" } = {}): string {
  return `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: ${name} }
spec:
  platform: fake
${spec}  resources: { rooms: [${entries}] }
`;
}

/** A plan's changes as `update rooms/a /topic=change drift`: the cause of each field, then that of the change. */
export function told({ integrations }: Plan): string[] {
  return integrations.flatMap(({ changes }) => changes.map(line));
}

function line({ action, intended, kind, key, fields, cause, reason }: Change): string {
  const what = action === "blocked" ? `blocked(${intended}) ${reason}` : action;
  const rows = fields.filter((field) => field.cause !== undefined).map((field) => `${field.path}=${field.cause}`);
  return [what, `${kind}/${key}`, ...rows, cause].join(" ");
}
