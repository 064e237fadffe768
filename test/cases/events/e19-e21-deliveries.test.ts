/** E19 to E21: order for each key, a delivery for each receiver, limits that are waited for. */
import { expect, test } from "vitest";
import { events as github } from "../../../src/connectors/github/events.ts";
import type { Performed } from "../../../src/events/types.ts";
import {
  endpointOf,
  followerTo,
  githubRequest,
  layer,
  pass,
  SECRET,
  scriptedPerformer,
  until,
} from "../../events/support.ts";
import { VirtualClock } from "../../support/clock.ts";

const gh = endpointOf("github", "gh", github, { webhookSecret: SECRET });
const limited = (retryAfter: number): Performed => ({
  outcome: "retry",
  code: "RATE_LIMITED",
  message: "ratelimited",
  retryAfter,
});

function issue(number: number, action: string, counter: number) {
  const body = JSON.stringify({ action, counter, issue: { number }, repository: { full_name: "o/r" } });
  return githubRequest(body, { id: `${number}-${action}-${counter}` });
}

test("E19 forty events of an issue are worked in the order of arrival, through a slow one, a refused one and a kill", async () => {
  const clock = new VirtualClock({ auto: false });
  const slow = Promise.withResolvers<void>();
  const answer = async ({ id }: { id: string }): Promise<Performed> => {
    const calls = performer.calls.filter((call) => call.id === id).length;
    if (id === "1:r") await slow.promise;
    return id === "5:r" && calls === 1 ? limited(1000) : { outcome: "done" };
  };
  const performer = scriptedPerformer(clock, answer);
  const parts = { clock, followers: [followerTo(["r"])], performers: { rule: performer } };
  const first = await layer(parts);
  first.engine.start();
  const arrived: string[] = [];
  const send = async (to: typeof first, n: number) => {
    for (const action of ["opened", "labeled"]) {
      await to.receiver.receive(gh, issue(1, action, n));
      arrived.push(`1-${action}-${n}`);
      await clock.advance(5);
    }
  };
  for (let n = 0; n < 10; n++) await send(first, n);
  const before = clock.now();
  await first.receiver.receive(gh, issue(2, "opened", 0));
  await until(() => performer.calls.some(({ event }) => event.startsWith("2-")));
  expect(clock.now() - before).toBeLessThan(1000);
  slow.resolve();
  await pass(clock, 600);
  // As a kill leaves it: nothing is given back, and leases run out by themselves.
  const file = first.store.url.slice("sqlite:".length);
  await first.engine.stop(0);
  const second = await layer({ ...parts, file });
  second.engine.start();
  for (let n = 10; n < 20; n++) await send(second, n);
  await pass(clock, 60_000, 1000);
  await until(async () => (await second.store.events.counts()).waiting === 0);
  await second.engine.stop(0);
  const done = performer.calls.filter(({ event }) => event.startsWith("1-")).map(({ event }) => event);
  expect(done.filter((id, at) => id !== done[at - 1])).toEqual(arrived);
});

test("E20 a receiver that fails repeats nothing elsewhere, also when its dead letter is brought back", async () => {
  const clock = new VirtualClock({ auto: false });
  let works = false;
  const performer = scriptedPerformer(clock, ({ target }) =>
    target === "hook" && !works
      ? { outcome: "retry", code: "UNAVAILABLE", message: "500", maxAttempts: 3 }
      : { outcome: "done" },
  );
  const all = await layer({ clock, followers: [followerTo(["slack", "hook"])], performers: { rule: performer } });
  all.engine.start();
  await all.receiver.receive(gh, issue(1, "opened", 1));
  await pass(clock, 20_000, 500);
  const calls = (target: string) => performer.calls.filter(({ id }) => id.endsWith(`:${target}`)).length;
  expect([calls("slack"), calls("hook")]).toEqual([1, 3]);
  const dead = await all.store.events.deliveries({ state: "dead", limit: 5 });
  expect(dead.map(({ target }) => target)).toEqual(["hook"]);
  works = true;
  expect(
    await all.store.events.replay(
      dead.map(({ id }) => id),
      clock.now(),
    ),
  ).toBe(1);
  await pass(clock, 3000);
  await all.engine.stop(0);
  expect([calls("slack"), calls("hook")]).toEqual([1, 4]);
  expect(await all.store.events.counts()).toMatchObject({ dead: 0, waiting: 0 });
});

test("E21 Retry-After is waited for, however often and however long; nothing is called before, others go on", async () => {
  const clock = new VirtualClock({ auto: false });
  const answers = [limited(3000), limited(3000), limited(60 * 60_000), { outcome: "done" } as const];
  const performer = scriptedPerformer(clock, ({ id }) => {
    if (id !== "1-opened-1:t") return { outcome: "done" };
    return answers[performer.calls.filter(({ id }) => id === "1-opened-1:t").length - 1] as Performed;
  });
  const all = await layer({
    clock,
    followers: [followerTo(["t", "other"])],
    performers: { rule: performer },
    random: () => 0,
  });
  all.engine.start();
  await all.receiver.receive(gh, issue(1, "opened", 1));
  await pass(clock, 10_000, 500);
  const times = () => performer.calls.filter(({ id }) => id === "1-opened-1:t").map(({ at }) => at);
  expect(times()).toHaveLength(3);
  expect(await all.store.events.delivery("1-opened-1:t")).toMatchObject({
    state: "waiting",
    code: "RATE_LIMITED",
    attempts: 3,
  });
  const next = (await all.store.events.delivery("1-opened-1:t"))?.notBefore as number;
  expect(next - (times()[2] as number)).toBeGreaterThanOrEqual(60 * 60_000);
  await all.receiver.receive(gh, issue(2, "opened", 1));
  await pass(clock, 2000);
  expect(performer.calls.filter(({ id }) => id.endsWith(":other"))).toHaveLength(2);
  await pass(clock, 61 * 60_000, 30_000);
  await all.engine.stop(0);
  const [a, b, c, d] = times() as [number, number, number, number];
  expect([b - a, c - b].every((gap) => gap >= 3000)).toBe(true);
  expect(d - c).toBeGreaterThanOrEqual(60 * 60_000);
  expect((await all.store.events.delivery("1-opened-1:t"))?.state).toBe("done");
});
