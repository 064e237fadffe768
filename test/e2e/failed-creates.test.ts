/** Creates that fail or whose answers are lost: what a person sees, and that nothing is made twice or forgotten. */
import { describe, expect, test } from "vitest";
import type { Fate } from "../support/proxy.ts";
import { breaking, notOk, secondaryLimit, serverError, tooMany } from "./breaking.ts";
import { gitHubPlace, slackPlace } from "./place.ts";

const createChannel = "POST /api/conversations.create";
const setTopic = "POST /api/conversations.setTopic";
const createRepository = "POST /orgs/acme/repos";
const createLabel = "POST /repos/acme/billing/labels";

const channels = ["default/chat channels/design", "default/chat channels/incidents", "default/chat channels/releases"];

describe("a create that is only put off, or whose answer alone is lost, makes one thing in one apply", () => {
  const fates: { name: string; fate: Fate; requests: number }[] = [
    { name: "429 with Retry-After", fate: tooMany(7), requests: 4 },
    { name: "a connection that breaks after the write arrived", fate: "drop-after", requests: 3 },
    { name: "an answer that is cut off", fate: { truncate: 10 }, requests: 3 },
  ];
  test.each(fates)("Slack: $name", async ({ fate, requests }) => {
    const place = await slackPlace(["channels.yaml"]);
    place.proxy.intercept(breaking(createChannel, fate, 1));
    const { stdout } = await place.apply();
    expect(stdout).toMatch(/\n3 created\.\n$/);
    expect(place.proxy.writes().filter(({ path }) => path.endsWith("create"))).toHaveLength(requests);
    expect(await place.inventory()).toEqual(channels);
    expect((await place.state()).intents).toEqual([]);
    expect(await place.slack.channel("incidents")).toMatchObject({ topic: { value: "Sev 1 and 2" } });
    await place.expectQuiet();
  });

  const gitHubFates: { name: string; match: string; fate: Fate }[] = [
    { name: "403 with a secondary limit", match: createLabel, fate: secondaryLimit({ "retry-after": "9" }) },
    { name: "a repository's answer that is lost", match: createRepository, fate: "drop-after" },
    { name: "a label's answer that is lost", match: createLabel, fate: "drop-after" },
    { name: "a label's answer that is cut off", match: createLabel, fate: { truncate: 20 } },
  ];
  test.each(gitHubFates)("GitHub: $name", async ({ match, fate }) => {
    const place = await gitHubPlace(["repositories.yaml"]);
    place.proxy.intercept(breaking(match, fate, 1));
    const { stdout } = await place.apply();
    expect(stdout).toMatch(/\n5 created\.\n$/);
    expect(await place.github.repositoryNames()).toEqual(["billing", "website"]);
    expect(await place.github.repository("billing")).toMatchObject({ topics: ["payments"] });
    expect(Object.keys(await place.github.labels("billing")).sort()).toEqual(["area/api", "bug"]);
    expect(await place.inventory()).toHaveLength(5);
    expect((await place.state()).intents).toEqual([]);
    await place.expectQuiet();
  });
});

describe("a create that fails is told, ends with 1, and is made once by the next apply", () => {
  const fates: { name: string; fate: Fate; seen: RegExp }[] = [
    {
      name: "500",
      fate: serverError,
      seen: /UNAVAILABLE: Slack could not create the channel "incidents": Something went/,
    },
    {
      name: "a connection that breaks before the write arrived",
      fate: "drop-before",
      seen: /UNAVAILABLE: Slack could not create the channel "incidents": 127\.0\.0\.1:\d+ cannot be reached/,
    },
    {
      name: "HTTP 200 with ok: false",
      fate: notOk("restricted_action"),
      seen: /PERMISSION: Slack refused to create the channel "incidents": restricted_action/,
    },
    {
      name: "429 for longer than is waited for",
      fate: tooMany(3600),
      seen: /RATE_LIMITED: Slack refused to create the channel "incidents": ratelimited\. The quota is back at 13:00 UTC/,
    },
  ];
  test.each(fates)("Slack: $name", async ({ fate, seen }) => {
    const place = await slackPlace(["channels.yaml"]);
    const decide = breaking(createChannel, fate);
    place.proxy.intercept((request) =>
      (request.body as { name?: string } | undefined)?.name === "incidents" ? decide(request) : "pass",
    );
    const { code, stdout, stderr } = await place.run("apply --auto-approve");
    expect(stderr).toMatch(new RegExp(`× chat {2}channels/incidents {2}create failed: ${seen.source}`));
    expect(stdout).toMatch(new RegExp(`× chat {2}channels/incidents {2}create failed: ${seen.source}`));
    expect(stdout).toMatch(/\. 1 failed\./);
    expect(code).toBe(1);
    expect(await place.slack.channel("incidents")).toBeUndefined();
    expect(await place.inventory()).not.toContain("default/chat channels/incidents");
    place.proxy.reset();
    await place.apply();
    const creates = place.proxy.writes().filter(({ path }) => path.endsWith("create"));
    expect(creates.length).toBe(3 - made(stdout));
    expect(await place.inventory()).toEqual(channels);
    await place.expectQuiet();
  });
});

test("a create whose answer and whose look-up are both lost is ours in the next apply, and is not made again", async () => {
  const place = await slackPlace(["channels.yaml"]);
  place.edit("channels.yaml", "policy: { prune: true }", "policy: { prune: true, adopt: false }");
  const lost = breaking(createChannel, "drop-after");
  const unread = breaking("POST /api/conversations.list", serverError);
  let created = false;
  place.proxy.intercept((request) => {
    created ||= request.path.endsWith("create");
    return created && request.path.endsWith("list") ? unread(request) : lost(request);
  });
  const { code, stdout } = await place.run("apply --auto-approve");
  expect(stdout).toMatch(/\nNothing was written\. 3 failed\.\n$/);
  expect(code).toBe(1);
  expect(await place.inventory()).toEqual([]);
  expect((await place.state()).intents).toHaveLength(3);
  place.proxy.reset();
  await place.apply();
  expect(place.proxy.writes().filter(({ path }) => path.endsWith("create"))).toEqual([]);
  expect(await place.inventory()).toEqual(channels);
  expect((await place.state()).intents).toEqual([]);
  await place.expectQuiet();
});

test("a channel that was made but not described keeps its entry, and is described by the next apply", async () => {
  const place = await slackPlace(["channels.yaml"]);
  place.proxy.intercept(breaking(setTopic, serverError));
  const { code, stdout } = await place.run("apply --auto-approve");
  expect(stdout).toMatch(
    /× chat {2}channels\/incidents {2}create failed: UNAVAILABLE: Slack could not .*: Something went wrong/,
  );
  expect(code).toBe(1);
  expect(await place.inventory()).toEqual(channels);
  place.proxy.reset();
  await place.apply();
  expect(place.proxy.writes().filter(({ path }) => path.endsWith("create"))).toEqual([]);
  expect(await place.slack.channel("incidents")).toMatchObject({ topic: { value: "Sev 1 and 2" } });
  await place.expectQuiet();
});

test("a token that may only read fails each write by name and leaves nothing on record", async () => {
  const place = await gitHubPlace(["repositories.yaml"]);
  const env = { ...place.env, GITHUB_TOKEN: place.github.readOnlyToken };
  const { code, stdout, stderr } = await place.run("apply --auto-approve", { env });
  expect(stdout).toMatch(
    /× code +repositories\/billing +create failed: PERMISSION: GitHub refused to create the repository acme\/billing: Resource not accessible by personal access token/,
  );
  expect(stdout).toMatch(
    /- code +repositories\.labels\/billing\/bug +create skipped: DependencyFailed: not done, since repositories\/billing was not done/,
  );
  expect(stdout).toMatch(/\nNothing was written\. 2 failed\. 3 not done\.\n$/);
  expect(code).toBe(1);
  expect(await place.inventory()).toEqual([]);
  expect(stdout + stderr).not.toContain(place.github.readOnlyToken);
  await place.apply();
  await place.expectQuiet();
});

/** How many of the channels a report says were made. */
function made(report: string): number {
  return Number(/\n(\d+) created\. 1 failed\.\n$/.exec(report)?.[1] ?? 0);
}
