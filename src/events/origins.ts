/** What is known of the Integration that an event came through, beside the event. */
import type { CheckedAccount } from "../connector-kit/account.ts";
import type { Events, PlatformEvent } from "../connector-kit/event-contract.ts";
import { isOwnEvent } from "../connector-kit/inbound.ts";
import type { StoredEvent } from "../store/event-types.ts";
import { type About, type KnownEvent, openEvent } from "./envelope.ts";
import type { OpenEvent } from "./types.ts";

export interface Origin {
  events: Pick<Events, "main" | "own">;
  /** The account that the Integration acts as, where it is known. */
  account?: CheckedAccount;
  /** Asks the platform for what the webhook left out. @throws what a connector throws. */
  enrich?(event: PlatformEvent): Promise<PlatformEvent>;
}

/** @returns undefined for one that no manifest declares any more. */
export type Origins = (integration: string) => Origin | undefined;

/** Reads an event, with what its Integration's connector knows of it. */
export function openWith(origins: Origins, stored: StoredEvent, known?: KnownEvent): OpenEvent {
  const origin = stored.integration === undefined ? undefined : origins(stored.integration);
  const about = (name: string, data: unknown): About => {
    if (!origin) return { self: false };
    const { events, account } = origin;
    const main = Object.hasOwn(events.main, name) ? events.main[name] : undefined;
    return { ...(main === undefined ? {} : { main }), self: isOwnEvent(events, { name, data }, account) };
  };
  return openEvent(stored, about, known);
}
