/** What GitHub answers when it has had enough, and what that does to the labels of five repositories. */
import { describe, expect, test } from "vitest";
import type { FailedParent } from "../../../src/connector-kit/index.ts";
import { VirtualClock } from "../../support/clock.ts";
import { type Asked, failureOf, listOf, type Scripted, type Stage } from "../stage.ts";
import { githubStaging, labels, parent, rawLabels } from "./organization.ts";

const { withAnswers } = githubStaging();
const parents = ["one", "two", "three", "four", "five"].map(parent);
const noon = Date.UTC(2026, 0, 1, 12);

/** The third repository's labels are refused as often as `refusals` says. */
function workspace(refusal: Scripted, refusals = Number.POSITIVE_INFINITY): (request: Asked) => Scripted {
  let left = refusals;
  return ({ path }) => {
    if (path.includes("/three/") && left > 0) {
      left -= 1;
      return refusal;
    }
    return { body: rawLabels(1, 2) };
  };
}

async function read(stage: Stage): Promise<{ names: string[]; failed: FailedParent[] }> {
  const found = await listOf(stage, labels, parents);
  const failed = found.filter((one) => "error" in one);
  const names = found.flatMap((one) => ("error" in one ? [] : [String(one.parent?.spec.name)]));
  return { names: [...new Set(names)], failed };
}

const secondary = {
  message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
};
const others = ["one", "two", "four", "five"];
const asked = ({ requests }: Stage): number => requests.filter(({ path }) => path.includes("/three/")).length;

describe("a secondary rate limit, 403", () => {
  test("with retry-after is waited out as told, and everything is read", async () => {
    await withAnswers(
      workspace({ status: 403, headers: { "retry-after": "2" }, body: secondary }, 1),
      async (stage) => {
        expect((await read(stage)).failed).toEqual([]);
        expect(stage.clock.monotonic()).toBe(2000);
        expect(asked(stage)).toBe(2);
      },
    );
  });

  test("without a header is waited out for a minute", async () => {
    await withAnswers(
      workspace({ status: 403, body: secondary }, 1),
      async (stage) => {
        expect((await read(stage)).failed).toEqual([]);
        expect(stage.clock.monotonic()).toBe(60_000);
      },
      { lane: "background" },
    );
  });

  test("that does not end leaves that repository's labels unread, and only those", async () => {
    await withAnswers(
      workspace({ status: 403, body: secondary }),
      async (stage) => {
        const { names, failed } = await read(stage);
        expect(names).toEqual(others);
        expect(failed.map(({ parent: one, error }) => [one.id, error.code])).toEqual([["three", "RATE_LIMITED"]]);
      },
      { lane: "background" },
    );
  });
});

test("a spent quota that comes back in an hour is not waited for, and the message gives the hour", async () => {
  const headers = {
    "x-ratelimit-limit": "5000",
    "x-ratelimit-remaining": "0",
    "x-ratelimit-reset": String(noon / 1000 + 3600),
    "x-ratelimit-resource": "core",
  };
  const answer: Scripted = { status: 403, headers, body: { message: "API rate limit exceeded for user ID 1." } };
  await withAnswers(
    () => answer,
    async (stage) => {
      const failure = await failureOf(stage.session.check());
      expect(failure).toMatchObject({ code: "RATE_LIMITED", retryAfter: 3_600_000 });
      expect(String(failure)).toContain("13:00 UTC");
      expect(stage.clock.monotonic()).toBe(0);
      expect(stage.requests).toHaveLength(1);
    },
    { clock: new VirtualClock({ epoch: noon }) },
  );
});

test("a plain 403 is about permissions: it is not tried again, and the other repositories are read", async () => {
  const answer = workspace({ status: 403, body: { message: "Resource not accessible by personal access token" } });
  await withAnswers(answer, async (stage) => {
    const { names, failed } = await read(stage);
    expect(names).toEqual(others);
    expect(failed).toMatchObject([{ parent: { id: "three" }, error: { code: "PERMISSION", retryable: false } }]);
    expect(failed[0]?.error.message).toContain("Resource not accessible by personal access token");
    expect(asked(stage)).toBe(1);
  });
});

test.each([
  { what: "a 429", status: 429, body: {} },
  { what: "a 403 with retry-after", status: 403, headers: { "retry-after": "1" }, body: {} },
  { what: "abuse detection", status: 403, body: { message: "You have triggered an abuse detection mechanism." } },
])("$what is a limit", async ({ what: _, ...answer }) => {
  await withAnswers(
    () => answer,
    async ({ session }) => {
      expect(await failureOf(session.check())).toMatchObject({ code: "RATE_LIMITED", retryable: true });
    },
  );
});
