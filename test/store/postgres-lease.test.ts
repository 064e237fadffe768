/** Opening PostgreSQL by its address, and the lease that stands for a lock there. */
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { openLastingStore, openStore, type Store, type StoreClock } from "../../src/store/index.ts";
import { inspectState } from "../../src/store/inspect.ts";
import { LEASE, RENEW_DEADLINE, RENEW_EVERY } from "../../src/store/postgres/lease.ts";
import { startPostgres } from "../support/postgres.ts";
import { entry, holder, START, SYSTEM, temporaryFolder, VERSION } from "./support.ts";

const server = await startPostgres();

/** Time that the test moves; what is to run each so often runs when it says. */
function movedClock() {
  let elapsed = 0;
  const repeated = new Set<() => void>();
  const clock: StoreClock = {
    now: () => START + elapsed,
    monotonic: () => elapsed,
    sleep: async (milliseconds) => {
      elapsed += milliseconds;
    },
    every(_, run) {
      repeated.add(run);
      return () => repeated.delete(run);
    },
  };
  return {
    clock,
    pass: (milliseconds: number) => {
      elapsed += milliseconds;
    },
    tick: () => {
      for (const run of repeated) run();
    },
    ticking: () => repeated.size,
  };
}

async function open(url: string, mode: "read" | "write", clock?: StoreClock): Promise<Store> {
  const store = await openStore(url, {
    mode,
    folder: await temporaryFolder(),
    version: VERSION,
    ...(clock ? { clock } : {}),
  });
  onTestFinished(() => store.close());
  return store;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows;
}

/** Resolves when a renewal that was begun has reached the server. */
async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !holds(); turn++) await new Promise((resolve) => setTimeout(resolve, 2));
  expect(holds()).toBe(true);
}

test("what is written through an address is read through it, and the address shows no password", async () => {
  const url = await server.database();
  const writer = await open(url, "write");
  await writer.update(SYSTEM, { put: [entry("channels", "a")] });
  const reader = await open(url.replace("postgres:", "postgresql:"), "read");
  expect((await reader.system(SYSTEM))?.inventory).toHaveLength(1);
  await expect(reader.update(SYSTEM, {})).rejects.toMatchObject({ code: "Unwritable" });
  expect(writer.url).toMatch(/^postgres:\/\/plumbline@127\.0\.0\.1:\d+\/postgres$/);
});

test("reading an empty database gives an empty state, and makes no tables", async () => {
  const url = await server.database();
  const store = await open(url, "read");
  expect(await store.systems()).toEqual([]);
  expect(store.url).not.toContain("secret");
  const lasting = await openLastingStore(url, { mode: "read", folder: await temporaryFolder(), version: VERSION });
  onTestFinished(() => lasting.close());
  expect(await lasting.events.events({ limit: 1 })).toEqual([]);
  expect(await query(url, "select 1 from information_schema.tables where table_schema = current_schema()")).toEqual([]);
});

test("the server itself refuses what a reader would write", async () => {
  const url = await server.database();
  await open(url, "write");
  const reader = await openLastingStore(url, { mode: "read", folder: await temporaryFolder(), version: VERSION });
  onTestFinished(() => reader.close());
  const token = { id: "a", name: "ci", role: "viewer", hash: "h", createdAt: 1 } as const;
  await expect(reader.tokens.putToken(token)).rejects.toMatchObject({ code: "Unwritable" });
});

test("a server that is away, or refuses the password, is named without the password", async () => {
  const url = new URL(await server.database());
  url.password = "hunter2";
  const refused = await open(url.href, "read").catch((error: unknown) => error as Error);
  expect(refused).toMatchObject({ name: "StoreError", code: "Unwritable" });
  url.port = "1";
  const away = await open(url.href, "write").catch((error: unknown) => error as Error);
  expect(away).toMatchObject({ name: "StoreError", code: "Unreachable" });
  expect(`${(refused as Error).message}${(away as Error).message}`).not.toContain("hunter2");
});

test("a lease outlasts a write while it is renewed, and none once it was not for as long as the deadline", async () => {
  const { clock, pass, tick } = movedClock();
  const store = await open(await server.database(), "write", clock);
  const lock = await store.lock(holder, 0);
  const outlasts = () => lock.outlasts?.(9000);
  expect(outlasts()).toBe(true);
  for (let n = 0; n < 10; n++) {
    pass(RENEW_EVERY);
    tick();
    await until(() => lock.outlasts?.(LEASE - 1) === true);
  }
  pass(RENEW_DEADLINE - 1);
  expect(outlasts()).toBe(true);
  pass(1);
  expect(outlasts()).toBe(false);
  await lock.release();
});

test("a lease that another one took over outlasts nothing and is renewed no more", async () => {
  const url = await server.database();
  const mine = movedClock();
  const first = await open(url, "write", mine.clock);
  const second = await open(url, "write");
  const lock = await first.lock(holder, 0);
  await expect(second.lock(holder, 0)).rejects.toMatchObject({
    code: "Locked",
    message: expect.stringContaining("pid 123"),
  });
  // As if 17 s went by on the server while this process was paused.
  await query(url, "update leases set expires_at = 0");
  const next = await second.lock({ ...holder, pid: 9 }, 0);
  mine.pass(RENEW_EVERY);
  mine.tick();
  await until(() => mine.ticking() === 0);
  expect(lock.outlasts?.(1)).toBe(false);
  await lock.release();
  await expect(first.lock(holder, 0)).rejects.toMatchObject({ message: expect.stringContaining("pid 9") });
  expect(next.outlasts?.(9000)).toBe(true);
  await next.release();
  await (await first.lock(holder, 0)).release();
});

test("a lease that ran out is not renewed, even where nobody took it", async () => {
  const url = await server.database();
  const { clock, pass, tick, ticking } = movedClock();
  const store = await open(url, "write", clock);
  const lock = await store.lock(holder, 0);
  await query(url, "update leases set expires_at = 0");
  pass(RENEW_EVERY);
  tick();
  await until(() => ticking() === 0);
  expect(lock.outlasts?.(1)).toBe(false);
});

test("whoever looks sees who holds the lease, and nobody once its time is over", async () => {
  const url = await server.database();
  const options = { folder: await temporaryFolder(), version: VERSION };
  expect(await inspectState(url, options)).toMatchObject({ exists: false, locked: false });
  const store = await open(url, "write");
  await store.lock(holder, 0);
  const { where, ...seen } = await inspectState(url, options);
  expect(seen).toEqual({ exists: true, locked: true, holder });
  expect(where).not.toContain("secret");
  await query(url, "update leases set expires_at = 0");
  expect(await inspectState(url, options)).toMatchObject({ exists: true, locked: false });
});
