/** Posting on a pull request: the comment, the status, and what happens where they are refused. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { planHash } from "../../../src/reconcile/document.ts";
import { json } from "../../support/loopback.ts";
import { TOKEN } from "../../support/pull-request-hosts.ts";
import { manifest, twoRooms } from "../fixture.ts";
import { change, integration, planOf } from "../markdown/plans.ts";
import { githubChecks, HEAD } from "./rig.ts";

const wrong = manifest("    rooms:\n      - name: a\n        topik: b\n");

describe("the token", () => {
  const own = "ghs_ownTokenForCommentsOwnTokenForComm00";

  test("of PLUMBLINE_COMMENT_TOKEN comes before GITHUB_TOKEN, which may be a managed organisation's", async () => {
    const { host, env, step } = await githubChecks({ accounts: { [own]: "github-actions[bot]", [TOKEN]: "somebody" } });
    const { stderr } = await step("plan --comment github", { env: { ...env, PLUMBLINE_COMMENT_TOKEN: own } });
    expect(stderr).toBe("The comment on acme/infra#7 was made.\n");
    expect([...new Set(host.requests.map(({ headers }) => headers.authorization))]).toEqual([`Bearer ${own}`]);
  });

  test("of neither is a warning that names both", async () => {
    const { env, step } = await githubChecks();
    const { code, stderr } = await step("plan --comment github", { env: { ...env, GITHUB_TOKEN: "" } });
    expect(stderr).toContain("GITHUB_TOKEN is not set, nor is PLUMBLINE_COMMENT_TOKEN.");
    expect(code).toBe(0);
  });
});

describe("the comment", () => {
  test("is made once, then changed in place, then left as it is", async () => {
    const { host, folder, step } = await githubChecks();
    const first = await step("plan --comment github");
    expect(first).toMatchObject({ code: 0, stderr: "The comment on acme/infra#7 was made.\n" });
    expect(host.comments).toHaveLength(1);
    expect(host.comments[0]?.body).toMatch(/^\*\*Plumbline plan\*\*: 2 to create/);
    writeFileSync(join(folder, "acme.yaml"), manifest(`${twoRooms}      - name: third\n`));
    expect((await step("plan --comment github")).stderr).toContain("was changed.");
    expect((await step("plan --comment github")).stderr).toContain("was as it was.");
    expect(host.comments).toHaveLength(1);
    expect(host.comments[0]?.body).toMatch(/^\*\*Plumbline plan\*\*: 3 to create/);
    expect(host.writes.filter((write) => write.includes("comments"))).toEqual([
      "POST /repos/acme/infra/issues/7/comments",
      "PATCH /repos/acme/infra/issues/comments/1",
    ]);
  });

  test("links to lines of the proposed commit", async () => {
    const { host, step } = await githubChecks();
    await step("plan --comment github");
    expect(host.comments[0]?.body).toContain(
      `[\`acme.yaml:8\`](https://github.com/acme/infra/blob/${HEAD}/acme.yaml#L8)`,
    );
  });

  test("from inside a folder links to the file's place in the repository, and is another one", async () => {
    const text = manifest(twoRooms);
    const { host, folder, step } = await githubChecks({ files: { "a b/acme.yaml": text, "c/acme.yaml": text } });
    await step("plan --comment github", { cwd: join(folder, "a b") });
    await step("plan --comment github", { cwd: join(folder, "c") });
    expect(host.comments.map(({ body }) => body.split("\n")[0])).toEqual([
      expect.stringContaining("of `a b`: 2 to create"),
      expect.stringContaining("of `c`: 2 to create"),
    ]);
    expect(host.comments[0]?.body).toContain(`/blob/${HEAD}/a%20b/acme.yaml#L8)`);
  });

  test("without changes is changed where there is one, and not made where there is none", async () => {
    const { host, step } = await githubChecks();
    await step("plan --comment github");
    await step("apply --auto-approve");
    await step("plan --comment github");
    expect(host.comments[0]?.body).toMatch(/No changes: 2 things are as declared\./);
    host.comments.length = 0;
    expect((await step("plan --comment github")).stderr).toContain("was left out.");
    expect(host.comments).toEqual([]);
  });

  test("shows what is wrong with manifests in the plan's place", async () => {
    const { host, folder, step } = await githubChecks();
    await step("plan --comment github");
    writeFileSync(join(folder, "acme.yaml"), wrong);
    const { code } = await step("plan --comment github");
    expect(code).toBe(1);
    expect(host.comments).toHaveLength(1);
    expect(host.comments[0]?.body).toMatch(
      /^\*\*Plumbline validate\*\*: 1 problem in 1 file\.\n\n- \[`acme.yaml:9`\]\(https/,
    );
    expect(host.statuses.at(-1)?.fields).toMatchObject({
      state: "failure",
      description: "The manifests are wrong: 1 problem.",
    });
  });

  test("of a plan and of the drift of the same files are two", async () => {
    const { host, fake, step } = await githubChecks();
    await step("apply --auto-approve");
    for (const room of fake.rooms) room.topic = "moved";
    await step("drift --comment github");
    await step("plan --comment github");
    await step("drift --comment github");
    expect(host.comments.map(({ body }) => body.split(":")[0])).toEqual(["**Plumbline drift**", "**Plumbline plan**"]);
  });

  test("of a saved plan asks no system", async () => {
    const { host, fake, step } = await githubChecks();
    await step("plan --out plan.json");
    const reads = fake.reads.length;
    const { stdout } = await step("show plan.json --comment github --comment-id infra");
    expect(fake.reads).toHaveLength(reads);
    expect(stdout).toContain("no system was asked now");
    expect(host.comments[0]?.body).toMatch(/^\*\*Plumbline plan\*\* of `infra`: 2 to create/);
    expect(host.statuses[0]?.fields.context).toBe("plumbline/infra");
  });

  test("of 5,000 changes is accepted, mark included, with every delete in it", async () => {
    const made = Array.from({ length: 4900 }, (_, index) => change({ action: "create", key: `made-${index}` }));
    const gone = Array.from({ length: 100 }, (_, index) => change({ action: "delete", key: `gone-${index}` }));
    const plan = planOf([integration([...made, ...gone])]);
    const saved = JSON.stringify({ ...plan, hash: planHash(plan.integrations) });
    const { host, step } = await githubChecks({ files: { "plan.json": saved } });
    expect((await step("show plan.json --comment github")).stderr).toBe("The comment on acme/infra#7 was made.\n");
    const body = host.comments[0]?.body ?? "";
    expect(gone.filter(({ key }) => !body.includes(`\`channels/${key}\``))).toEqual([]);
    expect(body.length).toBeGreaterThan(65_400);
  });

  test("holds no token, even where a manifest does; nor does the summary", async () => {
    const token = "correct-horse-battery-staple";
    const { env, host, summary, step } = await githubChecks({
      files: { "acme.yaml": manifest(`    rooms:\n      - name: a\n        topic: It is ${token}\n`) },
      accounts: { [token]: "ada" },
      answer: ({ path }) => (path.includes("/statuses/") ? json(403, { message: token }) : undefined),
    });
    const { stderr } = await step("plan --comment github", { env: { ...env, GITHUB_TOKEN: token } });
    expect(host.comments[0]?.body).toContain('+ topic: "It is (sensitive)"');
    expect(summary()).toContain('+ topic: "It is (sensitive)"');
    expect(stderr).not.toContain(token);
  });

  test("of somebody else with the same mark is not touched", async () => {
    const { host, step } = await githubChecks();
    await step("plan --comment github");
    const [own] = host.comments;
    host.comments.splice(0, 1, { id: 500, author: "mallory", body: own?.body ?? "" });
    await step("plan --comment github");
    expect(host.comments.map(({ id, author }) => ({ id, author }))).toEqual([
      { id: 500, author: "mallory" },
      { id: 2, author: "github-actions[bot]" },
    ]);
  });

  test("whose answer never came is not made a second time", async () => {
    let failing = true;
    const { host, step } = await githubChecks({
      answer({ method, path, body }) {
        if (method !== "POST" || !path.endsWith("/comments") || !failing) return undefined;
        failing = false;
        host.comments.push({ id: 1, author: "github-actions[bot]", body: JSON.parse(body.toString()).body });
        return json(502, { message: "Bad gateway" });
      },
    });
    const { stderr } = await step("plan --comment github");
    expect(stderr).toBe("The comment on acme/infra#7 was made.\n");
    expect(host.comments).toHaveLength(1);
  });

  test("of a person's token is found by that person's name", async () => {
    const { host, step } = await githubChecks({ accounts: { [TOKEN]: "Octocat" } });
    await step("plan --comment github");
    await step("plan --comment github");
    expect(host.comments.map(({ author }) => author)).toEqual(["Octocat"]);
  });

  test("of an App's token is found by the name that the App has as an account", async () => {
    const { host, step } = await githubChecks({ accounts: { [TOKEN]: "acme-planner[bot]" } });
    await step("plan --comment github");
    expect((await step("plan --comment github")).stderr).toContain("was as it was.");
    expect(host.comments.map(({ author }) => author)).toEqual(["acme-planner[bot]"]);
  });

  test("that is deleted while it is changed is made anew", async () => {
    const { host, folder, step } = await githubChecks({
      answer({ method }) {
        if (method !== "PATCH") return undefined;
        host.comments.length = 0;
        return json(404, { message: "Not Found" });
      },
    });
    await step("plan --comment github");
    writeFileSync(join(folder, "acme.yaml"), manifest(`${twoRooms}      - name: third\n`));
    expect((await step("plan --comment github")).stderr).toBe("The comment on acme/infra#7 was made.\n");
    expect(host.comments.map(({ body }) => body.split("\n")[0])).toEqual([expect.stringContaining("3 to create")]);
  });
});

describe("the status", () => {
  test("is set on the proposed commit, not on the merge, and leads to the run", async () => {
    const { host, step } = await githubChecks();
    await step("plan --comment github");
    expect(host.statuses).toEqual([
      {
        sha: HEAD,
        fields: {
          state: "success",
          context: "plumbline/.",
          description: "2 to create, 0 to change, 0 to remove.",
          target_url: "https://github.com/acme/infra/actions/runs/99",
        },
      },
    ]);
  });

  test("of a plan that could not be made whole is a failure, and the exit code stays", async () => {
    const { host, fake, step } = await githubChecks();
    fake.failRead("list rooms 1", "PERMISSION");
    expect((await step("plan --comment github")).code).toBe(1);
    expect(host.statuses[0]?.fields.state).toBe("failure");
    expect(host.comments[0]?.body).toContain("could not be read");
  });

  test("for an event that names no commit is set on the pull request's head", async () => {
    const { host, step } = await githubChecks({ event: { issue: { number: 7, pull_request: {} } } });
    await step("plan --comment github");
    expect(host.statuses.map(({ sha }) => sha)).toEqual(["c".repeat(40)]);
    expect(host.comments).toHaveLength(1);
  });
});

describe("where nothing can be posted", () => {
  test("outside a pull request nothing is sent, one note says so, and the result is in the summary", async () => {
    const { host, summary, step } = await githubChecks({ event: { ref: "refs/heads/main" } });
    const { code, stderr } = await step("plan --comment github --detailed-exitcode");
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: "Not in a pull request: nothing was posted. The result is in the job summary.\n",
    });
    expect(host.requests).toEqual([]);
    expect(summary()).toContain("2 to create");
  });

  test("a comment that was posted leaves the summary alone", async () => {
    const { summary, step } = await githubChecks();
    await step("plan --comment github");
    expect(summary()).toBe("");
  });

  test("a status that is refused is a warning, the comment stays, and the result is in the summary", async () => {
    const { host, summary, step } = await githubChecks({
      answer: ({ path }) =>
        path.includes("/statuses/") ? json(403, { message: "Resource not accessible" }) : undefined,
    });
    const { code, stderr } = await step("plan --comment github");
    expect(code).toBe(0);
    expect(host.comments).toHaveLength(1);
    expect(stderr).toContain("GitHub: the commit status could not be posted on acme/infra#7.");
    expect(stderr).toContain("`statuses: write`");
    expect(summary()).toContain("2 to create");
  });

  test("a host that is down, a token that is refused and one that is missing are each one warning without the token", async () => {
    const down = await githubChecks({ answer: () => json(503, { message: `Down for ${TOKEN}` }) });
    const refused = await githubChecks({ accounts: {} });
    const missing = await githubChecks();
    for (const { step, env, summary } of [down, refused, { ...missing, env: { ...missing.env, GITHUB_TOKEN: "" } }]) {
      const { code, stdout, stderr } = await step("plan --comment github", { env });
      expect(code).toBe(0);
      expect(stderr.match(/could not be posted/g)).toHaveLength(1);
      expect(stdout + stderr + summary()).not.toContain(TOKEN);
      expect(summary()).toContain("2 to create");
    }
  });

  test("a host that is down is not blamed on the fork", async () => {
    const { step } = await githubChecks({ from: "mallory/infra", answer: () => json(503, { message: "Down" }) });
    expect((await step("plan --comment github")).stderr).not.toContain("fork");
  });

  test("an event that cannot be read is a warning that names the file", async () => {
    const { env, step } = await githubChecks();
    writeFileSync(env.GITHUB_EVENT_PATH as string, "{ secret");
    const { code, stderr } = await step("plan --comment github");
    expect(code).toBe(0);
    expect(stderr).toContain("event.json, which GITHUB_EVENT_PATH names, cannot be read.");
  });

  test("a summary that is nearly full gets what still fits", async () => {
    const { env, summary, step } = await githubChecks({ event: {} });
    const full = `${"x".repeat(1024 * 1024 - 600)}\n`;
    writeFileSync(env.GITHUB_STEP_SUMMARY as string, full);
    await step("plan --comment github");
    expect(Buffer.byteLength(summary())).toBeLessThanOrEqual(1024 * 1024);
    expect(summary().slice(full.length)).toContain("2 to create");
  });
});

test("--comment takes a host that there is, and says which there are", async () => {
  const { step } = await githubChecks();
  const { code, stderr } = await step("plan --comment bitbucket");
  expect(code).toBe(1);
  expect(stderr).toContain("github, gitlab");
});
