/**
 * The thread that writes events and deliveries to the SQLite file, over a connection of its own.
 *
 * SQLite holds up the thread that it runs in while the disk is synced. Here that is no one who answers webhooks.
 * Calls that come while a transaction is under way share the next one, as they do without a thread.
 */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { Change, EventStore } from "../event-types.ts";
import { openSqliteStore } from "../sqlite-store.ts";
import { type LastingStore, StoreError } from "../types.ts";
import { type PackedChange, packAnswer, unpackChange } from "./pack.ts";
import type { ThreadCall, ThreadError, ThreadMethod, ThreadReply, ThreadSettings, ToThread } from "./protocol.ts";

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
    const answered = carryOut(store, message, reply);
    underWay.add(answered);
    void answered.finally(() => underWay.delete(answered));
  });
}

/** What it was given is written, and answered, before it ends. */
async function end(store: LastingStore, underWay: ReadonlySet<Promise<void>>): Promise<void> {
  await Promise.all(underWay);
  // The answers go out at the end of the turn in which the last one came.
  await new Promise((resolve) => setImmediate(resolve));
  await store.close();
}

/** Changes go on as one: each of their calls alone would cost more than to write them. */
async function carryOut(
  { events }: LastingStore,
  calls: readonly ThreadCall[],
  reply: (reply: ThreadReply) => void,
): Promise<void> {
  const changes: ChangeCall[] = [];
  const others: Promise<void>[] = [];
  for (const [id, method, ...args] of calls) {
    if (method === "change") changes.push({ id, changes: (args as PackedChange[]).map(unpackChange) });
    else others.push(callAlone(events, { id, method, args }, reply));
  }
  await Promise.all([change(events, changes, reply), ...others]);
}

interface ChangeCall {
  id: number;
  changes: readonly Change[];
}

/** When they fail for what is in them, each is carried out alone once more. */
async function change(
  events: EventStore,
  calls: readonly ChangeCall[],
  reply: (reply: ThreadReply) => void,
): Promise<void> {
  if (calls.length === 0) return;
  try {
    const answers = await events.change(calls.flatMap(({ changes }) => changes));
    let at = 0;
    for (const { id, changes } of calls) {
      reply([id, answers.slice(at, at + changes.length).map(packAnswer)]);
      at += changes.length;
    }
  } catch (error) {
    if (calls.length === 1 || error instanceof StoreError)
      for (const { id } of calls) reply([id, undefined, told(error)]);
    else for (const call of calls) await change(events, [call], reply);
  }
}

async function callAlone(
  events: EventStore,
  { id, method, args }: { id: number; method: Exclude<ThreadMethod, "change">; args: readonly unknown[] },
  reply: (reply: ThreadReply) => void,
): Promise<void> {
  const run = events[method] as (...given: readonly unknown[]) => Promise<unknown>;
  try {
    reply([id, await run(...args)]);
  } catch (error) {
    reply([id, undefined, told(error)]);
  }
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
