/** Names that change in the manifest, and names that somebody changes outside. */
import { expect, test } from "vitest";
import type { RecordingProxy } from "../support/proxy.ts";
import { changesOf, gitHubPlace, type Place, type SlackPlace, slackPlace } from "./place.ts";

async function appliedTo<P extends Place & { proxy: RecordingProxy }>(made: Promise<P>): Promise<P> {
  const place = await made;
  await place.apply();
  place.proxy.reset();
  return place;
}

async function idOf({ slack }: SlackPlace, name: string): Promise<string> {
  return String((await slack.channel(name))?.id);
}

test("`previously` renames the channel, and its entry moves along", async () => {
  const place = await appliedTo(slackPlace(["channels.yaml"]));
  const id = await idOf(place, "incidents");
  place.edit("channels.yaml", "name: incidents", "name: outages\n        lifecycle: { previously: [incidents] }");
  await place.apply();
  expect(await idOf(place, "outages")).toBe(id);
  expect(await place.slack.channel("incidents")).toBeUndefined();
  expect(await place.inventory()).toContain("default/chat channels/outages");
  expect(await place.inventory()).not.toContain("default/chat channels/incidents");
  await place.expectQuiet();
});

test("a channel that was renamed outside is renamed back, never created beside it", async () => {
  const place = await appliedTo(slackPlace(["channels.yaml"]));
  const id = await idOf(place, "incidents");
  await place.slack.call("conversations.rename", { channel: id, name: "lunch" }, "bot");
  expect(changesOf(await place.plan())).toEqual(["update channels/incidents /name drift"]);
  await place.apply();
  expect(await idOf(place, "incidents")).toBe(id);
  expect(await place.slack.channel("lunch")).toBeUndefined();
  expect(place.proxy.writes().map(({ path }) => path)).not.toContain("/api/conversations.create");
  await place.expectQuiet();
});

test("`previously` renames a repository, and its labels stay and move along", async () => {
  const place = await appliedTo(gitHubPlace(["repositories.yaml"]));
  const id = (await place.github.repository("billing"))?.id;
  place.edit("repositories.yaml", "name: billing", "name: invoicing\n        lifecycle: { previously: [billing] }");
  place.edit("repositories.yaml", '"0052cc"', '"ffffff"');
  await place.apply();
  expect(await place.github.repositoryNames()).toEqual(["invoicing", "website"]);
  expect(await place.github.repository("invoicing")).toMatchObject({ id });
  expect(Object.keys(await place.github.labels("invoicing")).sort()).toEqual(["area/api", "bug"]);
  expect(await place.inventory()).toEqual([
    "default/code repositories.labels/invoicing/area~1api",
    "default/code repositories.labels/invoicing/bug",
    "default/code repositories.labels/website/area~1api",
    "default/code repositories/invoicing",
    "default/code repositories/website",
  ]);
  await place.expectQuiet();
});

test("`previously` renames a label in place", async () => {
  const place = await appliedTo(gitHubPlace(["repositories.yaml"]));
  place.edit("repositories.yaml", "{ name: bug,", "{ name: kind/bug, lifecycle: { previously: [bug] },");
  await place.apply();
  expect(place.proxy.writes().map(({ method }) => method)).toEqual(["PATCH"]);
  expect(Object.keys(await place.github.labels("billing")).sort()).toEqual(["area/api", "kind/bug"]);
  expect(await place.inventory()).toContain("default/code repositories.labels/billing/kind~1bug");
  expect(await place.inventory()).not.toContain("default/code repositories.labels/billing/bug");
  await place.expectQuiet();
});

test("a repository and a label that were renamed outside are renamed back, with nothing made beside them", async () => {
  const place = await appliedTo(gitHubPlace(["repositories.yaml"]));
  await place.github.api("PATCH", "/repos/acme/billing", { name: "lunch" });
  await place.github.api("PATCH", "/repos/acme/lunch/labels/bug", { new_name: "feature" });
  expect(changesOf(await place.plan()).sort()).toEqual([
    "update repositories.labels/billing/bug /name drift",
    "update repositories/billing /name drift",
  ]);
  await place.apply();
  expect(await place.github.repositoryNames()).toEqual(["billing", "website"]);
  expect(Object.keys(await place.github.labels("billing")).sort()).toEqual(["area/api", "bug"]);
  expect(place.proxy.writes().map(({ method }) => method)).toEqual(["PATCH", "PATCH"]);
  await place.expectQuiet();
});
