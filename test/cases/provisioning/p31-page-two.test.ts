/** Parameters and ends of pages by cursor. Public reports: github.com/chatwoot/chatwoot/issues/11751 (2025), github.com/slackapi/python-slack-sdk/issues/1043 (2021). */
import { describe, expect, test } from "vitest";
import type { Fate, Recorded } from "../../support/proxy.ts";
import { changesOf, onSlack, slackManifest } from "../stage.ts";

const list = "/api/conversations.list";
const declared = slackManifest("    channels:\n      - { name: ops, private: true }\n");

const channel = (id: string, name: string, isPrivate: boolean) => ({
  ...{ id, name, is_private: isPrivate, is_archived: false, is_member: true },
  ...{ topic: { value: "" }, purpose: { value: "" } },
});
const pages = [
  { channels: [channel("C1", "general", false)], next: "b" },
  { channels: [], next: "c" },
  { channels: [channel("C2", "random", false), channel("G1", "ops", true)], next: "d" },
  { channels: [], next: "" },
];

/** Private channels only where `types` asks for them, on each page anew. */
function paged(asked: Recorded["body"][]): (request: Recorded) => Fate {
  return ({ path, body }) => {
    if (path !== list) return "pass";
    asked.push(body);
    const { cursor = "a", types = "public_channel" } = body as Record<string, string>;
    const page = pages["abcd".indexOf(cursor)] as (typeof pages)[number];
    const channels = page.channels.filter((one) => !one.is_private || types.includes("private_channel"));
    return { status: 200, body: { ok: true, channels, response_metadata: { next_cursor: page.next } } };
  };
}

test("every page repeats the parameters, an empty one is not the end, and the private channel is found", async () => {
  const stage = await onSlack({ "acme.yaml": declared });
  const asked: Recorded["body"][] = [];
  stage.proxy.intercept(paged(asked));
  await stage.expectQuiet();
  expect(stage.proxy.writes()).toEqual([]);
  expect(asked.slice(0, 4).map((body) => (body as { cursor?: string }).cursor)).toEqual([undefined, "b", "c", "d"]);
  for (const body of asked) {
    expect(body).toMatchObject({ types: "public_channel,private_channel", exclude_archived: "false", limit: "200" });
  }
});

describe.each<{ fault: string; page: Fate }>([
  {
    fault: "repeats its cursor",
    page: { status: 200, body: { ok: true, channels: [], response_metadata: { next_cursor: "b" } } },
  },
  { fault: "lacks the list", page: { status: 200, body: { ok: true, response_metadata: { next_cursor: "" } } } },
  { fault: "says invalid_cursor", page: { status: 200, body: { ok: false, error: "invalid_cursor" } } },
  {
    fault: "has a cursor that is no text",
    page: { status: 200, body: { ok: true, channels: [], response_metadata: { next_cursor: 7 } } },
  },
  { fault: "breaks off", page: { truncate: 5 } },
])("a second page that $fault", ({ page }) => {
  test("is a failed read: nothing is planned, and nothing created", async () => {
    const stage = await onSlack({ "acme.yaml": declared });
    const normal = paged([]);
    stage.proxy.intercept((request) =>
      (request.body as { cursor?: string } | undefined)?.cursor === undefined ? normal(request) : page,
    );
    const plan = await stage.plan();
    expect(changesOf(plan)).toEqual([]);
    expect(plan.summary.failed).toBe(1);
    expect((await stage.run("apply --auto-approve")).code).toBe(1);
    expect(stage.proxy.writes()).toEqual([]);
  });
});

test("real pages of the stand-in, however short, end in the same result", async () => {
  const names = Array.from({ length: 7 }, (_, index) => `team-${index}`);
  const manifest = slackManifest(`    channels:\n${names.map((name) => `      - { name: ${name} }\n`).join("")}`);
  for (const pageLimit of [1, 2, 9]) {
    const stage = await onSlack({ "acme.yaml": manifest }, { pageLimit, channels: names.map((name) => ({ name })) });
    await stage.expectQuiet();
    expect(stage.proxy.writes()).toEqual([]);
  }
});
