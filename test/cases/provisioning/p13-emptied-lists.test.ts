/** A list that is emptied, left out, or null. Public report: github.com/integrations/terraform-provider-github/issues/1492 (2023). */
import { expect, test } from "vitest";
import { changesOf, githubManifest, onGitHub, validated } from "../stage.ts";

const repositories = [{ name: "api", topics: ["payments", "money"] }];
const list = "/repos/acme/api";

const manifest = (field: string): string => githubManifest(`    repositories:\n      - name: api\n${field}`);

test("stated topics that become [] are written as [], once", async () => {
  const stage = await onGitHub({ "acme.yaml": manifest("        topics: [payments]\n") }, { repositories });
  await stage.expectQuiet();
  stage.write("acme.yaml", manifest("        topics: []\n"));
  stage.proxy.reset();
  await stage.expectQuiet();
  expect(stage.proxy.writes()).toMatchObject([{ method: "PUT", path: `${list}/topics`, body: { names: [] } }]);
  expect(await stage.github.repository("api")).toMatchObject({ topics: [] });
});

test("an environment's reviewers that become [] are written as [], and the rest of it stays", async () => {
  const environment = (fields: string) => manifest(`        environments: [{ name: production, ${fields} }]\n`);
  const reviewers = "wait_timer: 30, reviewers: [{ type: User, reviewer: ada }]";
  const stage = await onGitHub({ "acme.yaml": environment(reviewers) }, { repositories, members: ["ada"] });
  await stage.expectQuiet();
  stage.write("acme.yaml", environment("reviewers: []"));
  stage.proxy.reset();
  await stage.expectQuiet();
  expect(stage.proxy.writes()).toMatchObject([{ method: "PUT", body: { reviewers: [], wait_timer: 30 } }]);
});

test.each(["topics", "has_wiki", "labels", "environments"])("%s that is left out is not ours", async (left) => {
  const stated = { topics: "topics: [payments]", has_wiki: "has_wiki: true", labels: "", environments: "" }[left];
  const stage = await onGitHub({ "acme.yaml": manifest(stated ? `        ${stated}\n` : "") }, { repositories });
  await stage.github.api("POST", `${list}/labels`, { name: "bug", color: "d73a4a" });
  await stage.github.api("PUT", `${list}/environments/production`, { wait_timer: 30 });
  await stage.expectQuiet();
  await stage.github.api("PUT", `${list}/topics`, { names: ["other"] });
  stage.write("acme.yaml", manifest(""));
  expect(changesOf(await stage.plan())).toEqual([]);
  stage.proxy.reset();
  await stage.expectQuiet();
  expect(stage.proxy.writes()).toEqual([]);
  expect(await stage.github.repository("api")).toMatchObject({ topics: ["other"] });
  expect(Object.keys(await stage.github.labels("api"))).toEqual(["bug"]);
});

test.each([
  { name: "topics", field: "        topics:\n" },
  { name: "environments", field: "        environments:\n" },
  { name: "reviewers", field: "        environments:\n          - name: production\n            reviewers:\n" },
  { name: "events", field: "        webhooks:\n          - url: https://ci.example/h\n            events:\n" },
  { name: "due_on", field: '        milestones:\n          - title: "1.0"\n            due_on:\n' },
])("$name without a value is one mistake that names its line, and nothing is erased", async ({ name, field }) => {
  const text = manifest(field);
  const { code, problems } = await validated(text);
  expect(code).toBe(1);
  expect(problems).toHaveLength(1);
  const lines = text.split("\n");
  expect(problems[0]).toMatchObject({ line: lines.findIndex((line) => line.trim() === `${name}:`) + 1 });
  const stage = await onGitHub({ "acme.yaml": text }, { repositories });
  expect((await stage.run("apply --auto-approve")).code).toBe(1);
  expect(stage.proxy.requests).toEqual([]);
});

test("the policy of an environment's branches is the field whose null means something: all branches", async () => {
  const environment = (value: string) =>
    manifest(`        environments: [{ name: production, deployment_branch_policy: ${value} }]\n`);
  const stage = await onGitHub(
    { "acme.yaml": environment("{ protected_branches: true, custom_branch_policies: false }") },
    { repositories },
  );
  await stage.expectQuiet();
  stage.write("acme.yaml", environment("null"));
  stage.proxy.reset();
  await stage.expectQuiet();
  expect(stage.proxy.writes()).toMatchObject([{ method: "PUT", body: { deployment_branch_policy: null } }]);
});
