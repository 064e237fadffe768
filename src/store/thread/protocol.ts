/** What the program and its writing thread say to each other. */
import type { EventStore } from "../event-types.ts";
import type { StoreErrorCode } from "../types.ts";

/** What writes for every event, and so is done in the thread. */
export const threadMethods = ["accept", "dispatch", "claim", "renew", "end"] as const;
export type ThreadMethod = (typeof threadMethods)[number];
export type ThreadMethods = Pick<EventStore, ThreadMethod>;

/** What the thread is started with. */
export interface ThreadSettings {
  file: string;
  /** The version of this program. */
  version: string;
}

export interface ThreadCall {
  id: number;
  method: ThreadMethod;
  args: readonly unknown[];
}

/** An array of calls, or that no more will come. */
export type ToThread = readonly ThreadCall[] | "close";

/** An error as it crosses over: a class does not. */
export interface ThreadError {
  /** Of a StoreError. */
  code?: StoreErrorCode;
  message: string;
  stack?: string;
}

export type ThreadReply = { id: number } & ({ value: unknown } | { error: ThreadError });
