/** E19 to E21 through the whole program, against stand-ins that are slow, limit and fail; and following a trace. */
import { setTimeout as pause } from "node:timers/promises";
import { fetch } from "undici";
import { expect, test } from "vitest";
import { announce, field, issue, rule, send, until } from "../support/field.ts";
import { json } from "../support/loopback.ts";

const limited = (retryAfter: string) => ({
  ...json(429, { ok: false, error: "ratelimited" }),
  headers: { "content-type": "application/json", "retry-after": retryAfter },
});

/** What one sees who counts a message that was sent again right after itself once. */
const inOrder = (texts: readonly (string | null)[]) => texts.filter((text, at) => text !== texts[at - 1]);

test("E19: forty events of an issue are done in the order of arrival through a slow one, a refused one and kill -9; another issue does not wait", async () => {
  const it = await field({
    rules: rule("r", announce("{{issue.number}} {{action}} {{counter}}")),
    slack: async (_, nth) => {
      if (nth === 0) await pause(500);
      return nth === 5 ? limited("1") : undefined;
    },
  });
  const first = await it.start();
  const arrived: string[] = [];
  const pair = async (address: string, counter: number) => {
    for (const action of ["opened", "labeled"]) {
      const body = JSON.stringify({ action, counter, issue: { number: 1 }, repository: { full_name: "o/r" } });
      expect((await send(address, body, { id: `1-${action}-${counter}` })).status).toBe(200);
      arrived.push(`1 ${action} ${counter}`);
      await pause(5);
    }
  };
  const own = () => it.texts().filter((text) => text?.startsWith("1 "));
  for (let counter = 0; counter < 10; counter++) await pair(first.address, counter);
  const other = JSON.stringify({
    action: "opened",
    counter: 0,
    issue: { number: 2 },
    repository: { full_name: "o/r" },
  });
  await send(first.address, other, { id: "2-opened" });
  await until(it.texts, (texts) => texts.includes("2 opened 0"));
  await until(own, (texts) => texts.length > 8);
  first.signal("SIGKILL");
  await first.ended;
  const second = await it.start();
  for (let counter = 10; counter < 20; counter++) await pair(second.address, counter);
  await until(own, (texts) => texts.includes("1 labeled 19"));
  expect(inOrder(own())).toEqual(arrived);
  // It came after twenty of the other issue, whose first was slow, and did not wait for them.
  expect(it.texts().indexOf("2 opened 0")).toBeLessThan(it.texts().indexOf("1 labeled 9"));
});

test("E20: while one receiver fails, the other has its message once; replaying the dead letter reaches the failed one only", async () => {
  let works = false;
  const it = await field({
    rules:
      rule("to-slack", announce("{{issue.title}}")) +
      rule(
        "to-hook",
        `{ integration: hook, action: send, parameters: { body: { t: "{{issue.title}}" } }, retry: { maxAttempts: 1 } }`,
      ) +
      rule(
        "to-both",
        `${announce("both: {{issue.title}}")}, { id: second, integration: hook, action: send, parameters: { body: { both: "{{issue.title}}" } }, retry: { maxAttempts: 1 } }`,
      ),
    // The one is tried again within the call, the other is final; together they are not enough for the hook to rest.
    hook: async ({ body }) => (works ? undefined : json(body.includes("both") ? 400 : 500, {})),
  });
  const controller = await it.start();
  await send(controller.address, issue(1, "x"), { id: "d1" });
  const dead = await until(
    () => it.items("events dead"),
    (items) => items.length === 2,
  );
  expect(dead.map(({ target }) => target).sort()).toEqual(["to-both", "to-hook"]);
  expect(it.texts().sort()).toEqual(["both: x", "x"]);
  const before = it.hook.log.length;
  works = true;
  const { id } = dead.find(({ target }) => target === "to-hook") as { id: string };
  expect((await it.run(`events replay ${id}`)).code).toBe(0);
  await until(
    () => it.hook.log.length,
    (count) => count === before + 1,
  );
  expect((await it.run("events dead --replay-all")).code).toBe(0);
  await until(
    () => it.hook.log.length,
    (count) => count === before + 2,
  );
  await until(
    () => it.items("events dead"),
    (items) => items.length === 0,
  );
  expect(it.hook.log.slice(before).map(({ body }) => JSON.parse(body))).toEqual([{ t: "x" }, { both: "x" }]);
  expect(it.texts().sort()).toEqual(["both: x", "x"]);
  const told = await it.items("events list --type plumbline.delivery.dead");
  expect(told).toHaveLength(2);
});

test("E21: Retry-After is waited for twice, one message is there, and calls of other methods go on meanwhile", async () => {
  const it = await field({ slack: async (_, nth) => (nth < 2 ? limited("3") : undefined) });
  const { address } = await it.start();
  await send(address, issue(1, "x"), { id: "d1" });
  await until(it.messages, (messages) => messages.length === 1);
  const test = await fetch(`${address}/api/integrations/acme-slack/test`, { method: "POST" });
  expect(await test.json()).toMatchObject({ ok: true });
  expect(it.messages()).toHaveLength(1);
  const [a, b, c] = await until(it.messages, (messages) => messages.length === 3);
  expect(Math.min((b?.at ?? 0) - (a?.at ?? 0), (c?.at ?? 0) - (b?.at ?? 0))).toBeGreaterThanOrEqual(3000);
  await until(
    async () => (await it.items("events list --type github.issues"))[0]?.seq,
    (seq) => seq !== undefined,
  );
  const { items } = (await (await fetch(`${address}/api/deliveries?state=done`)).json()) as { items: unknown[] };
  expect(items).toHaveLength(1);
  expect(it.messages()).toHaveLength(3);
});

test("E21: with a date an hour ahead nothing is called before it, the queue shows the next time, and others go on", async () => {
  const date = new Date(Date.now() + 3600_000).toUTCString();
  const it = await field({
    rules:
      rule("r", announce("{{issue.title}}")) +
      rule("h", `{ integration: hook, action: send, parameters: { body: "{{issue.title}}" } }`),
    slack: async () => limited(date),
  });
  const { address } = await it.start();
  await send(address, issue(1, "x"), { id: "d1" });
  const waits = async () => {
    const { items } = (await (await fetch(`${address}/api/deliveries?state=waiting`)).json()) as {
      items: { code?: string; notBefore: string; id: string }[];
    };
    return items;
  };
  const [waiting] = await until(waits, (items) => items[0]?.code !== undefined);
  expect(waiting?.code).toBe("RATE_LIMITED");
  expect(Date.parse(String(waiting?.notBefore))).toBeGreaterThanOrEqual(Date.parse(date));
  expect((await it.run("events show d1")).stdout).toContain(`next at ${String(waiting?.notBefore).slice(0, 16)}`);
  await send(address, issue(2, "y"), { id: "d2" });
  await until(
    () => it.hook.log.filter(({ body }) => body === '"y"').length,
    (count) => count === 1,
  );
  expect(it.messages()).toHaveLength(1);
});

test("one event is followed from its webhook to the delivery by one trace, in the log, the API and events show", async () => {
  const it = await field();
  const controller = await it.start();
  const given = "4bf92f3577b34da6a3ce929d0e0e4736";
  const headers = { traceparent: `00-${given}-00f067aa0ba902b7-01` };
  const { trace } = await send(controller.address, issue(1, "x"), { id: "d1", headers });
  expect(trace).toBe(given);
  const line = await controller.line(({ message }) => message === "delivered");
  expect(line).toMatchObject({ trace: given, seq: 1, type: "github.issues", integration: "default/gh" });
  const { items } = (await (await fetch(`${controller.address}/api/events?trace=${given}`)).json()) as {
    items: { id: string; seq: number }[];
  };
  expect(items.map(({ id }) => id)).toEqual(["d1"]);
  const shown = await (await fetch(`${controller.address}/api/events/${items[0]?.seq}`)).json();
  expect(shown).toMatchObject({ event: { trace: given }, deliveries: [{ state: "done", trace: given }] });
  const { code, stdout } = await it.run(`events show ${given}`);
  expect(code).toBe(0);
  expect(stdout).toContain(given);
  expect(stdout).toMatch(/done {2}rule r/);
});
