/**
 * The statements that run for every event and delivery, as each database runs them best.
 *
 * Each is called inside a transaction that the event store has begun. Everything else is written once, for
 * both databases, over Kysely.
 */
import type { Selectable, Transaction } from "kysely";
import type { Claim } from "../event-types.ts";
import type { AttemptRow, DeduplicationRow, DeliveryRow, EventRow, Tables } from "../schema.ts";
import type { New } from "./rows.ts";

export type NewEventRow = New<EventRow, "seq">;
export type NewDeliveryRow = New<DeliveryRow, "position">;

/** A delivery's row as an attempt leaves it. */
export interface EndRow {
  id: string;
  worker: string;
  state: string;
  due: number;
  /** Since when it waits for a retry, unless it did before; null for one that does not wait. */
  held_since: number | null;
  progress: string | null;
  code: string | null;
  message: string | null;
  finished_at: number | null;
}

export interface Hot {
  /** @returns the seq of each event that is stored by now, by `source\n id`, and of each signed hash younger than `since`. */
  known(
    open: Transaction<Tables>,
    rows: readonly NewEventRow[],
    since: number,
  ): Promise<{ events: ReadonlyMap<string, number>; signed: ReadonlyMap<string, number> }>;
  /** Adds events. @returns the seq of each, undefined for one that another process added just now. */
  addEvents(open: Transaction<Tables>, rows: readonly NewEventRow[]): Promise<readonly (number | undefined)[]>;
  /** Adds deliveries; those that are there already stay as they are. */
  addDeliveries(open: Transaction<Tables>, rows: readonly NewDeliveryRow[]): Promise<void>;
  /** Remembers keys. @returns whether each was not remembered before. */
  remember(open: Transaction<Tables>, rows: readonly DeduplicationRow[], now: number): Promise<readonly boolean[]>;
  /** Deliveries that may be carried out now, in order, locked until the transaction ends. */
  due(open: Transaction<Tables>, claim: Claim): Promise<readonly Selectable<DeliveryRow>[]>;
  /** Gives deliveries to a worker; their attempts go up by one. */
  give(open: Transaction<Tables>, ids: readonly string[], claim: Claim): Promise<void>;
  /** Records how attempts ended. @returns the attempt's number of each, undefined where another worker has it. */
  end(open: Transaction<Tables>, rows: readonly EndRow[]): Promise<readonly (number | undefined)[]>;
  addAttempts(open: Transaction<Tables>, rows: readonly Selectable<AttemptRow>[]): Promise<void>;
}

/** How an event is known by. */
export const identityOf = ({ source, id }: { source: string; id: string }) => `${source}\n${id}`;

/** How signed bytes are known by. */
export const signedKeyOf = ({ source, signed_hash }: Pick<NewEventRow, "source" | "signed_hash">) =>
  `${source}\n${signed_hash}`;
