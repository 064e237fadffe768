/** The command line over a state in a Git ref, as a CI job has it: a fresh clone each time. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { git, gitEnv, openState, REF, repositories, stateText, URL_OF_STATE } from "../store/git/support.ts";
import { holder } from "../store/support.ts";
import { type CliOptions, cli } from "../support/cli.ts";
import { type FakeSystem, fakeSystem } from "../support/fakes.ts";
import { manifest, twoRooms } from "./fixture.ts";

const stated = ["--state", URL_OF_STATE];

/** A repository with a manifest, and jobs that run in a clone of their own. */
async function jobs(resources = twoRooms) {
  const { remote, clone } = await repositories();
  const fake: FakeSystem = fakeSystem();
  writeFileSync(join(clone, "acme.yaml"), manifest(resources));
  git(clone, "add", ".");
  git(clone, "commit", "--quiet", "--message", "Rooms");
  git(clone, "push", "--quiet", "origin", "HEAD:main");
  let count = 0;
  const job = async (line: string, options: Partial<CliOptions> = {}) => {
    const cwd = join(clone, "..", `job-${count++}`);
    git(clone, "clone", "--quiet", "--depth=1", `file://${remote}`, cwd);
    const env = { ...gitEnv, CI: "true", ...options.env };
    return cli([...line.split(" "), ...stated], { cwd, connectors: [fake.connector], ...options, env });
  };
  return { remote, clone, fake, job };
}

test("what one job applied is nothing to do for the next, in another clone", async () => {
  const { remote, fake, job } = await jobs();
  expect(await job("apply --auto-approve")).toMatchObject({ code: 0 });
  expect(JSON.parse(stateText(remote))).not.toHaveProperty("holder");
  expect(await job("plan --detailed-exitcode")).toMatchObject({ code: 0 });
  const { code, stdout } = await job("drift -o json");
  expect({ code, inventory: JSON.parse(stdout).integrations[0].inventory }).toEqual({ code: 0, inventory: "present" });
  expect(fake.rooms.map(({ name }) => name).sort()).toEqual(["incidents", "releases"]);
});

test("commands that only read write nothing to the remote", async () => {
  const { remote, job } = await jobs();
  for (const line of ["plan", "drift", "get", "doctor"]) expect((await job(line)).stderr).not.toContain("state");
  expect(git(remote, "for-each-ref", REF)).toBe("");
});

test("an apply beside another job's is refused, with its page, and sends nothing", async () => {
  const { clone, fake, job } = await jobs();
  await (await openState(clone)).lock({ ...holder, job: "https://ci.example/jobs/7" }, 0);
  const { code, stderr } = await job("apply --auto-approve");
  expect(stderr).toMatch(
    /Another apply holds this state: pid 123 on host build-7 .* of https:\/\/ci\.example\/jobs\/7 since/,
  );
  expect({ code, writes: fake.writes }).toEqual({ code: 1, writes: [] });
  expect((await job("doctor")).stdout).toMatch(/somebody is applying: pid 123 on build-7 .*jobs\/7/);
});

test("a job is named by the page that its CI gives it", async () => {
  const { remote, fake, job } = await jobs();
  const seen: string[] = [];
  fake.beforeWrite("create rooms", () => void seen.push(JSON.parse(stateText(remote)).holder.job));
  const env = { GITHUB_SERVER_URL: "https://github.com", GITHUB_REPOSITORY: "acme/systems", GITHUB_RUN_ID: "17" };
  await job("apply --auto-approve", { env });
  expect(seen).toEqual(["https://github.com/acme/systems/actions/runs/17"]);
});

test("a create is on record at the remote before it is sent", async () => {
  const { remote, fake, job } = await jobs();
  const intents: string[] = [];
  fake.beforeWrite("create rooms/releases", () => {
    const things = JSON.parse(stateText(remote)).systems["fake/fake/S1"].intents as { key: string }[];
    intents.push(...things.map(({ key }) => key));
  });
  await job("apply --auto-approve");
  expect(intents).toContain("releases");
});

test("a stated write-only field needs the key from the environment, on a person's machine too", async () => {
  const { fake, job } = await jobs("    rooms:\n      - { name: incidents, token: { env: DOOR } }\n");
  const env = { CI: "", DOOR: "opens-the-door" };
  const { code, stdout } = await job("apply --auto-approve", { env });
  expect(stdout).toContain("StateKeyMissing: acme.yaml:8");
  expect({ code, writes: fake.writes }).toEqual({ code: 1, writes: [] });
  const key = Buffer.alloc(32, 7).toString("base64");
  expect(await job("apply --auto-approve", { env: { ...env, PLUMBLINE_STATE_KEY: key } })).toMatchObject({ code: 0 });
  expect(await job("plan --detailed-exitcode", { env: { ...env, PLUMBLINE_STATE_KEY: key } })).toMatchObject({
    code: 0,
  });
});

test("what was applied can be forgotten", async () => {
  const { remote, job } = await jobs();
  await job("apply --auto-approve");
  expect(await job("forget acme rooms/incidents --auto-approve")).toMatchObject({ code: 0 });
  expect(JSON.parse(stateText(remote)).systems["fake/fake/S1"].inventory).toHaveLength(1);
});
