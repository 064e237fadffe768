/**
 * Reads that fail: what a person sees, and that nothing is made, removed or forgotten because of them.
 *
 * In each case something is declared that is not there, and something is owned that is declared no more, so that
 * a failed read which looked like an empty system would write.
 */
import { describe, expect, test } from "vitest";
import type { Fate } from "../support/proxy.ts";
import { breaking, notOk, secondaryLimit, serverError, tooMany } from "./breaking.ts";
import { changedChannels, changedRepositories, slackPlace } from "./place.ts";

const channelList = "POST /api/conversations.list";
const repositoryList = "GET /orgs/acme/repos";
const labelList = "GET /repos/acme/billing/labels";

/** Every page but the first. */
function laterPages(match: string, fate: Fate) {
  const decide = breaking(match, fate);
  return (request: Parameters<typeof decide>[0]): Fate => {
    const { cursor } = (request.body ?? {}) as { cursor?: string };
    return cursor || request.query.page ? decide(request) : "pass";
  };
}

describe("a read that fails for good plans nothing, writes nothing, forgets nothing and ends with 1", () => {
  const slackCases: { name: string; decide: () => ReturnType<typeof breaking>; seen: RegExp }[] = [
    {
      name: "429 with a Retry-After that is longer than is waited for",
      decide: () => breaking(channelList, tooMany(3600)),
      seen: /RATE_LIMITED: Slack refused to list the channels: ratelimited\. The quota is back at 13:00 UTC\./,
    },
    {
      name: "500s",
      decide: () => breaking(channelList, serverError),
      seen: /UNAVAILABLE: Slack could not list the channels: Something went wrong/,
    },
    {
      name: "connections that break",
      decide: () => breaking(channelList, "drop-before"),
      seen: /UNAVAILABLE: Slack could not list the channels: 127\.0\.0\.1:\d+ cannot be reached/,
    },
    {
      name: "a second page that is cut off",
      decide: () => laterPages(channelList, { truncate: 60 }),
      seen: /UNAVAILABLE: Slack could not list the channels: 127\.0\.0\.1:\d+ cannot be reached: the connection broke off/,
    },
    {
      name: "HTTP 200 with ok: false on the second page",
      decide: () => laterPages(channelList, notOk("fatal_error")),
      seen: /UNAVAILABLE: Slack could not list the channels: fatal_error/,
    },
    {
      name: "HTTP 200 with ok: false for want of a scope",
      decide: () => breaking(channelList, notOk("missing_scope", { needed: "channels:read", provided: "chat:write" })),
      seen: /PERMISSION: Slack refused to list the channels: missing_scope \(the token lacks the scope channels:read; it has chat:write\)/,
    },
    {
      name: "HTTP 200 with an HTML page",
      decide: () => breaking(channelList, { status: 200, body: "<html>maintenance</html>" }),
      seen: /UNAVAILABLE: Slack could not list the channels: the answer is no JSON/,
    },
  ];
  test.each(slackCases)("Slack: $name", async ({ decide, seen }) => {
    const place = await changedChannels();
    const before = await place.state();
    place.proxy.intercept(decide());
    const { code, stdout } = await place.run("apply --auto-approve");
    expect(oneLine(stdout)).toMatch(new RegExp(`× channels could not be read: ${seen.source}`));
    expect(stdout).toContain("0 to create, 0 to change, 0 to remove, 1 failed.\nNothing was written.\n");
    expect(code).toBe(1);
    expect(place.proxy.writes()).toEqual([]);
    expect(await place.state()).toEqual(before);
  });

  const gitHubCases: { name: string; decide: () => ReturnType<typeof breaking>; seen: RegExp }[] = [
    {
      name: "403 with a secondary limit",
      decide: () => breaking(repositoryList, secondaryLimit()),
      seen: /RATE_LIMITED: GitHub refused to list the repositories of acme: You have exceeded a secondary rate limit/,
    },
    {
      name: "a spent hourly quota",
      decide: () =>
        breaking(repositoryList, {
          status: 403,
          headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Date.UTC(2026, 0, 1, 12, 40) / 1000) },
          body: { message: "API rate limit exceeded" },
        }),
      seen: /RATE_LIMITED: GitHub refused to list the repositories of acme: API rate limit exceeded\. The quota is back at 12:4\d UTC\./,
    },
    {
      name: "500s",
      decide: () => breaking(repositoryList, serverError),
      seen: /UNAVAILABLE: GitHub could not list the repositories of acme: Something went wrong/,
    },
    {
      name: "a second page that is cut off",
      decide: () => laterPages(repositoryList, { truncate: 200 }),
      seen: /UNAVAILABLE: GitHub could not list the repositories of acme: 127\.0\.0\.1:\d+ cannot be reached: the connection broke off/,
    },
  ];
  test.each(gitHubCases)("GitHub: $name", async ({ decide, seen }) => {
    const place = await changedRepositories();
    const before = await place.state();
    place.proxy.intercept(decide());
    const { code, stdout } = await place.run("apply --auto-approve");
    expect(oneLine(stdout)).toMatch(new RegExp(`× repositories could not be read: ${seen.source}`));
    expect(oneLine(stdout)).toContain("× repositories.labels could not be read");
    expect(code).toBe(1);
    expect(place.proxy.writes()).toEqual([]);
    expect(await place.state()).toEqual(before);
  });

  test("`plan` shows the same and ends with 1, `get` says why, and once it can be read all is done", async () => {
    const place = await changedChannels();
    place.proxy.intercept(laterPages(channelList, notOk("fatal_error")));
    const { code, stdout } = await place.run("plan --detailed-exitcode");
    expect(stdout).toContain(
      "× channels could not be read: UNAVAILABLE: Slack could not list the channels: fatal_error",
    );
    expect(stdout).toContain("0 to create, 0 to change, 0 to remove, 1 failed. Nothing was written.");
    expect(code).toBe(1);
    await place.run("apply --auto-approve");
    expect(JSON.parse((await place.run("get -o json")).stdout).items[0].conditions[0]).toMatchObject({
      type: "Ready",
      status: "False",
      reason: "UNAVAILABLE",
      message: expect.stringMatching(/^channels could not be read: Slack could not list the channels: fatal_error/),
    });
    place.proxy.reset();
    await place.apply();
    expect(await place.slack.channel("incidents")).toMatchObject({ is_archived: true });
    expect(await place.slack.channel("support")).toMatchObject({ topic: { value: "Ask here" } });
    await place.expectQuiet();
  });
});

test("the labels of one repository that cannot be read hold up nothing else, and none of them goes", async () => {
  const place = await changedRepositories();
  place.proxy.intercept(breaking(labelList, { truncate: 20 }));
  const { code, stdout } = await place.run("apply --auto-approve");
  expect(oneLine(stdout)).toMatch(/× repositories\.labels could not be read: .*list the labels of acme\/billing/);
  expect(code).toBe(1);
  expect(await place.github.repository("handbook")).toMatchObject({ description: "How we work" });
  expect(Object.keys(await place.github.labels("billing")).sort()).toEqual(["area/api", "bug"]);
  expect(await place.inventory()).toContain("default/code repositories.labels/billing/bug");
  place.proxy.reset();
  await place.apply();
  expect(Object.keys(await place.github.labels("billing")).sort()).toEqual(["area/api", "wontfix"]);
  await place.expectQuiet();
});

test("a system that cannot be reached holds up no other", async () => {
  const place = await slackPlace(["channels.yaml", "repositories.yaml"]);
  const nowhere = { ...place.env, GITHUB_URL: "http://127.0.0.1:9", GITHUB_TOKEN: "ghp_planted" };
  const { code, stdout, stderr } = await place.run("apply --auto-approve", { env: nowhere });
  expect(oneLine(stdout)).toMatch(/× UNAVAILABLE: GitHub could not .*127\.0\.0\.1:9 cannot be reached/);
  expect(code).toBe(1);
  expect(await place.inventory()).toHaveLength(3);
  expect(stdout + stderr).not.toContain("ghp_planted");
});

/** Text as it was before it was broken into lines. */
function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s+/g, " ");
}
