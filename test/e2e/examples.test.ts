/** The examples that the repository ships, from an empty state to a repaired drift. */
import { expect, test } from "vitest";
import { changesOf, examplesPlace } from "./place.ts";

const seed = { github: { repositories: [{ name: "website", description: "old text" }] } };

test("plan, apply, plan: what the first plan shows is made, and the second plan is empty", async () => {
  const place = await examplesPlace(seed);
  const first = await place.run("plan --detailed-exitcode");
  expect(first.stdout).toContain("12 to create, 1 to change, 0 to remove. Nothing was written.");
  expect({ code: first.code, writes: place.writes() }).toEqual({ code: 2, writes: [] });
  const { stdout } = await place.apply();
  expect(stdout).toMatch(/\n12 created, 1 adopted\.\n$/);
  expect(await place.github.repository("billing")).toMatchObject({
    description: "Invoices and payments",
    private: true,
    has_wiki: false,
    allow_merge_commit: false,
    topics: ["payments", "typescript"],
  });
  expect(await place.github.repository("website")).toMatchObject({ description: "The public website" });
  expect(await place.github.labels("billing")).toEqual({
    bug: { color: "d73a4a", description: "Something is broken" },
    "area/api": { color: "0052cc", description: null },
    "area/invoices": { color: "5319e7", description: null },
  });
  expect(await place.slack.channel("incidents")).toMatchObject({ topic: { value: "Sev 1 and 2" } });
  expect(await place.slack.group("oncall")).toMatchObject({
    name: "On call",
    users: [await place.slack.userId("grace@example.com")],
    prefs: { channels: [(await place.slack.channel("incidents"))?.id] },
  });
  await place.expectQuiet();
  expect(await place.inventory()).toEqual([
    "default/acme-github repositories.environments/website/production",
    "default/acme-github repositories.labels/billing/area~1api",
    "default/acme-github repositories.labels/billing/area~1invoices",
    "default/acme-github repositories.labels/billing/bug",
    "default/acme-github repositories.labels/website/area~1api",
    "default/acme-github repositories.labels/website/bug",
    "default/acme-github repositories/billing",
    "default/acme-github repositories/website",
    "default/acme-github variables/REGION",
    "default/acme-slack channels/design",
    "default/acme-slack channels/incidents",
    "default/acme-slack channels/releases",
    "default/acme-slack usergroups/oncall",
  ]);
});

test("applying twice writes once, to the systems and to the state", async () => {
  const place = await examplesPlace(seed);
  await place.apply();
  const written = place.writes().length;
  const state = await place.state();
  const { stdout } = await place.apply();
  expect(stdout).toMatch(/\nNo changes: 13 things are as declared\.\nNothing was written\.\n$/);
  expect(place.writes()).toHaveLength(written);
  expect(await place.state()).toEqual(state);
});

test("a repository with spec.defaults plans each entry's own source line, and each default's where it was written", async () => {
  const place = await examplesPlace(seed);
  const { integrations } = await place.plan();
  const changes = integrations.flatMap((integration) => integration.changes);
  const lines = Object.fromEntries(changes.map(({ kind, key, source }) => [`${kind}/${key}`, source]));
  const at = (line: number) => ({ file: "github.yaml", line });
  expect(lines).toMatchObject({
    "repositories/billing": at(27),
    "repositories/website": at(35),
    "repositories.labels/billing/area~1invoices": at(34),
    "repositories.labels/billing/bug": at(23),
    "repositories.labels/website/bug": at(23),
    "repositories.labels/billing/area~1api": at(24),
    "repositories.labels/website/area~1api": at(24),
    "channels/design": { file: "slack.yaml", line: 24 },
  });
  const website = changes.find(({ key }) => key === "website");
  const fields = Object.fromEntries(website?.fields.map(({ path, source }) => [path, source?.line]) ?? []);
  expect(fields).toMatchObject({ "/has_wiki": 21, "/description": 36 });
  const { stdout } = await place.run("plan");
  expect(stdout).toMatch(/\+ repositories\/billing +github\.yaml:27\n/);
  expect(stdout).toMatch(/\+ repositories\.labels\/website\/bug +github\.yaml:23\n/);
});

test("drift is told from a change, field by field, found with exit code 2, and repaired", async () => {
  const place = await examplesPlace(seed);
  await place.apply();
  const incidents = await place.slack.channel("incidents");
  const releases = await place.slack.channel("releases");
  await place.slack.call("conversations.setTopic", { channel: String(incidents?.id), topic: "lunch orders" }, "bot");
  await place.slack.call("conversations.archive", { channel: String(releases?.id) }, "bot");
  await place.github.api("PATCH", "/repos/acme/billing/labels/bug", { color: "ffffff" });
  await place.github.api("DELETE", "/repos/acme/website/labels/area%2Fapi");
  place.edit("github.yaml", "description: Invoices and payments", "description: All money");

  expect(changesOf(await place.plan()).sort()).toEqual([
    "create repositories.labels/website/area~1api drift",
    "update channels/incidents /topic drift",
    "update channels/releases /archived drift",
    "update repositories.labels/billing/bug /color drift",
    "update repositories/billing /description change",
  ]);
  const drift = await place.run("drift --detailed-exitcode");
  expect(drift.stdout).toContain("4 things drifted. Nothing was written.");
  expect(drift.stdout).toMatch(/topic {2}"lunch orders" -> "Sev 1 and 2" +drift\n/);
  expect(drift.stdout).not.toContain("All money");
  expect(drift.code).toBe(2);

  await place.apply();
  expect(await place.slack.channel("incidents")).toMatchObject({ topic: { value: "Sev 1 and 2" } });
  expect(await place.slack.channel("releases")).toMatchObject({ is_archived: false });
  expect((await place.github.labels("billing")).bug?.color).toBe("d73a4a");
  expect(Object.keys(await place.github.labels("website")).sort()).toEqual(["area/api", "bug"]);
  await place.expectQuiet();
  expect((await place.run("drift --detailed-exitcode")).code).toBe(0);
});
