/** The same requests against npm `emulate`'s GitHub, which nobody here wrote. */
import { expect, onTestFinished, test } from "vitest";
import { startGitHub } from "../../support/github.ts";
import { githubChecks } from "./rig.ts";

test("an emulated GitHub ends with one comment of the token's account after two runs, among 120 others", async () => {
  const github = await startGitHub({ repositories: [{ name: "infra" }] });
  onTestFinished(() => github.close());
  await github.api("POST", "/repos/acme/infra/issues", { title: "Stands for a pull request" });
  for (let number = 0; number < 120; number++) {
    await github.api("POST", "/repos/acme/infra/issues/1/comments", { body: `Comment ${number}` });
  }
  const { env, step } = await githubChecks({ event: { pull_request: { number: 1, head: { sha: "a".repeat(40) } } } });
  const there = { ...env, GITHUB_API_URL: github.url, GITHUB_TOKEN: github.token };
  expect((await step("plan --comment github", { env: there })).stderr).toContain(
    "The comment on acme/infra#1 was made.",
  );
  await step("apply --auto-approve");
  expect((await step("plan --comment github", { env: there })).stderr).toContain(
    "The comment on acme/infra#1 was changed.",
  );
  const { body } = await github.api("GET", "/repos/acme/infra/issues/1/comments?per_page=100&page=2");
  const own = (body as { body: string; user: { login: string } }[]).filter((one) => one.body.includes("Plumbline"));
  expect(own.map((one) => [one.user.login, one.body.split("\n")[0]])).toEqual([
    [github.login, "**Plumbline plan**: No changes: 2 things are as declared."],
  ]);
});
