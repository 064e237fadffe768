/**
 * A process is killed between any two of its steps, and another one goes on over the same database: each event is told,
 * none under two keys, and what was sent twice is marked in history.
 *
 * A step is a write to the store, or a notification that is sent. The process ends after a step took effect and before it
 * knew, which is also before the next one. Claims that find nothing are no steps.
 */
import { expect, test } from "vitest";
import type { NotificationRoute } from "../../../src/api/notification-route.ts";
import type { EventStore } from "../../../src/store/event-types.ts";
import type { NoticeStore } from "../../../src/store/notice-types.ts";
import type { LastingStore } from "../../../src/store/types.ts";
import { lastingStore, pass } from "../../events/support.ts";
import { VirtualClock } from "../../support/clock.ts";
import { type Chat, type Sent, stage } from "./stage.ts";

const routes: NotificationRoute["spec"] = {
  ...{ receivers: [{ integration: "chat" }], groupInterval: "1s", throttle: "1s" },
};

/** A process that ends at its n-th step; afterwards nothing it does has any effect. */
class Mortal {
  steps: string[] = [];
  #isDead = false;
  readonly #at: number;

  /** @param at from 1; 0: it lives. */
  constructor(at: number) {
    this.#at = at;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  async step<T>(name: string, act: () => Promise<T>): Promise<T> {
    this.#mustLive();
    const dies = this.steps.push(name) === this.#at;
    const done = await act();
    if (dies) this.#die();
    this.#mustLive();
    return done;
  }

  /** A step where it found something. */
  async claim<T extends { deliveries: readonly unknown[] }>(act: () => Promise<T>): Promise<T> {
    this.#mustLive();
    const found = await act();
    this.#mustLive();
    if (found.deliveries.length > 0 && this.steps.push("claim") === this.#at) this.#die();
    return found;
  }

  over(store: LastingStore): LastingStore {
    const { events, notices } = store;
    return {
      ...store,
      events: {
        ...events,
        ...this.#wrap(events, ["accept", "dispatch", "renew", "end"]),
        claim: (claim) => this.claim(() => events.claim(claim)),
      },
      notices: { ...notices, ...this.#wrap(notices, ["takeOver", "told"]) },
    };
  }

  #wrap<S extends EventStore | NoticeStore, K extends keyof S & string>(store: S, names: readonly K[]): Partial<S> {
    const wrapped = names.map((name) => {
      const call = store[name] as (...given: unknown[]) => Promise<unknown>;
      return [name, (...given: unknown[]) => this.step(name, () => call(...given))];
    });
    return Object.fromEntries(wrapped) as Partial<S>;
  }

  #die(): never {
    this.#isDead = true;
    throw new Error("The process was killed.");
  }

  #mustLive(): void {
    if (this.#isDead) throw new Error("The process was killed.");
  }
}

/** What a chat got, whoever sent it, and a process whose messages get there. */
function receiver(log: Sent[], process: Mortal): Chat {
  return (sent) =>
    process.step("send", async () => {
      log.push(sent);
      return {};
    });
}

/** Two events come, the sender of each comes again until it is taken in; the first process ends at a step. */
async function played(at: number) {
  const clock = new VirtualClock({ auto: false });
  const store = await lastingStore(clock);
  const received: Sent[] = [];
  const mortal = new Mortal(at);
  const first = await stage({ routes, clock, store: mortal.over(store), chats: { chat: receiver(received, mortal) } });
  const isTaken = async (id: string) =>
    first
      .emit(id)
      .then(() => true)
      .catch(() => false);
  const again: string[] = [];
  for (const id of ["a", "b"]) {
    if (!(await isTaken(id))) again.push(id);
    await pass(clock, 500, 500);
  }
  if (!mortal.isDead) await pass(clock, 2000, 500);
  await first.stop();
  const immortal = new Mortal(0);
  const second = await stage({ routes, clock, store, chats: { chat: receiver(received, immortal) } });
  for (const id of again) await second.emit(id);
  // A lease of the first one, and then the longest wait of the route.
  await clock.advance(31_000);
  await pass(clock, 3000, 1000);
  await second.stop();
  return { steps: mortal.steps, isDead: mortal.isDead, received, notices: await store.notices.notices({ limit: 99 }) };
}

/** @returns whether something was sent twice. */
async function holdsAfter(at: number): Promise<boolean> {
  const { received, notices, steps } = await played(at);
  const place = `killed after step ${at}, ${steps[at - 1]}`;
  const keys = Map.groupBy(received, ({ run }) => run.key);
  const told = [...keys.values()].flatMap(([sent]) => [...(sent?.events ?? [])]);
  expect(told.sort(), place).toEqual(["a", "b"]);
  const repeats = [...keys].filter(([, sends]) => sends.length > 1).map(([key]) => key);
  const lines = notices.filter(({ kind }) => kind === "notify");
  expect(
    lines.map(({ state }) => state),
    place,
  ).toEqual(lines.map(() => "done"));
  const marked = lines.filter(({ resent }) => resent !== undefined).map(({ delivery }) => delivery);
  expect(marked, place).toEqual(expect.arrayContaining(repeats));
  expect(marked.length, place).toBeLessThanOrEqual(1);
  return repeats.length > 0;
}

test("killed between any two steps, each event is told under one key, and what came twice is marked in history", async () => {
  const { steps, isDead, received } = await played(0);
  expect([isDead, received.length]).toEqual([false, 2]);
  expect(new Set(steps)).toEqual(new Set(["takeOver", "accept", "dispatch", "claim", "send", "told", "end"]));
  const repeats: string[] = [];
  for (const [index, name] of steps.entries()) if (await holdsAfter(index + 1)) repeats.push(name);
  // It was sent, and nothing on record says so.
  expect(repeats).toContain("send");
  expect(repeats).not.toContain("told");
});
