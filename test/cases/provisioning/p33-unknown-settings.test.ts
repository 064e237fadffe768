/** Settings that an answer lacks. Public reports: github.com/integrations/terraform-provider-github/issues/2379 (2024) and /issues/1793 (2023). */
import { describe, expect, test } from "vitest";
import type { Recorded } from "../../support/proxy.ts";
import { changesOf, githubManifest, onGitHub } from "../stage.ts";

/** What GitHub leaves out for archived repositories and for tokens without admin rights. */
const lacking = [
  ...["allow_squash_merge", "allow_merge_commit", "allow_rebase_merge", "allow_auto_merge"],
  ...["delete_branch_on_merge", "allow_update_branch", "security_and_analysis", "squash_merge_commit_title"],
];

const states = (fields: string): string => githubManifest(`    repositories:\n      - { name: old${fields} }\n`);

/** Answers a repository without those fields. */
async function blind(fields: string, archived: boolean) {
  const stage = await onGitHub({ "acme.yaml": states(fields) }, { repositories: [{ name: "old" }] });
  if (archived) await stage.github.api("PATCH", "/repos/acme/old", { archived: true });
  const full = (await stage.github.repository("old")) as Record<string, unknown>;
  const body = Object.fromEntries(Object.entries(full).filter(([name]) => !lacking.includes(name)));
  stage.proxy.intercept(({ method, path }: Recorded) =>
    method === "GET" && path === "/repos/acme/old" ? { status: 200, body } : "pass",
  );
  return stage;
}

describe.each([
  { where: "an archived repository", archived: true },
  { where: "a live one, for a token without admin rights", archived: false },
])("$where", ({ archived }) => {
  test("is quiet where nothing of that is stated", async () => {
    const stage = await blind("", archived);
    await stage.expectQuiet();
    expect(stage.proxy.writes()).toEqual([]);
  });

  test.each([
    "allow_squash_merge: true",
    "allow_squash_merge: false",
    "delete_branch_on_merge: true, allow_rebase_merge: true",
  ])("with %s stated says once that it cannot be read, and writes nothing", async (fields) => {
    const stage = await blind(`, ${fields}`, archived);
    await stage.run("apply --auto-approve"); // it is taken over
    const plan = await stage.plan();
    expect(changesOf(plan)).toEqual(["blocked repositories/old"]);
    expect(plan.integrations[0]?.changes[0]).toMatchObject({ reason: "FieldUnreadable" });
    for (const each of fields.split(", ")) {
      expect(plan.integrations[0]?.changes[0]?.message).toContain(each.split(":")[0] as string);
    }
    const { stdout } = await stage.run("plan");
    expect(stdout.match(/cannot be read/g)).toHaveLength(1);
    await stage.run("apply --auto-approve");
    expect(stage.proxy.writes()).toEqual([]);
  });
});

test("a field that is there and null is unknown too, never false", async () => {
  const stage = await onGitHub(
    { "acme.yaml": states(", allow_squash_merge: false") },
    { repositories: [{ name: "old" }] },
  );
  const full = (await stage.github.repository("old")) as Record<string, unknown>;
  stage.proxy.intercept(({ method, path }: Recorded) =>
    method === "GET" && path === "/repos/acme/old"
      ? { status: 200, body: { ...full, allow_squash_merge: null } }
      : "pass",
  );
  expect((await stage.plan()).integrations[0]?.changes[0]).toMatchObject({
    action: "blocked",
    reason: "FieldUnreadable",
  });
});
