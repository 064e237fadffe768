/**
 * The thread that writes events and deliveries to the SQLite file, over a connection of its own.
 *
 * SQLite holds up the thread that it runs in while the disk is synced. Here that is no one who answers webhooks.
 * Calls that come while a transaction is under way share the next one, as they do without a thread.
 */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { EventStore } from "../event-types.ts";
import { openSqliteStore } from "../sqlite-store.ts";
import { type LastingStore, StoreError } from "../types.ts";
import { type PackedChange, packAnswer, unpackChange } from "./pack.ts";
import type { ThreadCall, ThreadError, ThreadReply, ThreadSettings, ToThread } from "./protocol.ts";

// Not awaited here: with an await at the top of any module the bundler wraps every entry in a file more.
if (parentPort) void serve(parentPort);

async function serve(port: MessagePort): Promise<void> {
  const store = await openSqliteStore(workerData as ThreadSettings);
  const reply = gathered((replies: readonly ThreadReply[]) => port.postMessage(replies));
  const underWay = new Set<Promise<void>>();
  port.on("message", (message: ToThread) => {
    if (message === "close") {
      void end(store, underWay).finally(() => port.close());
      return;
    }
    for (const call of message) {
      const answered = carryOut(store, call).then(reply);
      underWay.add(answered);
      void answered.finally(() => underWay.delete(answered));
    }
  });
}

/** What it was given is written, and answered, before it ends. */
async function end(store: LastingStore, underWay: ReadonlySet<Promise<void>>): Promise<void> {
  await Promise.all(underWay);
  // The answers go out at the end of the turn in which the last one came.
  await new Promise((resolve) => setImmediate(resolve));
  await store.close();
}

async function carryOut({ events }: LastingStore, [id, method, ...args]: ThreadCall): Promise<ThreadReply> {
  try {
    if (method === "change") return [id, await change(events, args as PackedChange[])];
    const run = events[method] as (...given: readonly unknown[]) => Promise<unknown>;
    return [id, await run(...args)];
  } catch (error) {
    return [id, undefined, told(error)];
  }
}

async function change(events: EventStore, changes: readonly PackedChange[]) {
  return (await events.change(changes.map(unpackChange))).map(packAnswer);
}

function told(error: unknown): ThreadError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const code = error instanceof StoreError ? { code: error.code } : {};
  return { ...code, message, ...(stack === undefined ? {} : { stack }) };
}

/** @returns takes one thing after another, and hands on what came in a turn of the event loop at once. */
function gathered<T>(hand: (things: readonly T[]) => void): (thing: T) => void {
  let waiting: T[] = [];
  return (thing) => {
    if (waiting.length === 0) {
      setImmediate(() => {
        const all = waiting;
        waiting = [];
        hand(all);
      });
    }
    waiting.push(thing);
  };
}
