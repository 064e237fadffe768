/** What went wrong with comments on pull requests elsewhere, and must not here. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { githubComment } from "../../../src/cli/markdown/budget.ts";
import { renderPlanMarkdown } from "../../../src/cli/markdown/plan.ts";
import { planHash } from "../../../src/reconcile/document.ts";
import { manifest } from "../../cli/fixture.ts";
import { foldedDepth, outsideCode } from "../../cli/markdown/gfm.ts";
import { change, integration, planOf } from "../../cli/markdown/plans.ts";
import { githubChecks } from "../../cli/publish/rig.ts";
import { json } from "../../support/loopback.ts";
import { TOKEN } from "../../support/pull-request-hosts.ts";

const room = (name: string, topic: string) =>
  `      - name: ${JSON.stringify(name)}\n        topic: ${JSON.stringify(topic)}\n`;
const roomsOf = (number: number, topic: string) =>
  manifest(`    rooms:\n${Array.from({ length: number }, (_, index) => room(`room-${index}`, topic)).join("")}`);

describe("a comment's limit is in characters and in bytes (infracost/infracost#2119, infrahouse/infrahouse-toolkit#64)", () => {
  const changes = ["漢", "ä", "👩‍👩‍👧"].flatMap((letter, kind) =>
    Array.from({ length: 153 }, (_, index) =>
      change({ action: "create", key: `k${kind}-${index}`, fields: [{ path: "/topic", after: letter.repeat(300) }] }),
    ),
  );
  const deletes = Array.from({ length: 40 }, (_, index) => change({ action: "delete", key: `zz-gone-${index}` }));
  const plan = planOf([integration([...changes, ...deletes])]);

  test("500 long changes fit, with all 40 deletes, no half character, and everything closed", () => {
    const text = renderPlanMarkdown(plan, { budget: githubComment, mode: "plan" });
    expect([...text].length).toBeLessThanOrEqual(65_536);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(262_144);
    for (const { key } of deletes) expect(text).toContain(`\`channels/${key}\``);
    expect(text).toContain("_Cut to fit: ");
    expect(text.isWellFormed()).toBe(true);
    expect(text.replaceAll("👩‍👩‍👧", "")).not.toMatch(/\p{Emoji_Presentation}|\u200d/u);
    expect(foldedDepth(text)).toEqual({ end: 0, least: 0 });
    expect(text.match(/^ *```/gm)?.length).toBe((text.match(/^ *```diff$/gm)?.length ?? 0) * 2);
  });

  test.each([
    ["from new", false],
    ["from an earlier short one", true],
  ])("the host accepts it %s, whole", async (_, earlier) => {
    const saved = (one: typeof plan) => JSON.stringify({ ...one, hash: planHash(one.integrations) });
    const files = { "plan.json": saved(plan), "short.json": saved(planOf([integration(deletes.slice(0, 1))])) };
    const { host, step } = await githubChecks({ files });
    if (earlier) {
      await step("show short.json --comment github --comment-id all");
      expect(host.comments[0]?.body.length).toBeLessThan(2000);
    }
    const { stderr } = await step("show plan.json --comment github --comment-id all");
    expect(stderr).toBe(`The comment on acme/infra#7 was ${earlier ? "changed" : "made"}.\n`);
    expect(host.comments).toHaveLength(1);
    const body = host.comments[0]?.body ?? "";
    for (const { key } of deletes) expect(body).toContain(`\`channels/${key}\``);
    expect(body).toContain("_Cut to fit: ");
    expect(body.isWellFormed()).toBe(true);
    expect(foldedDepth(body)).toEqual({ end: 0, least: 0 });
    expect(body.match(/^ *```/gm)?.length).toBe((body.match(/^ *```diff$/gm)?.length ?? 0) * 2);
  });
});

describe("which comment is ours (int128/diff-action#1175, suzuki-shunsuke/tfcmt#415)", () => {
  test("the 205th of 230 is changed, and a person's that quotes our mark is not", async () => {
    const { host, folder, step } = await githubChecks();
    await step("plan --comment github");
    const own = host.comments[0]?.body ?? "";
    const outdated = own.replace("2 to create", "1 to create");
    const comments = Array.from({ length: 230 }, (_, index) => ({
      id: index + 1,
      author: "ada",
      body: `Comment ${index}`,
    }));
    comments[2] = { id: 3, author: "ada", body: `I quote:\n\n${own}` };
    comments[204] = { id: 205, author: "github-actions[bot]", body: outdated };
    host.comments.splice(0, 1, ...comments);
    host.writes.length = 0;
    await step("plan --comment github", { cwd: folder });
    expect(host.writes.filter((write) => write.includes("comments"))).toEqual([
      "PATCH /repos/acme/infra/issues/comments/205",
    ]);
    expect(host.comments[204]?.body).toBe(own);
    expect(host.comments[2]).toEqual(comments[2]);
  });

  test("two folders are two comments, both readable after two runs each of two jobs that start together", async () => {
    const files = { "a/acme.yaml": roomsOf(1, "a"), "b/acme.yaml": roomsOf(2, "b") };
    const { host, step } = await githubChecks({ files });
    const jobs = () => Promise.all(["a", "b"].map((folder) => step(`plan -f ${folder} --comment github`)));
    await jobs();
    await jobs();
    expect(host.comments.map(({ body }) => body.split("\n")[0]).sort()).toEqual([
      expect.stringContaining("of `a`: 1 to create"),
      expect.stringContaining("of `b`: 2 to create"),
    ]);
  });

  test("two jobs that make the same comment at once leave one", async () => {
    const barrier = meeting(2);
    const { host, step } = await githubChecks({
      async answer({ method, path }) {
        if (method === "POST" && path.endsWith("/comments")) await barrier();
        return undefined;
      },
    });
    const jobs = await Promise.all([step("plan --comment github"), step("plan --comment github")]);
    for (const { stderr } of jobs) expect(stderr).not.toContain("could not");
    expect(host.comments.map(({ id }) => id)).toEqual([1]);
    expect(host.writes.filter((write) => write.startsWith("POST") && write.endsWith("/comments"))).toHaveLength(2);
  });
});

test("a value with a fence, HTML, a heading, a mention and our own mark is code and nothing else (reproio/terraform-j2md#6)", async () => {
  const first = await githubChecks();
  await first.step("plan --comment github");
  const mark = first.host.comments[0]?.body.trimEnd().split("\n").at(-1) ?? "";
  expect(mark).toMatch(/^<!-- plumbline-plan: [0-9a-f]{32} -->$/);
  const topic = `\`\`\`\n</details>\n# Approved\n@acme/admins fixes #1\n${mark}`;
  const { host, step } = await githubChecks({
    files: { "acme.yaml": manifest(`    rooms:\n${room("incidents", topic)}`) },
  });
  await step("plan --comment github");
  const body = host.comments[0]?.body ?? "";
  expect(body).toContain("@acme/admins");
  const outside = outsideCode(body);
  for (const foreign of ["Approved", "@acme", "#1", "<h1>"]) expect(outside).not.toContain(foreign);
  expect(outside.split(mark)).toHaveLength(2);
  expect(outside.trimEnd().endsWith(mark)).toBe(true);
  expect(foldedDepth(body)).toEqual({ end: 0, least: 0 });
});

test("a fork's token that may only read costs one warning, and the plan decides the exit code (tirth8205/code-review-graph#556)", async () => {
  const { env, host, summary, step } = await githubChecks({
    from: "mallory/infra",
    answer: ({ method }) =>
      method === "GET" ? undefined : json(403, { message: "Resource not accessible by integration" }),
  });
  const { code, stdout, stderr } = await step("plan --comment github --detailed-exitcode");
  expect(code).toBe(2);
  expect(stdout).toContain("2 to create");
  expect(summary()).toContain("**Plumbline plan**: 2 to create");
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(stderr).toMatch(/^GitHub: the comment and the commit status could not be posted on acme\/infra#7\./);
  expect(stderr).toContain("comes from a fork, whose runs get a read-only token or none.");
  expect(stderr).toContain("The result is in the job summary.");
  expect(host.comments).toEqual([]);
  for (const text of [stdout, stderr, summary(), readFileSync(env.GITHUB_EVENT_PATH as string, "utf8")]) {
    expect(text).not.toContain(TOKEN);
  }
});

/** @returns what waits until so many wait for it. */
function meeting(number: number): () => Promise<void> {
  const waiting: (() => void)[] = [];
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length === number) for (const wake of waiting) wake();
    });
}
