/** E21: a limit that names a date. */
import { expect, test } from "vitest";
import { pass } from "../../events/support.ts";
import { interceptNetwork, nock } from "../../support/intercept.ts";
import { CHAT, stage } from "./stage.ts";

const HOUR = 3_600_000;

interceptNetwork();

test("E21: with a date an hour ahead nothing is called before it, the queue shows the next time, and others go on", async () => {
  const calls: number[] = [];
  const all = await stage({
    routes: { receivers: [{ integration: "chat" }, { integration: "hook" }], throttle: "0s" },
    chats: {
      chat: async (_, http) => {
        calls.push(all.clock.now());
        await http.post("/post", { json: {} });
        return {};
      },
      hook: async (_, http) => {
        await http.post("/other", { json: {} });
        return {};
      },
    },
  });
  const date = all.start + HOUR;
  nock(CHAT)
    .post("/post")
    .reply(429, {}, { "Retry-After": new Date(date).toUTCString() })
    .post("/post")
    .reply(200, {});
  nock(CHAT).persist().post("/other").reply(200, {});
  await all.emit("a");
  // The requests take real time.
  const state = async (to: string) => (await all.store.notices.notices({ receiver: to, limit: 9 }))[0]?.state;
  const until = async (holds: () => Promise<boolean>) => {
    for (let turn = 0; turn < 200 && !(await holds()); turn++) await pass(all.clock, 50, 50);
  };
  await until(async () => (await state("chat")) === "waiting" && (await state("hook")) === "done");
  const [waiting, ...others] = await all.store.events.deliveries({ state: "waiting", limit: 9 });
  expect([waiting?.code, others]).toEqual(["RATE_LIMITED", []]);
  expect(waiting?.notBefore).toBeGreaterThanOrEqual(date);
  expect(waiting?.notBefore).toBeLessThan(date + 60_000);
  await pass(all.clock, HOUR - 60_000, 60_000);
  expect(calls).toHaveLength(1);
  expect(await state("hook")).toBe("done");
  await pass(all.clock, 2 * 60_000, 10_000);
  await until(async () => (await state("chat")) === "done");
  expect([calls.length, calls.slice(1).every((at) => at >= date), await state("chat")]).toEqual([2, true, "done"]);
});
