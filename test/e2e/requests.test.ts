/** How often the systems are asked, counted by a proxy before them. */
import { expect, test } from "vitest";
import { slackPlace } from "./place.ts";

/** Channels in a page, as the connector asks for them. */
const PAGE = 200;

test("a pass over 500 unchanged Slack channels takes a request a page and two more, and writes nothing", async () => {
  const channels = Array.from({ length: 500 }, (_, index) => ({ name: `team-${index}`, topic: `Team ${index}` }));
  const entries = channels.map(({ name, topic }) => `      - { name: ${name}, topic: ${topic} }`).join("\n");
  const place = await slackPlace(["channels.yaml"], { channels });
  place.edit("channels.yaml", / {6}- name: incidents[\s\S]*/, `${entries}\n`);
  await place.apply();
  const state = await place.state();
  place.proxy.reset();
  await place.expectQuiet();
  expect(place.proxy.requests.length).toBeLessThanOrEqual(Math.ceil(500 / PAGE) + 2);
  place.proxy.reset();
  const { stdout } = await place.apply();
  expect(stdout).toContain("500 things are as declared");
  expect(place.proxy.requests.length).toBeLessThanOrEqual(Math.ceil(500 / PAGE) + 2);
  expect(place.proxy.writes()).toEqual([]);
  expect(await place.state()).toEqual(state);
});
