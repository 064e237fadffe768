/** Changes and removals that fail or whose answers are lost: what a person sees, and that no entry is lost. */
import { describe, expect, test } from "vitest";
import type { Fate } from "../support/proxy.ts";
import { breaking, notOk, serverError, tooMany } from "./breaking.ts";
import { changedChannels, changedRepositories } from "./place.ts";

const setTopic = "POST /api/conversations.setTopic";
const archive = "POST /api/conversations.archive";
const deleteBug = "DELETE /repos/acme/billing/labels/bug";

const channels = ["default/chat channels/design", "default/chat channels/incidents", "default/chat channels/releases"];

describe("a change that fails once is made again in the same apply", () => {
  test.each<{ name: string; fate: Fate }>([
    { name: "429 with Retry-After", fate: tooMany(7) },
    { name: "500", fate: serverError },
    { name: "a connection that breaks after the write arrived", fate: "drop-after" },
    { name: "HTTP 200 with ok: false", fate: notOk("internal_error") },
  ])("Slack: $name, to a topic and to an archiving", async ({ fate }) => {
    const place = await changedChannels();
    place.edit("channels.yaml", "What went out", "Ships");
    const onTopic = breaking(setTopic, fate, 1);
    const onArchive = breaking(archive, fate, 1);
    place.proxy.intercept((request) => (request.path.endsWith("archive") ? onArchive(request) : onTopic(request)));
    await place.apply();
    expect(await place.slack.channel("releases")).toMatchObject({ topic: { value: "Ships" } });
    expect(await place.slack.channel("incidents")).toMatchObject({ is_archived: true });
    expect(await place.slack.channel("design")).toMatchObject({ is_archived: true });
    expect(await place.inventory()).toEqual(["default/chat channels/releases", "default/chat channels/support"]);
    await place.expectQuiet();
  });

  test("GitHub: the answer to a label's deletion is lost", async () => {
    const place = await changedRepositories();
    place.proxy.intercept(breaking(deleteBug, "drop-after", 1));
    await place.apply();
    expect(Object.keys(await place.github.labels("billing")).sort()).toEqual(["area/api", "wontfix"]);
    expect(await place.inventory()).not.toContain("default/code repositories.labels/billing/bug");
    await place.expectQuiet();
  });
});

describe("a removal that fails keeps its entry, is told, ends with 1, and is made by the next apply", () => {
  test.each<{ name: string; fate: Fate; seen: string }>([
    { name: "HTTP 200 with ok: false", fate: notOk("restricted_action"), seen: "PERMISSION: Slack refused to archive" },
    { name: "500s", fate: serverError, seen: "UNAVAILABLE: Slack could not archive" },
  ])("Slack: $name", async ({ fate, seen }) => {
    const place = await changedChannels();
    place.proxy.intercept(breaking(archive, fate));
    const { code, stdout } = await place.run("apply --auto-approve");
    expect(stdout).toContain(`× chat  channels/incidents  archive failed: ${seen}`);
    expect(stdout).toMatch(/\n1 created\. 2 failed\.\n$/);
    expect(code).toBe(1);
    expect(await place.slack.channel("incidents")).toMatchObject({ is_archived: false });
    expect(await place.inventory()).toEqual([...channels, "default/chat channels/support"]);
    place.proxy.reset();
    await place.apply();
    expect(await place.slack.channel("incidents")).toMatchObject({ is_archived: true });
    await place.expectQuiet();
  });

  test("GitHub: the token may not, and gets 403", async () => {
    const place = await changedRepositories();
    const body = { message: "Resource not accessible by personal access token" };
    place.proxy.intercept(breaking(deleteBug, { status: 403, body }));
    const { code, stdout } = await place.run("apply --auto-approve");
    expect(stdout).toContain(
      '× code  repositories.labels/billing/bug  delete failed: PERMISSION: GitHub refused to delete the label "bug" in acme/billing: Resource not accessible by personal access token',
    );
    expect(code).toBe(1);
    expect(await place.inventory()).toContain("default/code repositories.labels/billing/bug");
    place.proxy.reset();
    await place.apply();
    await place.expectQuiet();
  });
});
