/** When systems are asked for events: at the start, at each interval, and sooner after a look that failed. */
import { parseDuration } from "../../connector-kit/http/duration.ts";
import type { Clock } from "../../connector-kit/http/types.ts";
import type { Current } from "../current.ts";
import { createScheduler } from "../scheduler.ts";
import { createLooks, type LooksOptions } from "./looks.ts";

export interface InboundOptions extends LooksOptions {
  clock: Clock;
  /** From 0 to below 1. */
  random(): number;
}

export interface Inbound {
  /** What is in force from now on. */
  update(current: Current): void;
  start(): void;
  /** @returns when nothing is written any more. */
  stop(): Promise<void>;
}

export function createInbound(options: InboundOptions): Inbound {
  const { clock, random, log } = options;
  const looks = createLooks(options);
  const scheduler = createScheduler({
    clock,
    random,
    log,
    milliseconds: parseDuration,
    run: (owner, signal) => looks.run(owner, signal),
    independent: true,
  });
  return {
    update: (current) => scheduler.update(looks.concerned(current)),
    start: () => scheduler.start(),
    stop: () => scheduler.stop(),
  };
}
