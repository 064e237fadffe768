/**
 * LISTEN and the right to dispatch: what holds as long as one connection does.
 *
 * A notice only wakes; whoever sleeps looks by itself too, so that a lost connection costs time, never an event.
 */
import type pg from "pg";
import type { DispatchRight } from "../event-types.ts";
import type { Pool } from "./pool.ts";

/** The channel that every process of one database listens on. */
export const CHANNEL = "plumbline_events";
/** One for all processes that dispatch: "PLME" as a number. */
const DISPATCH_LOCK = 0x504c4d45;

export interface Wakes {
  onWake(wake: () => void): () => void;
  dispatcher(): Promise<DispatchRight | undefined>;
  close(): Promise<void>;
}

/** @param pool gives connections of their own. @param own what this process's own notices carry: it needs no waking. */
export function createWakes(pool: Pool, own: string): Wakes {
  const wakes = new Set<() => void>();
  let listening: Promise<pg.Client | undefined> | undefined;

  async function listen(): Promise<pg.Client | undefined> {
    try {
      const client = await pool.dedicated();
      client.on("notification", ({ payload }) => {
        if (payload === own) return;
        for (const wake of wakes) wake();
      });
      // It is asked for again when the next one wants to be woken.
      client.on("end", () => {
        listening = undefined;
      });
      await client.query(`listen ${CHANNEL}`);
      return client;
    } catch {
      listening = undefined;
      return undefined;
    }
  }

  return {
    onWake(wake) {
      wakes.add(wake);
      listening ??= listen();
      return () => wakes.delete(wake);
    },
    async dispatcher() {
      const client = await pool.dedicated();
      const { rows } = await client.query("select pg_try_advisory_lock($1) as held", [DISPATCH_LOCK]);
      if (rows[0]?.held !== true) {
        await client.end();
        return undefined;
      }
      // The server frees the lock with the connection.
      let held = true;
      client.on("end", () => {
        held = false;
      });
      return { held: () => held, release: () => client.end() };
    },
    async close() {
      wakes.clear();
      await (await listening)?.end();
    },
  };
}
