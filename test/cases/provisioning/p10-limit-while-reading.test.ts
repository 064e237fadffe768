/** A rate limit in the middle of reading. Public report: github.com/integrations/terraform-provider-github/issues/5 (2018). */
import { describe, expect, test } from "vitest";
import type { Fate } from "../../support/proxy.ts";
import { changesOf, githubManifest, onGitHub, type Stage } from "../stage.ts";

const names = ["one", "two", "three", "four", "five"];
const manifest = githubManifest(
  `    repositories:\n${names
    .map((name) => `      - { name: ${name}, labels: [{ name: bug, color: "d73a4a" }] }\n`)
    .join("")}`,
);
const third = "/repos/acme/three/labels";
const secondary = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

/** All in step and on record; then the third list is answered so, this many times. */
async function limited(fate: Fate, times = Number.POSITIVE_INFINITY): Promise<Awaited<ReturnType<typeof onGitHub>>> {
  const stage = await onGitHub({ "acme.yaml": manifest }, { repositories: names.map((name) => ({ name })) });
  await stage.expectQuiet();
  stage.proxy.reset();
  let left = times;
  stage.proxy.intercept(({ method, path }) => {
    if (method !== "GET" || path !== third || left === 0) return "pass";
    left -= 1;
    return fate;
  });
  return stage;
}

const askedOfThird = ({ proxy }: Stage): number => proxy.requests.filter(({ path }) => path === third).length;

describe.each<{ name: string; fate: Fate; times: number; waits: number }>([
  {
    name: "a 403 that says to come back in 2 s",
    fate: { status: 403, headers: { "retry-after": "2" }, body: { message: secondary } },
    times: 1,
    waits: 2000,
  },
  {
    name: "a 403 of a secondary limit that does not say how long",
    fate: { status: 403, body: { message: secondary } },
    times: 1,
    waits: 60_000,
  },
  {
    name: "a 429 that says to come back in 5 s, twice",
    fate: { status: 429, headers: { "retry-after": "5" }, body: { message: "Too many requests" } },
    times: 2,
    waits: 10_000,
  },
])("$name", ({ fate, times, waits }) => {
  test("is waited for, and nothing is to be done then", async () => {
    const stage = await limited(fate, times);
    const start = stage.clock.monotonic();
    const { code, stdout } = await stage.run("plan --detailed-exitcode");
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("No changes") });
    const waited = stage.clock.monotonic() - start;
    expect(waited).toBeGreaterThanOrEqual(waits);
    expect(waited).toBeLessThan(waits + 1000 * times);
    expect(askedOfThird(stage)).toBe(times + 1);
  });
});

test("a spent hourly quota ends with a message that gives the time, and plans nothing of the kind", async () => {
  const reset = Math.floor(Date.now() / 1000) + 3600;
  const headers = { "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(reset) };
  const stage = await limited({ status: 403, headers, body: { message: "API rate limit exceeded for user ID 1." } });
  const start = stage.clock.monotonic();
  const { code, stdout } = await stage.run("plan --detailed-exitcode");
  expect(stdout.replaceAll(/\s+/g, " ")).toContain(`${new Date(reset * 1000).toISOString().slice(11, 16)} UTC`);
  expect(stdout).not.toMatch(/^ {2}[+~-] /m);
  expect(stdout).toContain("RATE_LIMITED");
  expect(code).toBe(1);
  expect(askedOfThird(stage)).toBe(1);
  expect(stage.clock.monotonic() - start).toBeLessThan(1000);
});

test("a plain 403 is a missing right: it is not asked again, and the other repositories are planned", async () => {
  const stage = await limited({ status: 403, body: { message: "Resource not accessible by personal access token" } });
  await stage.github.api("PATCH", "/repos/acme/one/labels/bug", { color: "000000" });
  await stage.github.api("DELETE", "/repos/acme/five/labels/bug");
  const plan = await stage.plan();
  expect(changesOf(plan).sort()).toEqual(["create repositories.labels/five/bug", "update repositories.labels/one/bug"]);
  expect(plan.integrations[0]?.failures).toMatchObject([
    { code: "PERMISSION", message: expect.stringContaining("acme/three") },
  ]);
  expect(plan.integrations[0]?.failures?.[0]?.message).toContain("Resource not accessible");
  expect(askedOfThird(stage)).toBe(1);
});

test("a limit that never ends is waited for so long and no longer, and nothing is created", async () => {
  const stage = await limited({ status: 429, headers: { "retry-after": "50" }, body: { message: "slow down" } });
  const start = stage.clock.monotonic();
  const plan = await stage.plan();
  expect(changesOf(plan)).toEqual([]);
  expect(plan.summary.failed).toBe(1);
  expect(stage.clock.monotonic() - start).toBeLessThanOrEqual(121_000);
  expect(askedOfThird(stage)).toBe(3);
});
