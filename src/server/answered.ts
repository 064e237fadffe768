/** What the log and the metrics keep of an answer. */
import type { ServerParts } from "./parts.ts";

export interface Answered {
  trace: string;
  method: string;
  /** The route, not the path: labels are from a closed set. */
  route: string;
  status: number;
  seconds: number;
  peer: string | undefined;
  /** Who was answered; empty for a stranger. */
  actor: string;
  /** One of many like it: in the log at the level debug. */
  usual: boolean;
}

export function keepAnswered({ log, metrics }: Pick<ServerParts, "log" | "metrics">, answered: Answered): void {
  const { trace, method, route, status, seconds, peer, actor, usual } = answered;
  metrics.requests.inc({ method, route, status: String(status) });
  metrics.duration.observe({ method, route }, seconds);
  if (status === 401 || status === 403 || status === 429) metrics.refusals.inc({ status: String(status) });
  const facts: Record<string, unknown> = { trace, method, route, status, took: Math.round(seconds * 1000), peer };
  if (actor) facts.actor = actor;
  const say = usual ? log.debug : log.info;
  say(facts, "answered");
}
