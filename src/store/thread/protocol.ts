/** What the program and its writing thread say to each other. */
import type { EventStore } from "../event-types.ts";
import type { StoreErrorCode } from "../types.ts";

/** What writes for every event, and so is done in the thread. */
export const threadMethods = ["change", "dispatch", "claim", "renew"] as const;
export type ThreadMethod = (typeof threadMethods)[number];
export type ThreadMethods = Pick<EventStore, ThreadMethod | "accept" | "end">;

/** What the thread is started with. */
export interface ThreadSettings {
  file: string;
  /** The version of this program. */
  version: string;
}

/** The changes of a `change` are packed. */
export type ThreadCall = readonly [id: number, method: ThreadMethod, ...args: readonly unknown[]];

/** An array of calls, or that no more will come. */
export type ToThread = readonly ThreadCall[] | "close";

/** An error as it crosses over: a class does not. */
export interface ThreadError {
  /** Of a StoreError. */
  code?: StoreErrorCode;
  message: string;
  stack?: string;
}

/** The answers to a `change` are packed. */
export type ThreadReply = readonly [id: number, value: unknown, error?: ThreadError];
