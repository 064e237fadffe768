/** Whose a thing is: manifests that are split, that disappear, and credentials that lead elsewhere. */
import { expect, test } from "vitest";
import { changesOf, slackPlace } from "./place.ts";

test("a manifest split in two moves its entries and removes nothing", async () => {
  const place = await slackPlace(["channels.yaml"]);
  await place.apply();
  place.proxy.reset();
  place.replace("channels.yaml", "channels-split.yaml");
  expect(changesOf(await place.plan())).toEqual([]);
  await place.apply();
  expect(place.proxy.writes()).toEqual([]);
  expect(await place.inventory()).toEqual([
    "default/chat channels/incidents",
    "default/product-chat channels/design",
    "default/product-chat channels/releases",
  ]);
  await place.expectQuiet();
  place.replace("channels.yaml", "channels.yaml");
  await place.apply();
  expect(place.proxy.writes()).toEqual([]);
  expect((await place.inventory()).every((line) => line.startsWith("default/chat "))).toBe(true);
});

test("the half of a split manifest that is applied alone first removes nothing", async () => {
  const place = await slackPlace(["channels.yaml"]);
  await place.apply();
  place.proxy.reset();
  place.replace("channels.yaml", "channels-split.yaml");
  await place.apply("--only chat");
  await place.apply("--only product-chat");
  expect(place.proxy.writes()).toEqual([]);
  expect(await place.inventory()).toEqual([
    "default/chat channels/incidents",
    "default/product-chat channels/design",
    "default/product-chat channels/releases",
  ]);
});

test("an Integration that disappears removes nothing, and `get` still tells of it", async () => {
  const place = await slackPlace(["channels.yaml", "observed.yaml"]);
  place.edit("observed.yaml", "name: chat", "name: watch");
  place.edit("observed.yaml", /resources:[\s\S]*/, "resources: {}\n");
  await place.apply();
  place.proxy.reset();
  place.replace("channels.yaml", "observed.yaml");
  place.edit("channels.yaml", "name: chat", "name: other");
  place.edit("channels.yaml", /resources:[\s\S]*/, "resources: {}\n");
  await place.apply();
  expect(place.proxy.writes()).toEqual([]);
  const { stdout } = await place.run("get");
  expect(stdout).toMatch(/Integration +chat .*undeclared, owns 3: plumbline forget chat/);
  expect(await place.inventory()).toHaveLength(3);
});

test("a token of another workspace stops with SystemChanged until it is accepted", async () => {
  const place = await slackPlace(["channels.yaml"]);
  await place.apply();
  const before = await place.inventory();
  place.proxy.reset();
  const other = {
    ok: true,
    team_id: "T000000002",
    team: "Other",
    user_id: place.slack.botUserId,
    bot_id: "B0BOT00001",
  };
  place.proxy.intercept(({ path }) => (path === "/api/auth.test" ? { status: 200, body: other } : "pass"));
  place.edit("channels.yaml", "Sev 1 and 2", "Sev 1 to 3");

  const plan = await place.run("plan");
  expect(plan.stdout).toContain("× SystemChanged: The credential leads to slack/");
  expect(plan.stdout).toMatch(/apply with\s+--accept-system\./);
  expect(plan.code).toBe(1);
  const refused = await place.run("apply --auto-approve");
  expect(refused.code).toBe(1);
  expect(place.proxy.requests.every(({ path }) => path === "/api/auth.test")).toBe(true);
  const conditions = JSON.parse((await place.run("get -o json")).stdout).items[0].conditions;
  expect(conditions).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ type: "Stalled", status: "True", reason: "SystemChanged" }),
      expect.objectContaining({ type: "Ready", status: "False", reason: "SystemChanged" }),
    ]),
  );
  expect(await place.inventory()).toEqual(before);

  await place.apply("--accept-system");
  expect(await place.slack.channel("incidents")).toMatchObject({ topic: { value: "Sev 1 to 3" } });
  expect(await place.slack.channel("releases")).toMatchObject({ is_archived: false });
  await place.expectQuiet();
});
