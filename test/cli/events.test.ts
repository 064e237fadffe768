/** Events on the command line, beside whoever else has the state open. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import type { LastingStore } from "../../src/store/types.ts";
import { deadLetters, newEvent } from "../server/fixture.ts";
import { type Place, place } from "./fixture.ts";

/** A place whose state a controller holds, with two events whose deliveries were given up. */
async function prepared(): Promise<Place & { store: LastingStore }> {
  const here = place();
  const store = await openSqliteStore({ file: join(here.folder, ".plumbline/state.db"), version: "0.1.0" });
  onTestFinished(() => store.close());
  await store.lock({ pid: 7, host: "h", command: "plumbline controller", since: "2026-11-25T12:00:00Z" }, 0);
  await deadLetters(store, [
    newEvent({ id: "guid-1", integration: "default/gh" }),
    newEvent({ id: "guid-2", namespace: "prod", type: "slack.message", source: "/prod/slack", trace: "b".repeat(32) }),
  ]);
  return { ...here, store };
}

/** As a delivery ends whose Integration is suspended. */
async function skipDelivery({ events }: LastingStore, id: string): Promise<void> {
  const now = Date.now();
  await events.replay([id], now);
  await events.claim({ now, limit: 9, worker: "w", until: now + 1e6, passAfter: 1e6 });
  const attempt = { at: now, took: 1, outcome: "skipped", code: "Suspended", message: "suspended" } as const;
  await events.end([{ id, worker: "w", state: "skipped", attempt }]);
}

const items = async (here: Place, line: string) => JSON.parse((await here.run(`${line} -o json`)).stdout).items;

describe("events list", () => {
  test.each([
    ["", ["guid-2", "guid-1"]],
    ["--integration gh", ["guid-1"]],
    ["--integration default/gh", ["guid-1"]],
    ["--type slack.message", ["guid-2"]],
    ["--namespace prod", ["guid-2"]],
    ["--status pending", []],
    ["--status dispatched --limit 1", ["guid-2"]],
    [`--trace ${"b".repeat(32)}`, ["guid-2"]],
  ])("%s holds %j", async (flags, ids) => {
    const found = await items(await prepared(), `events list ${flags}`.trim());
    expect(found.map(({ id }: { id: string }) => id)).toEqual(ids);
  });

  test("holds no message bodies, and makes no state where there is none", async () => {
    const { run } = await prepared();
    expect((await run("events list -o json")).stdout).not.toContain("planted-body");
    const { folder, run: elsewhere } = place();
    expect((await elsewhere("events list")).stderr).toContain("There are no such events.");
    expect(existsSync(join(folder, ".plumbline"))).toBe(false);
  });

  test("--refused lists what was not taken, with the reason, and nothing else", async () => {
    const here = await prepared();
    const refusal = { at: 1000, status: 401, reason: "NotAuthentic", message: "3600 s behind", trace: "a".repeat(32) };
    await here.store.events.refuse([
      { ...refusal, integration: "default/gh", remoteAddress: "203.0.113.9" },
      { ...refusal, integration: "prod/slack", message: "\u001b[31mred" },
      refusal,
    ]);
    const found = (flags: string) => items(here, `events list --refused ${flags}`.trim());
    expect(await found("")).toHaveLength(3);
    expect(await found("--limit 1")).toEqual([{ ...refusal, at: "1970-01-01T00:00:01.000Z" }]);
    expect(await found("--integration gh")).toMatchObject([{ integration: "default/gh", message: "3600 s behind" }]);
    expect(await found("--namespace prod")).toMatchObject([{ integration: "prod/slack" }]);
    const { stdout } = await here.run("events list --refused");
    expect(stdout).toContain("NotAuthentic: 3600 s behind");
    expect(stdout).not.toContain("\u001b");
    const { code, stderr } = await here.run("events list --refused --type x");
    expect([code, stderr]).toEqual([1, expect.stringContaining("--type and --status")]);
  });

  test("names the states that there are", async () => {
    const { code, stderr } = await place().run("events list --status done");
    expect([code, stderr]).toEqual([1, expect.stringContaining("pending, dispatched, failed")]);
  });
});

describe("events show", () => {
  test.each(["1", "guid-1", "0af7651916cd43dd8448eb211c80319c"])(
    "%s: what followed, each attempt, what did not match",
    async (named) => {
      const { run } = await prepared();
      const { code, stdout } = await run(`events show ${named}`);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Event 1 +github\.issues +dispatched\n/);
      expect(stdout).toContain("  note      rule other: type differs\n");
      expect(stdout).toContain("dead  rule r  default/r/1\n");
      expect(stdout).toMatch(/dead after 3 ms +at announce: AUTH: refused\n/);
      expect(stdout).not.toContain("planted-body");
    },
  );

  test("shows the data when it is asked for", async () => {
    const { run } = await prepared();
    expect((await run("events show 1 --data")).stdout).toContain('{"title":"planted-body"}');
    expect(JSON.parse((await run("events show 1 --data -o json")).stdout).event.data).toBe('{"title":"planted-body"}');
  });

  test("asks which one when several sources gave an id", async () => {
    const { run, store } = await prepared();
    await store.events.accept([newEvent({ id: "guid-1", source: "/default/other" })]);
    const { code, stderr } = await run("events show guid-1");
    expect([code, stderr]).toEqual([1, expect.stringContaining("3 (/default/other), 1 (/default/gh)")]);
  });

  test("paints nothing that came from outside", async () => {
    const { run, store } = await prepared();
    await store.events.accept([newEvent({ id: "x\u001b[2J\n::error::y", type: "a\u001bb" })]);
    const { stdout } = await run("events show 3");
    expect(stdout).not.toContain("\u001b");
    expect(stdout).not.toMatch(/^::/m);
  });

  test("says what to do for one that is not there", async () => {
    expect((await place().run("events show 7")).stderr).toContain("plumbline events list");
  });
});

describe("events replay", () => {
  test("brings back a delivery and an event, with audit entries", async () => {
    const { run, store } = await prepared();
    const { code, stdout } = await run("events replay default/r/1 2");
    expect([code, stdout]).toEqual([0, expect.stringContaining("Brought back 1 event and 1 delivery.")]);
    expect((await store.events.delivery("default/r/1"))?.state).toBe("waiting");
    expect((await store.events.event(2))?.state).toBe("pending");
    expect((await store.audit.audit({ limit: 9 })).map(({ action, resourceId }) => [action, resourceId])).toEqual([
      ["delivery.replay", "default/r/1"],
      ["event.replay", "2"],
    ]);
  });

  test.each([
    ["events replay default/r/1 default/r/9", 'no event or delivery "default/r/9"'],
    ["events replay 99", 'no event or delivery "99"'],
    ["events replay", "SEQ|DELIVERY"],
  ])("%s brings nothing back: %s", async (line, says) => {
    const { run, store } = await prepared();
    const { code, stderr } = await run(line);
    expect(stderr).toContain(says);
    expect(code).toBe(1);
    expect((await store.events.delivery("default/r/1"))?.state).toBe("dead");
  });

  test("of what is not dead is refused", async () => {
    const { run } = await prepared();
    await run("events replay default/r/1");
    expect((await run("events replay default/r/1")).stderr).toContain("is waiting; only a dead or skipped one");
  });
});

describe("events dead", () => {
  test("lists what was given up, with the reason", async () => {
    const { run } = await prepared();
    expect((await run("events dead")).stdout).toMatch(/default\/r\/1 +1 +rule default\/r +[\dT:-]+Z +1 +AUTH refused/);
    expect((await run("events dead --namespace none")).stderr).toContain("Nothing was given up.");
  });

  test("--skipped lists what was skipped and nothing else, and with --replay-all brings that back", async () => {
    const here = await prepared();
    const { run, store } = here;
    expect((await run("events dead --skipped")).stderr).toContain("Nothing was skipped.");
    await skipDelivery(store, "default/r/1");
    expect(await items(here, "events dead --skipped")).toMatchObject([{ id: "default/r/1", state: "skipped" }]);
    expect(await items(here, "events dead")).toMatchObject([{ id: "prod/r/2", state: "dead" }]);
    expect((await run("events dead --skipped --replay-all")).stdout).toBe("Brought back 1 delivery.\n");
    const states = (await store.events.deliveries({ limit: 9 })).map(({ state }) => state);
    expect(states).toEqual(["waiting", "dead"]);
  });

  test("--replay-all brings back all, beyond the limit of the list", async () => {
    const { run, store } = await prepared();
    expect((await run("events dead --replay-all --limit 1")).stdout).toBe("Brought back 2 deliveries.\n");
    expect(await store.events.deliveries({ state: "dead", limit: 9 })).toEqual([]);
    expect(await store.audit.audit({ limit: 9 })).toMatchObject([{ action: "delivery.replay", details: { count: 2 } }]);
  });

  test("--replay-all of one namespace leaves the others", async () => {
    const { run, store } = await prepared();
    await run("events dead --replay-all --namespace prod");
    expect((await store.events.deliveries({ state: "dead", limit: 9 })).map(({ id }) => id)).toEqual(["default/r/1"]);
  });
});
