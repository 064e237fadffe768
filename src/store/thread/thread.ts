/**
 * The program's side of the writing thread: calls go over together, and their promises resolve with what comes back.
 *
 * While the thread writes it reads nothing, so what is asked meanwhile is better kept here until it can be written as
 * one: each message wakes the thread, and each group costs a commit. One group waits on its side, so that it never
 * waits for this one.
 *
 * A thread that dies takes what it had begun with it, as a process would: those calls fail, whether they were carried
 * out or not, and the next call starts another one.
 */
import { Worker } from "node:worker_threads";
import type { Accepted, Change, EventStore } from "../event-types.ts";
import { changing } from "../events/changing.ts";
import { StoreError } from "../types.ts";
import { type PackedAnswer, packChange, unpackAnswer } from "./pack.ts";
import {
  type ThreadCall,
  type ThreadError,
  type ThreadMethod,
  type ThreadMethods,
  type ThreadReply,
  type ThreadSettings,
  type ToThread,
  threadMethods,
} from "./protocol.ts";

/** So many calls go over before the turn ends: the thread writes them while those of the same turn are still being read. */
const AT_ONCE = 16;

/** Groups that it has at most, one of which it writes. */
const GROUPS = 4;

/** Megabytes of its young generation: what it holds is short-lived and small. */
const YOUNG = 4;

export interface WritingThread {
  readonly methods: ThreadMethods;
  /** Carries out what it was given, and ends. */
  close(): Promise<void>;
}

interface Waiting {
  /** The calls that went over together; none while it has not gone over. */
  group?: Group;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

interface Group {
  /** How many of its calls are not answered yet. */
  left: number;
}

/** @returns a thread that starts with the first call. The file has to be there, in the newest format. */
export function createWritingThread(settings: ThreadSettings): WritingThread {
  const waiting = new Map<number, Waiting>();
  let running: Running | undefined;
  let outbox: ThreadCall[] = [];
  let groups = 0;
  let isDue = false;
  let last = 0;

  function ended(thread: Running, why: string): void {
    if (running !== thread) return;
    running = undefined;
    const lost = [...waiting.values()];
    waiting.clear();
    outbox = [];
    groups = 0;
    const message = `The thread that writes to ${settings.file} ended (${why}); what was under way may not be written.`;
    for (const { reject } of lost) reject(new StoreError("Unwritable", message));
  }

  function start(): Running {
    const worker = new Worker(new URL("./writer.ts", import.meta.url), {
      workerData: settings,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG },
    });
    const thread = { worker, exit: new Promise<void>((resolve) => worker.once("exit", () => resolve())) };
    worker.on("message", (replies: readonly ThreadReply[]) => {
      for (const reply of replies) settle(reply);
      post();
      if (waiting.size === 0) worker.unref();
    });
    worker.once("error", (error) => ended(thread, error.message));
    worker.once("exit", (code) => ended(thread, `exit code ${code}`));
    return thread;
  }

  function settle([id, value, error]: ThreadReply): void {
    const one = waiting.get(id);
    waiting.delete(id);
    if (one?.group) {
      one.group.left -= 1;
      if (one.group.left === 0) groups -= 1;
    }
    if (error) one?.reject(errorOf(error));
    else one?.resolve(value);
  }

  /** @param all whatever the thread has already. */
  function post(all = false): void {
    if (outbox.length === 0 || !running || (groups >= GROUPS && !all)) return;
    const calls = outbox;
    const group = { left: calls.length };
    outbox = [];
    groups += 1;
    for (const [id] of calls) {
      const one = waiting.get(id);
      if (one) one.group = group;
    }
    running.worker.postMessage(calls satisfies ToThread);
  }

  function postDue(): void {
    isDue = false;
    post();
  }

  function call(method: ThreadMethod, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      running ??= start();
      running.worker.ref();
      last += 1;
      waiting.set(last, { resolve, reject });
      if (!isDue) {
        isDue = true;
        setImmediate(postDue);
      }
      outbox.push([last, method, ...args]);
      if (outbox.length >= AT_ONCE) post();
    });
  }

  const methods = Object.fromEntries(
    threadMethods.map((name) => [name, (...args: readonly unknown[]) => call(name, args)] as const),
  ) as unknown as Pick<EventStore, ThreadMethod>;

  async function change(changes: readonly Change[]): Promise<readonly (Accepted | undefined)[]> {
    const answers = await call("change", changes.map(packChange));
    return (answers as readonly (PackedAnswer | undefined)[]).map(unpackAnswer);
  }

  return {
    methods: { ...methods, change, ...changing(change) },
    async close() {
      if (!running) return;
      const { worker, exit } = running;
      post(true);
      worker.ref();
      worker.postMessage("close" satisfies ToThread);
      await exit;
    },
  };
}

interface Running {
  worker: Worker;
  exit: Promise<void>;
}

function errorOf({ code, message, stack }: ThreadError): Error {
  const error = code === undefined ? new Error(message) : new StoreError(code, message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
