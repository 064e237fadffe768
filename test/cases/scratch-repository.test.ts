/** Three pull requests in a scratch repository, through the steps of the action and of `init`'s workflow. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Scratch, type ScratchPull, scratchRepository } from "./scratch.ts";
import { fourMistakes, main, newChannel, removedTeam } from "./scratch-manifests.ts";

/** The repository after its first apply. */
async function applied(): Promise<Scratch> {
  const scratch = await scratchRepository(main);
  const first = await scratch.push();
  expect(first.result, first.log).toBe("success");
  return scratch;
}

/** The comment that the documentation shows under a heading. */
function shown(heading: string): string | undefined {
  const page = readFileSync(join(import.meta.dirname, "../../docs/ci.md"), "utf8");
  return new RegExp(`^#### ${heading}\\n[\\s\\S]*?^\`\`\`\`markdown\\n([\\s\\S]*?)^\`\`\`\`$`, "m").exec(page)?.[1];
}

/** The one comment without its mark; commits, which are others each time, as in the documentation. */
async function posted(scratch: Scratch, pull: ScratchPull): Promise<string> {
  const [text = "", ...others] = await scratch.comments(pull);
  expect(others).toEqual([]);
  return text
    .replace(/\n<!-- plumbline-plan: [0-9a-f]{32} -->$/, "")
    .replaceAll(pull.sha, "5d1e9f0")
    .replace(/(?<=main` at `)[0-9a-f]{12}/, "3f2a9c0d1e4b");
}

test("a new channel: the comment says so, merging makes it, and nothing is left to do then", async () => {
  const scratch = await applied();
  const pull = await scratch.open("releases", newChannel);
  const { result, steps, log, summary } = await scratch.plan(pull);
  expect(await posted(scratch, pull)).toBe(shown("A new channel"));
  expect({ result, outputs: steps[1]?.outputs, summary }).toEqual({
    result: "success",
    outputs: { changes: "true", exitcode: "2", plan: "" },
    summary: "",
  });
  expect(log).toContain("+ channels/releases");
  expect(scratch.host.statuses).toEqual([
    {
      sha: pull.sha,
      state: "success",
      context: "plumbline/manifests",
      description: expect.stringContaining("1 to create"),
    },
  ]);
  expect(await scratch.slack.channel("releases")).toBeUndefined();

  scratch.merge(pull);
  const merged = await scratch.push();
  expect({ result: merged.result, outputs: merged.steps[1]?.outputs }).toEqual({
    result: "success",
    outputs: { changes: "", exitcode: "0", plan: "" },
  });
  expect(await scratch.slack.channel("releases")).toMatchObject({ topic: { value: "What ships" } });

  const other = await scratch.open("readme", { "README.md": "Systems\n" });
  const again = await scratch.plan(other);
  expect(again.steps[1]?.outputs).toEqual({ changes: "false", exitcode: "0", plan: "" });
  expect(await scratch.comments(other)).toEqual([]);
}, 60_000);

test("a removed team: the comment puts it where one looks twice, and merging removes it", async () => {
  const scratch = await applied();
  const pull = await scratch.open("no-payments", removedTeam);
  const { result, steps } = await scratch.plan(pull);
  expect(await posted(scratch, pull)).toBe(shown("A removed team"));
  expect({ result, exitcode: steps[1]?.outputs.exitcode }).toEqual({ result: "success", exitcode: "2" });
  expect((await scratch.organization.api("GET", "/orgs/acme/teams/payments")).status).toBe(200);
  scratch.merge(pull);
  const merged = await scratch.push();
  expect(merged.result, merged.log).toBe("success");
  expect((await scratch.organization.api("GET", "/orgs/acme/teams/payments")).status).toBe(404);
  expect((await scratch.organization.api("GET", "/orgs/acme/teams/platform")).status).toBe(200);
}, 60_000);

test("four mistakes: the comment shows all four with links to lines, and the step fails", async () => {
  const scratch = await scratchRepository(main);
  const pull = await scratch.open("wrong", fourMistakes);
  const { result, steps } = await scratch.plan(pull);
  const text = await posted(scratch, pull);
  expect(text).toBe(shown("A manifest with four mistakes"));
  const links = [...text.matchAll(/\/blob\/5d1e9f0\/manifests\/slack\.yaml#L(\d+)\)/g)].map(([, line]) => line);
  expect(links).toEqual(["10", "11", "13", "14"]);
  expect({ result, outputs: steps[1]?.outputs }).toEqual({
    result: "failure",
    outputs: { changes: "", exitcode: "1", plan: "" },
  });
  expect(scratch.host.statuses[0]).toMatchObject({ sha: pull.sha, state: "failure" });
}, 60_000);

test("two applies at once: one waits for the other, and each thing is made once", async () => {
  const scratch = await scratchRepository(main);
  const jobs = await Promise.all([scratch.push(), scratch.push()]);
  for (const { result, log } of jobs) expect(result, log).toBe("success");
  const created = jobs.map(({ log }) => log.split("\n").filter((line) => line.includes("create")).length > 0);
  expect(created.filter(Boolean)).toHaveLength(1);
  const { body } = await scratch.organization.api("GET", "/orgs/acme/teams");
  expect((body as { slug: string }[]).map(({ slug }) => slug).sort()).toEqual(["payments", "platform"]);
}, 120_000);
