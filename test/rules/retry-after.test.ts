/** E21 for rules: an address that names a date. */
import { expect, test } from "vitest";
import { SchemaChecks } from "../../src/connector-kit/facade/schema-checks.ts";
import type { GuardedAnswer } from "../../src/connector-kit/http/guarded-request.ts";
import { createRulePerformer } from "../../src/rules/performer.ts";
import { createRuleSet } from "../../src/rules/rule-set.ts";
import { followerTo, layer, pass, TRACE, until } from "../events/support.ts";
import { VirtualClock } from "../support/clock.ts";
import { rule, support } from "./fixture.ts";

const HOUR = 3_600_000;

test("E21: with a date an hour ahead nothing is sent before it, the queue shows the next time, and it is sent once", async () => {
  const clock = new VirtualClock({ auto: false });
  const date = Math.ceil(clock.now() / 1000) * 1000 + HOUR;
  const limited = { status: 429, headers: { "retry-after": new Date(date).toUTCString() }, body: "", truncated: false };
  const answers: GuardedAnswer[] = [limited, { ...limited, status: 204, headers: {} }];
  const calls: number[] = [];
  const action = { id: "call", action: "http_request", parameters: { url: "https://hooks.example.com/" } };
  const rules = createRuleSet([support, rule({ actions: [action] })]);
  const performer = createRulePerformer({
    rules: () => rules,
    checks: new SchemaChecks(),
    now: () => clock.now(),
    accept: async () => [],
    sessions: { open: async () => ({ state: "closed", reason: "Suspended", message: "" }) },
    http: {
      async send() {
        calls.push(clock.now());
        return answers.shift() ?? limited;
      },
      close: async () => undefined,
    },
  });
  const { engine, store } = await layer({ clock, followers: [followerTo(["r"])], performers: { rule: performer } });
  engine.start();
  const event = { namespace: "default", source: "/x", id: "1", type: "t", receivedAt: clock.now(), trace: TRACE };
  const events = [{ ...event, hops: 0, attributes: '{"specversion":"1.0"}', data: "{}" }];
  await engine.takeIn(events);
  const waiting = async () => (await store.events.deliveries({ state: "waiting", limit: 2 }))[0];
  await until(async () => (await waiting()) !== undefined);
  expect(await waiting()).toMatchObject({ code: "RATE_LIMITED" });
  expect((await waiting())?.notBefore).toBeGreaterThanOrEqual(date);
  expect((await waiting())?.notBefore).toBeLessThan(date + 5000);
  await pass(clock, HOUR - 60_000, 60_000);
  expect(calls).toHaveLength(1);
  await pass(clock, 2 * 60_000, 10_000);
  await until(async () => (await store.events.deliveries({ state: "done", limit: 2 })).length === 1);
  expect([calls.length, (calls[1] ?? 0) >= date]).toEqual([2, true]);
  await engine.stop(0);
});
