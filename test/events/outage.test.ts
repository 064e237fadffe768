/** A receiver that is down for an hour: nothing is given up, nothing is lost, and each subject keeps its order. */
import { expect, test } from "vitest";
import { events as github } from "../../src/connectors/github/events.ts";
import type { Performed } from "../../src/events/types.ts";
import { StoreError } from "../../src/store/types.ts";
import { VirtualClock } from "../support/clock.ts";
import { endpointOf, followerTo, githubRequest, layer, pass, SECRET, scriptedPerformer } from "./support.ts";

const MINUTE = 60_000;
const gh = endpointOf("github", "gh", github, { webhookSecret: SECRET });
const down: Performed = { outcome: "retry", code: "UNAVAILABLE", message: "connection refused" };

function issue(number: number, nth: number) {
  const body = JSON.stringify({ action: "opened", nth, issue: { number }, repository: { full_name: "o/r" } });
  return githubRequest(body, { id: `${number}-${nth}` });
}

test("after an hour without its receiver every event is delivered once, under one id, and no attempt was made without a wait", async () => {
  const clock = new VirtualClock({ auto: false });
  const upAt = clock.now() + 60 * MINUTE;
  const performer = scriptedPerformer(clock, () => (clock.now() < upAt ? down : { outcome: "done" }));
  const all = await layer({
    clock,
    followers: [followerTo(["r"])],
    performers: { rule: performer },
    random: () => 0.9,
  });
  all.engine.start();
  const sent: string[] = [];
  for (let nth = 0; nth < 6; nth++) {
    for (const number of [1, 2, 3]) {
      const { status } = await all.receiver.receive(gh, issue(number, nth));
      expect(status).toBe(200);
      sent.push(`${number}-${nth}`);
    }
    await pass(clock, 10 * MINUTE, 20_000);
  }
  await pass(clock, 40 * MINUTE, 60_000);
  await all.engine.stop(0);
  expect(await all.store.events.counts()).toMatchObject({ pending: 0, waiting: 0, running: 0, dead: 0 });
  const delivered = performer.calls.filter(({ at }) => at >= upAt).map(({ event }) => event);
  expect(delivered.toSorted()).toEqual(sent.toSorted());
  const idsOf = (event: string) => new Set(performer.calls.filter((call) => call.event === event).map(({ id }) => id));
  expect(sent.map((event) => idsOf(event).size)).toEqual(sent.map(() => 1));
  // 2, 4, 8 … s: an hour takes eleven waits, and never a storm of attempts.
  const most = Math.max(...sent.map((event) => performer.calls.filter((call) => call.event === event).length));
  expect(most).toBeLessThan(14);
}, 60_000);

test("a delivery that was done while nothing could be written is recorded later, and not done again", async () => {
  const clock = new VirtualClock({ auto: false });
  const performer = scriptedPerformer(clock);
  const all = await layer({ clock, followers: [followerTo(["r"])], performers: { rule: performer } });
  const { end } = all.store.events;
  const fullUntil = clock.now() + 10_000;
  all.store.events.end = async (ends) => {
    if (clock.now() < fullUntil) throw new StoreError("Full", "The disk is full.");
    await end(ends);
  };
  all.engine.start();
  await all.receiver.receive(gh, issue(1, 1));
  await pass(clock, 60_000, 500);
  expect(await all.store.events.counts()).toMatchObject({ pending: 0, waiting: 0, running: 0, dead: 0 });
  await all.engine.stop(0);
  expect(performer.calls).toHaveLength(1);
  expect(all.log.lines.filter(({ level }) => level === "error")).toMatchObject([
    { message: "not recorded yet: The disk is full." },
  ]);
});
