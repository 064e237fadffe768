import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { nextInterval, nextTry } from "../../src/controller/backoff.ts";
import { createScheduler, type Ran, type Scheduler } from "../../src/controller/scheduler.ts";
import { silentLog } from "../../src/events/log.ts";
import { VirtualClock } from "../support/clock.ts";
import { acme, manifestsIn } from "../support/engine.ts";

const MINUTE = 60_000;
const done: Ran = { end: { end: "done" }, system: "fake/memory:/S1" };

interface Stage {
  clock: VirtualClock;
  scheduler: Scheduler;
  /** `owner@seconds` of each pass that began. */
  began: string[];
  waiting: string[];
  /** How the next passes of an owner end; `done` where nothing is said. */
  ends: Map<string, Ran | Error>;
  /** Ends a pass that `hold` kept. */
  release(owner: string): void;
  hold(owner: string): void;
  most: number;
}

function stage(concurrency = 8): Stage {
  const clock = new VirtualClock({ auto: false });
  const held = new Map<string, PromiseWithResolvers<void>>();
  let running = 0;
  const it: Stage = {
    clock,
    began: [],
    waiting: [],
    ends: new Map(),
    most: 0,
    hold: (owner) => void held.set(owner, Promise.withResolvers<void>()),
    release: (owner) => {
      held.get(owner)?.resolve();
      held.delete(owner);
    },
    scheduler: createScheduler({
      clock,
      random: () => 0.5,
      log: silentLog,
      concurrency,
      milliseconds: (text) => Number.parseInt(text, 10) * (text.endsWith("m") ? MINUTE : 1000),
      async run(owner) {
        it.began.push(`${owner.replace("default/", "")}@${clock.monotonic() / 1000}`);
        it.most = Math.max(it.most, ++running);
        await held.get(owner)?.promise;
        running -= 1;
        const end = it.ends.get(owner) ?? { ...done, system: `fake/memory:/${owner}` };
        if (end instanceof Error) throw end;
        return end;
      },
      onWaiting: async (manifest, dependency) => {
        it.waiting.push(`${manifest.object.metadata.name} waits for ${dependency}`);
      },
    }),
  };
  it.scheduler.start();
  onTestFinished(async () => {
    for (const owner of [...held.keys()]) it.release(owner);
    await it.scheduler.stop();
  });
  return it;
}

const named = (name: string, spec = "interval: 10m", platform = name) =>
  manifestsIn(acme(spec, name).replace("platform: fake", `platform: ${platform}`));

const again = (retryAfter?: number): Ran => ({
  end: { end: "again", reason: "TIMEOUT", message: "", ...(retryAfter === undefined ? {} : { retryAfter }) },
});

test("an Integration is reconciled at the start and then at its interval", async () => {
  const { scheduler, clock, began } = stage();
  scheduler.update(named("a", "interval: 10m"));
  await clock.advance(25 * MINUTE);
  expect(began).toEqual(["a@0", "a@600", "a@1200"]);
});

test("where no interval is stated it is ten minutes, as the schema documents", async () => {
  const { scheduler, clock, began } = stage();
  scheduler.update(named("a", "suspend: false"));
  await clock.advance(11 * MINUTE);
  expect(began).toEqual(["a@0", "a@600"]);
});

test("a changed manifest is reconciled at once, an unchanged one is not, and one that is gone no more", async () => {
  const { scheduler, clock, began } = stage();
  scheduler.update([...named("a"), ...named("b")]);
  await clock.advance(MINUTE);
  scheduler.update([...named("a", "interval: 5m"), ...named("b")]);
  await clock.advance(MINUTE);
  scheduler.update(named("b"));
  await clock.advance(9 * MINUTE);
  expect(began).toEqual(["a@0", "b@0", "a@60", "b@600"]);
});

test("a manifest that changes during its pass is reconciled again right after it, and never beside it", async () => {
  const { scheduler, clock, began, hold, release } = stage();
  hold("default/a");
  scheduler.update(named("a"));
  await clock.advance(1000);
  scheduler.update(named("a", "interval: 5m"));
  await clock.advance(1000);
  expect(began).toEqual(["a@0"]);
  release("default/a");
  await clock.advance(1000);
  expect(began).toEqual(["a@0", "a@2"]);
});

test("somebody who asks during a pass gets another one right after it", async () => {
  const { scheduler, clock, began, hold, release } = stage();
  hold("default/a");
  scheduler.update(named("a"));
  await clock.advance(1000);
  scheduler.reconcile("default/a");
  await clock.advance(1000);
  expect(began).toEqual(["a@0"]);
  release("default/a");
  await clock.advance(1000);
  expect(began).toEqual(["a@0", "a@2"]);
});

test("a dependency that fails with the manifest that it was ready with is waited for again", async () => {
  const { scheduler, clock, began, ends } = stage();
  scheduler.update([...named("top", "dependsOn: [base]\ninterval: 10m"), ...named("base", "interval: 1m")]);
  await clock.advance(30_000);
  ends.set("default/base", { end: { end: "stalled", reason: "AUTH", message: "" } });
  await clock.advance(12 * MINUTE);
  expect(began.filter((one) => one.startsWith("top"))).toEqual(["top@0"]);
  ends.delete("default/base");
  await clock.advance(MINUTE);
  expect(began.filter((one) => one.startsWith("top"))).toHaveLength(2);
});

test("somebody who asks gets a pass at once, also after a failure, and is told when there is no such Integration", async () => {
  const { scheduler, clock, began, ends } = stage();
  ends.set("default/a", again());
  scheduler.update(named("a"));
  await clock.advance(1000);
  expect([scheduler.reconcile("default/a"), scheduler.reconcile("default/none")]).toEqual([true, false]);
  await clock.advance(0);
  expect(began).toEqual(["a@0", "a@1"]);
});

test("a failure that may be over comes again soon, later each time, and what throws counts as one", async () => {
  const { scheduler, clock, began, ends } = stage();
  ends.set("default/a", again());
  ends.set("default/b", new Error("lost"));
  scheduler.update([...named("a"), ...named("b")]);
  await clock.advance(40_000);
  expect(began.filter((one) => one.startsWith("a"))).toEqual(["a@0", "a@3.75", "a@11.25", "a@26.25"]);
  expect(began.filter((one) => one.startsWith("b"))).toHaveLength(4);
  ends.delete("default/a");
  await clock.advance(12 * MINUTE);
  expect(began.filter((one) => one.startsWith("a")).slice(4)).toEqual(["a@56.25", "a@656.25"]);
});

test("a system that says when to come back is not asked sooner", async () => {
  const { scheduler, clock, began, ends } = stage();
  ends.set("default/a", again(90_000));
  scheduler.update(named("a"));
  await clock.advance(100_000);
  expect(began).toEqual(["a@0", "a@90"]);
});

test("what needs a person is not tried more often than its interval", async () => {
  const { scheduler, clock, began, ends } = stage();
  ends.set("default/a", { end: { end: "stalled", reason: "AUTH", message: "" } });
  scheduler.update(named("a"));
  await clock.advance(15 * MINUTE);
  expect(began).toEqual(["a@0", "a@600"]);
});

test("an Integration waits for what it depends on, and runs as soon as that is ready", async () => {
  const { scheduler, clock, began, waiting, ends } = stage();
  ends.set("default/base", again());
  scheduler.update([...named("top", "dependsOn: [base]"), ...named("base")]);
  await clock.advance(3000);
  expect(began).toEqual(["base@0"]);
  ends.delete("default/base");
  await clock.advance(2000);
  expect(began).toEqual(["base@0", "base@3.75", "top@3.75"]);
  expect(waiting).toEqual(["top waits for default/base"]);
});

test("a dependency whose manifest changed has to be ready with the new one first", async () => {
  const { scheduler, clock, began, hold, release } = stage();
  scheduler.update([...named("top", "dependsOn: [base]"), ...named("base")]);
  await clock.advance(1000);
  hold("default/base");
  scheduler.update([...named("top", "dependsOn: [base]\ninterval: 1m"), ...named("base", "interval: 1m")]);
  await clock.advance(1000);
  expect(began.slice(2)).toEqual(["base@1"]);
  release("default/base");
  await clock.advance(1000);
  expect(began.slice(2)).toEqual(["base@1", "top@2"]);
});

test("different systems run side by side up to the bound, and two Integrations of one system never", async () => {
  const many = stage(3);
  const names = ["a", "b", "c", "d", "e"];
  for (const name of names) many.hold(`default/${name}`);
  many.scheduler.update(names.flatMap((name) => named(name)));
  await many.clock.advance(1000);
  expect([many.began.length, many.most]).toEqual([3, 3]);

  const one = stage();
  for (const name of ["a", "b"]) {
    one.hold(`default/${name}`);
    one.ends.set(`default/${name}`, done);
  }
  one.scheduler.update([...named("a", "interval: 1m", "fake"), ...named("b", "interval: 1m", "fake")]);
  await one.clock.advance(1000);
  expect(one.began).toEqual(["a@0"]);
  one.release("default/a");
  await one.clock.advance(1000);
  expect([one.began, one.most]).toEqual([["a@0", "b@1"], 1]);
});

test("stopping starts nothing more and ends when the passes under way have ended", async () => {
  const { scheduler, clock, began, hold, release } = stage();
  hold("default/a");
  scheduler.update(named("a"));
  await clock.advance(0);
  let ended = false;
  const stopped = scheduler.stop().then(() => {
    ended = true;
  });
  scheduler.update([...named("a"), ...named("b")]);
  await clock.advance(1000);
  expect([began, ended]).toEqual([["a@0"], false]);
  release("default/a");
  await stopped;
  expect(began).toEqual(["a@0"]);
});

test("it tells how many have not had a pass yet", async () => {
  const { scheduler, clock, hold, release } = stage();
  hold("default/a");
  scheduler.update([...named("a"), ...named("b")]);
  await clock.advance(0);
  expect(scheduler.unseen()).toBe(1);
  release("default/a");
  await clock.advance(0);
  expect(scheduler.unseen()).toBe(0);
});

test("waits lie where their documentation says", () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const interval = fc.integer({ min: 1000, max: 100 * MINUTE });
  fc.assert(
    fc.property(interval, random, (length, chance) => {
      const wait = nextInterval(length, chance);
      expect(wait).toBeGreaterThanOrEqual(Math.floor(length * 0.9));
      expect(wait).toBeLessThanOrEqual(Math.ceil(length * 1.1));
    }),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2000 }),
      interval,
      random,
      fc.nat(MINUTE),
      (failures, length, chance, asked) => {
        const wait = nextTry(failures, length, chance, asked);
        expect(wait).toBeGreaterThanOrEqual(Math.max(2500, asked));
        expect(wait).toBeLessThanOrEqual(Math.max(15 * MINUTE, asked));
      },
    ),
  );
});
