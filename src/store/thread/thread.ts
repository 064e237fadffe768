/**
 * The program's side of the writing thread: calls go over together, once in a turn of the event loop, and their
 * promises resolve with what comes back.
 *
 * A thread that dies takes what it had begun with it, as a process would: those calls fail, whether they were carried
 * out or not, and the next call starts another one.
 */
import { Worker } from "node:worker_threads";
import { StoreError } from "../types.ts";
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

/** Megabytes of its young generation: what it holds is short-lived and small. */
const YOUNG = 4;

export interface WritingThread {
  readonly methods: ThreadMethods;
  /** Carries out what it was given, and ends. */
  close(): Promise<void>;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** @returns a thread that starts with the first call. The file has to be there, in the newest format. */
export function createWritingThread(settings: ThreadSettings): WritingThread {
  const waiting = new Map<number, Waiting>();
  let running: Running | undefined;
  let outbox: ThreadCall[] = [];
  let last = 0;

  function ended(thread: Running, why: string): void {
    if (running !== thread) return;
    running = undefined;
    const lost = [...waiting.values()];
    waiting.clear();
    outbox = [];
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
      if (waiting.size === 0) worker.unref();
    });
    worker.once("error", (error) => ended(thread, error.message));
    worker.once("exit", (code) => ended(thread, `exit code ${code}`));
    return thread;
  }

  function settle(reply: ThreadReply): void {
    const one = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ("error" in reply) one?.reject(errorOf(reply.error));
    else one?.resolve(reply.value);
  }

  function post(): void {
    const calls = outbox;
    outbox = [];
    if (calls.length > 0) running?.worker.postMessage(calls satisfies ToThread);
  }

  function call(method: ThreadMethod, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      running ??= start();
      running.worker.ref();
      last += 1;
      waiting.set(last, { resolve, reject });
      if (outbox.length === 0) setImmediate(post);
      outbox.push({ id: last, method, args });
      if (outbox.length >= AT_ONCE) post();
    });
  }

  const methods = threadMethods.map((name) => [name, (...args: readonly unknown[]) => call(name, args)] as const);
  return {
    methods: Object.fromEntries(methods) as unknown as ThreadMethods,
    async close() {
      if (!running) return;
      const { worker, exit } = running;
      post();
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
