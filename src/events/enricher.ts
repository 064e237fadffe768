/**
 * Asks platforms for what their webhooks left out.
 *
 * One that does not answer holds back the events of its own Integration, for a time that grows; after the last try its
 * event goes on without.
 */
import type { Clock } from "../connector-kit/http/types.ts";
import { backoff } from "./backoff.ts";
import { writeJson } from "./json.ts";
import { messageOf } from "./log.ts";
import { type Origins, openWith } from "./origins.ts";
import type { OpenEvent } from "./types.ts";

/** How often a platform is asked for more before the event goes on without. */
const ENRICH_ATTEMPTS = 4;

export interface EnricherOptions {
  origins: Origins;
  clock: Pick<Clock, "monotonic">;
  /** From 0 to below 1. */
  random(): number;
}

/** An event with all that there is of it. */
export interface Enriched {
  event: OpenEvent;
  /** Its data anew, as JSON text, where the platform added to it. */
  data?: string;
  /** Why it goes on without. */
  note?: string;
}

export interface Enricher {
  /** Whether its platform has to be asked for more. */
  mustAsk(event: OpenEvent): boolean;
  /** @returns undefined while its Integration is held back. */
  enrich(event: OpenEvent): Promise<Enriched | undefined>;
  /** How many Integrations are held back. */
  held(): number;
}

/** An Integration whose platform did not answer when it was asked for more. */
interface Held {
  tries: number;
  until: number;
}

export function createEnricher({ origins, clock, random }: EnricherOptions): Enricher {
  const held = new Map<string, Held>();
  const askable = ({ stored: { integration }, name }: OpenEvent) => {
    const enrich = integration === undefined ? undefined : origins(integration)?.enrich;
    return enrich && integration !== undefined && name !== undefined ? { integration, name, enrich } : undefined;
  };
  return {
    held: () => held.size,
    mustAsk: (event) => askable(event) !== undefined,
    async enrich(event) {
      const { stored } = event;
      const found = askable(event);
      if (!found) return { event };
      const { integration, name, enrich } = found;
      const waiting = held.get(integration);
      if (waiting && waiting.until > clock.monotonic()) return undefined;
      try {
        const asked = await enrich({ id: stored.id, name, data: event.envelope.data });
        held.delete(integration);
        const data = asked.text ?? writeJson(asked.data);
        return { event: openWith(origins, { ...stored, data }), data };
      } catch (error) {
        const tries = (waiting?.tries ?? 0) + 1;
        if (tries < ENRICH_ATTEMPTS) {
          held.set(integration, { tries, until: clock.monotonic() + backoff(tries, random()) });
          return undefined;
        }
        held.delete(integration);
        return { event, note: `${integration} could not be asked for more: ${messageOf(error)}` };
      }
    },
  };
}
