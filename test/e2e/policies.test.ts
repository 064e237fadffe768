/** What the policies hold back. */
import { expect, test } from "vitest";
import { changesOf, gitHubPlace, slackPlace } from "./place.ts";

test("Observe writes nothing, reports drift with exit code 2, and applying it ends with 0", async () => {
  const place = await slackPlace(["observed.yaml"], { channels: [{ name: "incidents", topic: "lunch orders" }] });
  const plan = await place.run("plan --detailed-exitcode");
  expect(plan.stdout).toMatch(/chat +slack · team Acme · observed only/);
  expect(plan.stdout).toMatch(/! channels\/incidents +adopt blocked: Observe {2}observed\.yaml:13\n/);
  expect(plan.code).toBe(0);
  const { code, stdout } = await place.run("apply --auto-approve");
  expect(stdout).toContain("! 2 blocked: Observe (channels/incidents, channels/releases)");
  expect(code).toBe(0);
  const drift = await place.run("drift --detailed-exitcode");
  expect(drift.stdout).toMatch(/topic {2}"lunch orders" -> "Sev 1 and 2"/);
  expect(drift.code).toBe(2);
  expect(place.proxy.writes()).toEqual([]);
  expect(await place.inventory()).toEqual([]);
});

test("Observe keeps what was owned before, reports its drift, and removes nothing that is declared no more", async () => {
  const place = await slackPlace(["channels.yaml"]);
  await place.apply();
  const before = await place.inventory();
  place.proxy.reset();
  place.edit("channels.yaml", "policy: { prune: true }", "policy: { prune: true, mode: Observe }");
  place.edit("channels.yaml", "      - name: incidents\n        topic: Sev 1 and 2\n", "");
  expect(changesOf(await place.plan())).toEqual(["blocked(archive) channels/incidents Observe"]);
  await place.apply();
  const releases = String((await place.slack.channel("releases"))?.id);
  await place.slack.call("conversations.setTopic", { channel: releases, topic: "lunch orders" }, "bot");
  const drift = await place.run("drift --detailed-exitcode");
  expect(drift.stdout).toContain("1 thing drifted. Nothing was written.");
  expect(drift.code).toBe(2);
  expect(place.proxy.writes()).toEqual([]);
  expect(await place.inventory()).toEqual(before);
});

test("prune removes only what the inventory holds", async () => {
  const place = await gitHubPlace(["repositories.yaml"], { repositories: [{ name: "billing" }, { name: "legacy" }] });
  await place.github.api("POST", "/repos/acme/billing/labels", { name: "theirs", color: "ffffff" });
  await place.apply();
  await place.github.api("POST", "/repos/acme/billing/labels", { name: "later", color: "ffffff" });
  place.edit("repositories.yaml", /\n {10}- \{ name: bug.*/, "");
  expect(changesOf(await place.plan())).toEqual(["delete repositories.labels/billing/bug change"]);
  await place.apply();
  expect(Object.keys(await place.github.labels("billing")).sort()).toEqual(["area/api", "later", "theirs"]);
  expect(await place.github.repository("legacy")).toMatchObject({ archived: false });
  await place.expectQuiet();
});

test("without prune nothing is removed, and a line says what would be", async () => {
  const place = await slackPlace(["channels.yaml"]);
  await place.apply();
  place.proxy.reset();
  place.edit("channels.yaml", "  policy: { prune: true }\n", "");
  place.edit("channels.yaml", "      - name: incidents\n        topic: Sev 1 and 2\n", "");
  const { stdout } = await place.apply();
  expect(stdout).toContain("! 1 blocked: PruneDisabled (channels/incidents)");
  expect(place.proxy.writes()).toEqual([]);
  expect(await place.inventory()).toContain("default/chat channels/incidents");
});

test("without an earlier run on record nothing is removed, even with prune", async () => {
  const place = await slackPlace(["channels.yaml"], { channels: [{ name: "theirs" }] });
  await place.apply();
  expect(await place.slack.channel("theirs")).toMatchObject({ is_archived: false });
  expect(await place.slack.channel("random")).toMatchObject({ is_archived: false });
});
