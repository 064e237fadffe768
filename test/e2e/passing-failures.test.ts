/** Reads that fail once: they are made again, after as long as the platform asks for, and nobody notices. */
import { describe, expect, test } from "vitest";
import { breaking, notOk, secondaryLimit, serverError, tooMany } from "./breaking.ts";
import { changedChannels, changedRepositories } from "./place.ts";

const channelList = "POST /api/conversations.list";
const repositoryList = "GET /orgs/acme/repos";

describe("a read that fails once is made again, and the plan is whole", () => {
  test.each([
    { name: "429 with Retry-After", fate: tooMany(7), waits: 7000 },
    { name: "a 500", fate: serverError, waits: 0 },
    { name: "a dropped connection", fate: "drop-before" as const, waits: 0 },
    { name: "a truncated page", fate: { truncate: 60 }, waits: 0 },
    { name: "HTTP 200 with ok: false", fate: notOk("internal_error"), waits: 0 },
  ])("Slack: $name", async ({ fate, waits }) => {
    const place = await changedChannels();
    place.proxy.intercept(breaking(channelList, fate, 1));
    const { code, stdout, stderr } = await place.run("plan --detailed-exitcode");
    expect(stdout).toContain("1 to create, 0 to change, 2 to remove. Nothing was written.");
    expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
    expect(Math.max(0, ...place.clock.slept)).toBeGreaterThanOrEqual(waits);
    expect(Math.max(0, ...place.clock.slept)).toBeLessThanOrEqual(waits + 500);
  });

  test.each([
    { name: "403 with a secondary limit and Retry-After", fate: secondaryLimit({ "retry-after": "9" }), waits: 9000 },
    { name: "403 with a secondary limit that says no time", fate: secondaryLimit(), waits: 60_000 },
  ])("GitHub: $name", async ({ fate, waits }) => {
    const place = await changedRepositories();
    place.proxy.intercept(breaking(repositoryList, fate, 1));
    const { code, stdout } = await place.run("plan --detailed-exitcode");
    expect(stdout).toContain("2 to create, 0 to change, 2 to remove. Nothing was written.");
    expect(code).toBe(2);
    expect(Math.max(...place.clock.slept)).toBeGreaterThanOrEqual(waits);
    expect(Math.max(...place.clock.slept)).toBeLessThanOrEqual(waits + 500);
  });
});
