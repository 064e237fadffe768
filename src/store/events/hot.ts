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

/** What is written of an event when it is dispatched. */
export type EventMark = Pick<Selectable<EventRow>, "seq" | "state" | "note"> & {
  /** Null where it stays as it is. */
  data: string | null;
};

/** Deliveries of one target. */
export interface Lane {
  lane: string;
  /** Those that run, and whose worker's time is not over. */
  running: number;
  concurrency: number | null;
}

/** How many more of a lane may be taken. */
export interface LaneRoom {
  lane: string;
  room: number;
}

/** How many of a lane's due deliveries are looked at one by one, before its keys are. */
export const WINDOW = 200;

/** Which events are stored by now. */
export interface Known {
  /** The seq of each, by {@link identityOf}. */
  events: ReadonlyMap<string, number>;
  /** The seq of each whose signed bytes are remembered, by {@link signedKeyOf}. */
  signed: ReadonlyMap<string, number>;
}

export interface Hot {
  /** @returns what of these events is stored by now. */
  known(open: Transaction<Tables>, rows: readonly NewEventRow[], since: number): Promise<Known>;
  /** The same before they are added; may leave out events that {@link addEvents} is quicker to find. */
  knownBefore(open: Transaction<Tables>, rows: readonly NewEventRow[], since: number): Promise<Known>;
  /**
   * Adds events, and remembers their signed bytes.
   *
   * @param since signed hashes from before are forgotten.
   * @returns the seq of each, undefined for one that is stored by now, or whose bytes another process took just now.
   */
  addEvents(
    open: Transaction<Tables>,
    rows: readonly NewEventRow[],
    since: number,
  ): Promise<readonly (number | undefined)[]>;
  /** Brings what is known of signed bytes into its table, so that events may be deleted. */
  settle(open: Transaction<Tables>): Promise<void>;
  /** Told that a transaction in which events were added was not committed. */
  failed(): void;
  /** Whether any event is pending. */
  hasPending(open: Transaction<Tables>): Promise<boolean>;
  /** @returns which of these events are pending, locked until the transaction ends. */
  pendingOf(open: Transaction<Tables>, seqs: readonly number[]): Promise<ReadonlySet<number>>;
  markEvents(open: Transaction<Tables>, rows: readonly EventMark[]): Promise<void>;
  /** Adds deliveries; those that are there already stay as they are. @returns the ids of those that were added. */
  addDeliveries(open: Transaction<Tables>, rows: readonly NewDeliveryRow[]): Promise<Set<string>>;
  /** @returns of which of these keys, by {@link orderOf}, a delivery is open. */
  openKeys(open: Transaction<Tables>, rows: readonly OrderKey[]): Promise<ReadonlySet<string>>;
  /** Remembers keys. @returns whether each was not remembered before, or is remembered of the same event. */
  remember(open: Transaction<Tables>, rows: readonly DeduplicationRow[], now: number): Promise<readonly boolean[]>;
  /** The lanes with open deliveries, and how many of each run. */
  lanes(open: Transaction<Tables>, now: number): Promise<readonly Lane[]>;
  /**
   * Deliveries that may be carried out now, those first that are due the longest, locked until the transaction
   * ends: of each lane at most as many as it has room for.
   */
  due(open: Transaction<Tables>, claim: Claim, lanes: readonly LaneRoom[]): Promise<readonly Selectable<DeliveryRow>[]>;
  /** Whether a delivery is open although its time has come. */
  hasBlocked(open: Transaction<Tables>, now: number): Promise<boolean>;
  /** Gives deliveries to a worker; their attempts go up by one. */
  give(open: Transaction<Tables>, ids: readonly string[], claim: Claim): Promise<void>;
  /** Records how attempts ended. @returns the attempt's number of each, undefined where another worker has it. */
  end(open: Transaction<Tables>, rows: readonly EndRow[]): Promise<readonly (number | undefined)[]>;
  addAttempts(open: Transaction<Tables>, rows: readonly Selectable<AttemptRow>[]): Promise<void>;
}

/** How an event is known by: a text of its own for each pair, whatever is in them. */
export const identityOf = ({ source, id }: { source: string; id: string }) => `${source.length} ${source} ${id}`;

/** What is carried out in order. */
export type OrderKey = Pick<NewDeliveryRow, "lane" | "ordering_key">;

/** One text of it. */
export const orderOf = ({ lane, ordering_key: key }: OrderKey) => `${lane}\n${key}`;

/** How signed bytes are known by. */
export const signedKeyOf = ({ source, signed_hash }: Pick<NewEventRow, "source" | "signed_hash">) =>
  `${source.length} ${source} ${signed_hash}`;
