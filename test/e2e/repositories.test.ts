/** What can happen to a repository and its labels, from the manifest to the emulated GitHub and back to a quiet plan. */
import { expect, test } from "vitest";
import { changesOf, type GitHubPlace, gitHubPlace } from "./place.ts";

async function applied(seed: Parameters<typeof gitHubPlace>[1] = {}): Promise<GitHubPlace> {
  const place = await gitHubPlace(["repositories.yaml"], seed);
  await place.apply();
  place.proxy.reset();
  return place;
}

test("declared repositories are created with their labels, also those whose keys hold a slash", async () => {
  const place = await applied();
  expect(await place.github.repository("billing")).toMatchObject({ description: "Invoices", topics: ["payments"] });
  expect(await place.github.labels("billing")).toEqual({
    "area/api": { color: "0052cc", description: null },
    bug: { color: "d73a4a", description: "Broken" },
  });
  expect(Object.keys(await place.github.labels("website"))).toEqual(["area/api"]);
  expect(await place.inventory()).toEqual([
    "default/code repositories.labels/billing/area~1api",
    "default/code repositories.labels/billing/bug",
    "default/code repositories.labels/website/area~1api",
    "default/code repositories/billing",
    "default/code repositories/website",
  ]);
  await place.expectQuiet();
});

test("a changed repository and a changed label are updated, each key with a slash under its own parent", async () => {
  const place = await applied();
  place.edit("repositories.yaml", "description: Invoices", "description: All money");
  place.edit("repositories.yaml", "topics: [payments]", "topics: [money, Payments]");
  place.edit("repositories.yaml", '"5319e7"', '"ABCDEF"');
  expect(changesOf(await place.plan()).sort()).toEqual([
    "update repositories.labels/website/area~1api /color change",
    "update repositories/billing /description /topics change",
  ]);
  await place.apply();
  expect(await place.github.repository("billing")).toMatchObject({
    description: "All money",
    topics: ["money", "payments"],
  });
  expect((await place.github.labels("website"))["area/api"]?.color.toLowerCase()).toBe("abcdef");
  expect((await place.github.labels("billing"))["area/api"]?.color).toBe("0052cc");
  await place.expectQuiet();
});

test("--only takes a key with a slash as the plan shows it", async () => {
  const place = await applied();
  place.edit("repositories.yaml", "description: Invoices", "description: All money");
  place.edit("repositories.yaml", '"5319e7"', '"abcdef"');
  await place.apply("--only code/repositories.labels/website/area~1api");
  expect((await place.github.labels("website"))["area/api"]?.color).toBe("abcdef");
  expect(await place.github.repository("billing")).toMatchObject({ description: "Invoices" });
});

test("a label that nobody declares any more is deleted, and a repository is archived", async () => {
  const place = await applied();
  place.edit("repositories.yaml", /\n {6}- name: website[\s\S]*/, "\n");
  place.edit("repositories.yaml", /\n {10}- \{ name: bug.*/, "");
  const { stdout } = await place.apply();
  expect(stdout).toMatch(/- repositories\/website +archive\n/);
  expect(stdout).toMatch(/- repositories\.labels\/billing\/bug +delete\n/);
  expect(await place.github.repository("website")).toMatchObject({ archived: true });
  expect(Object.keys(await place.github.labels("billing"))).toEqual(["area/api"]);
  expect(await place.inventory()).toEqual([
    "default/code repositories.labels/billing/area~1api",
    "default/code repositories/billing",
  ]);
  await place.expectQuiet();
});

test("a repository and a label that exist are adopted in another case, and what is not stated stays", async () => {
  const repositories = [{ name: "Billing", description: "old", topics: ["kept"] }];
  const place = await gitHubPlace(["repositories.yaml"], { repositories });
  await place.github.api("POST", "/repos/acme/Billing/labels", { name: "Area/API", color: "0052cc" });
  place.edit("repositories.yaml", "        topics: [payments]\n", "");
  const id = (await place.github.repository("billing"))?.id;
  const planned = changesOf(await place.plan());
  expect(planned).toContain("adopt repositories/billing /description unknown");
  expect(planned.some((line) => line.startsWith("adopt repositories.labels/billing/area~1api"))).toBe(true);
  await place.apply();
  expect(await place.github.repository("billing")).toMatchObject({ id, description: "Invoices", topics: ["kept"] });
  await place.expectQuiet();
});

test("a declared archived repository is unarchived together with a change, and archived together with one", async () => {
  const place = await applied();
  place.edit("repositories.yaml", "description: Invoices", "description: Closed\n        archived: true");
  place.edit("repositories.yaml", '"0052cc"', '"ffffff"');
  await place.apply();
  expect(await place.github.repository("billing")).toMatchObject({ description: "Closed", archived: true });
  expect((await place.github.labels("billing"))["area/api"]?.color).toBe("ffffff");
  await place.expectQuiet();
  place.edit(
    "repositories.yaml",
    "description: Closed\n        archived: true",
    "description: Open\n        archived: false",
  );
  place.edit("repositories.yaml", '"ffffff"', '"0052cc"');
  await place.apply();
  expect(await place.github.repository("billing")).toMatchObject({ description: "Open", archived: false });
  expect((await place.github.labels("billing"))["area/api"]?.color).toBe("0052cc");
  await place.expectQuiet();
});

test("a repository that was archived outside stays so, and its label that is to change is blocked", async () => {
  const place = await applied();
  await place.github.api("PATCH", "/repos/acme/billing", { archived: true });
  place.edit("repositories.yaml", '"0052cc"', '"ffffff"');
  const { code, stdout } = await place.run("apply --auto-approve");
  expect(stdout).toMatch(/repositories\.labels\/billing\/area~1api +update blocked: ParentArchived/);
  expect(code).toBe(1);
  expect(place.proxy.writes()).toEqual([]);
  expect(await place.inventory()).toHaveLength(5);
});

test("a field that cannot be read is blocked and not written, other fields are, and the exit code is 1", async () => {
  const place = await gitHubPlace(["merging.yaml"], {
    repositories: [{ name: "billing", description: "old" }, { name: "website" }],
  });
  place.proxy.intercept(({ method, path }) =>
    method === "GET" && path === "/repos/acme/billing" ? { status: 403, body: { message: "Forbidden" } } : "pass",
  );
  const { code, stdout } = await place.run("apply --auto-approve");
  expect(stdout).toMatch(/! repositories\/billing +update blocked: FieldUnreadable {2}merging\.yaml:14\n/);
  expect(stdout).toContain("/allow_merge_commit cannot be read, so it is not written");
  expect(code).toBe(1);
  expect(await place.github.repository("billing")).toMatchObject({ description: "Invoices", allow_merge_commit: true });
  expect(await place.github.repository("website")).toMatchObject({ delete_branch_on_merge: true });
  place.proxy.reset();
  await place.apply();
  expect(await place.github.repository("billing")).toMatchObject({ allow_merge_commit: false });
  await place.expectQuiet();
});

test("a label that GitHub puts into a new repository itself is taken over in the same apply", async () => {
  const place = await gitHubPlace(["repositories.yaml"], { defaultLabels: true });
  await place.apply();
  const labels = await place.github.labels("billing");
  expect(labels.bug).toEqual({ color: "d73a4a", description: "Broken" });
  expect(Object.keys(labels)).toHaveLength(10);
  expect(await place.inventory()).toContain("default/code repositories.labels/billing/bug");
  await place.expectQuiet();
});
