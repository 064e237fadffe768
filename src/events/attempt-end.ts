/** How an attempt at a delivery ends, from what its performer says of it: done, tried again later, or given up. */
import type { AttemptEnd, Delivery, StoredEvent } from "../store/event-types.ts";
import { backoff, MAX_ATTEMPTS } from "./backoff.ts";
import type { EventLog } from "./log.ts";
import type { Performed } from "./types.ts";

/** From 1, anew after it was brought back from the dead letters. */
export const attemptOf = ({ attempts, attemptsBefore = 0 }: Delivery) => attempts - attemptsBefore;

export interface How {
  worker: string;
  at: number;
  took: number;
  random: number;
}

/** What is recorded of an attempt; pure. */
export function endOf(delivery: Delivery, performed: Performed, { worker, at, took, random }: How): AttemptEnd {
  const base = { id: delivery.id, worker };
  if (performed.outcome === "done") {
    const { progress } = performed;
    const kept = progress === undefined ? {} : { progress };
    return { ...base, state: "done", attempt: { at, took, outcome: "done" }, ...kept };
  }
  const { code, message } = performed;
  const step = "step" in performed && performed.step !== undefined ? { step: performed.step } : {};
  const attempt = { at, took, code, message, ...step };
  if (performed.outcome !== "retry") {
    return { ...base, state: performed.outcome, attempt: { ...attempt, outcome: performed.outcome } };
  }
  const number = attemptOf(delivery);
  if (number >= (performed.maxAttempts ?? MAX_ATTEMPTS)) {
    return { ...base, state: "dead", attempt: { ...attempt, outcome: "dead" } };
  }
  const notBefore = at + took + backoff(number, random, performed.retryAfter);
  const outcome = performed.unknown ? "unknown" : "retry";
  return { ...base, state: "waiting", notBefore, attempt: { ...attempt, outcome } };
}

/** What is recorded of one that the program did not get to the end of. */
export function givenBack(id: string, worker: string, now: number): AttemptEnd {
  const attempt = { at: now, took: 0, outcome: "lost", message: "The program ended before it." } as const;
  return { id, worker, state: "waiting", notBefore: now, attempt };
}

/** @param event what it follows from, where that is at hand. */
export function logEnd(log: EventLog, delivery: Delivery, end: AttemptEnd, event: StoredEvent | undefined): void {
  const { id, kind, namespace, target, trace } = delivery;
  const { outcome, code, message } = end.attempt;
  const fields = {
    seq: delivery.event,
    type: event?.type,
    integration: event?.integration,
    delivery: id,
    kind,
    target: `${namespace}/${target}`,
    outcome,
    code,
    attempt: delivery.attempts,
    trace,
  };
  if (end.state === "dead") log.error(fields, message ?? "given up");
  else if (end.state === "waiting") log.warn({ ...fields, notBefore: end.notBefore }, message ?? "tried again later");
  else log.info(fields, "delivered");
}
