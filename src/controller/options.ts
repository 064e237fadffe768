/** What the controller is given: all that it would otherwise take from its surroundings. */
import type { Integration } from "../api/index.ts";
import type { GuardedClient } from "../connector-kit/http/guarded-request.ts";
import type { Clock } from "../connector-kit/http/types.ts";
import type { Manifest, PlatformSource } from "../manifests/types.ts";
import type { TemplateSet } from "../notifications/render/index.ts";
import type { RunContext } from "../reconcile/pass.ts";
import type { Logger } from "../server/logger.ts";
import type { Source } from "../sources/source.ts";
import type { HolderLock, LastingStore, Store } from "../store/types.ts";
import type { Current } from "./current.ts";
import type { Senders } from "./parts/posted-events.ts";
import type { Available, SessionsOptions } from "./sessions.ts";

export interface ControllerOptions extends Pick<SessionsOptions, "resolve" | "open" | "hide"> {
  store: LastingStore;
  source: Source;
  platforms: () => Pick<PlatformSource, "load">;
  /** What one pass is given beside its session. */
  context(
    manifest: Manifest<Integration>,
    given: { current: Current; store: Store; signal: AbortSignal; lease: HolderLock | undefined },
  ): RunContext;
  /** What can be had of an Integration's secrets, for proving webhooks. */
  resolveAvailable(manifest: Manifest<Integration>): Promise<Available>;
  /** Who may post signed events, with their secrets read anew. */
  senders(): Promise<Senders>;
  /** Takes secrets out of a text. */
  clean(text: string): string;
  /** The operator's notification templates, as they are now. */
  templates(): Promise<TemplateSet>;
  /** Sends what rules send to addresses of their own. */
  http: GuardedClient;
  publicUrl(): string | undefined;
  clock: Clock;
  /** From 0 to below 1. */
  random(): number;
  /** Unforeseeable bytes. */
  randomBytes(count: number): Buffer;
  /** Unique for a process. */
  worker: string;
  log: Logger;
}

/** What changes while the program runs, as its parts ask for it. */
export interface Standing {
  /** What is in force; undefined before the first snapshot. */
  current(): Current | undefined;
  /** The right to write; undefined before the state is held. */
  lease(): HolderLock | undefined;
}

/** @throws Error before the first snapshot, when nothing asks yet. */
export function inForce({ current }: Pick<Standing, "current">): Current {
  const now = current();
  if (!now) throw new Error("Nothing is in force yet.");
  return now;
}

/**
 * Whether a write may still be begun. One that waits for the state may, as far as this says: a person may act through it.
 *
 * @param milliseconds that it may take.
 */
export function mayWrite({ lease }: Pick<Standing, "lease">, milliseconds: number): boolean {
  return lease()?.outlasts?.(milliseconds) !== false;
}
