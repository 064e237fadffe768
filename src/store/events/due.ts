/**
 * Which deliveries are due, as SQL for both databases: `:now`, `:passed`, `:lane` and `:room` are parameters.
 *
 * A claim must stay cheap with a hundred thousand that wait. So it goes lane by lane (a lane is a target), looks
 * at the first of those that are due, and asks for each whether an earlier one of its key is open. Where all of
 * them are held back, as with many of few keys, it goes key by key to the first of each: distinct values are
 * found by jumping through the index, not by reading it.
 */
import { WINDOW } from "./hot.ts";

/** As it stands in the partial indexes. */
const OPEN = "state in ('waiting', 'running')";
/** Whether one has waited for its retry for so long that others may pass. */
const passed = (row: string) =>
  `(${row}.state = 'waiting' and ${row}.held_since is not null and ${row}.held_since <= :passed)`;
const isOpen = (row: string) => `${row}.${OPEN}`;
const held = (row: string) => `exists (
  select 1 from deliveries e
  where e.lane = ${row}.lane and e.ordering_key = ${row}.ordering_key and e.position < ${row}.position
    and ${isOpen("e")} and not ${passed("e")})`;

/**
 * All lanes with something open. Of what may be carried out now the limit that was stated last holds: what runs, or waits
 * for its retry, may be from before a limit was changed.
 */
export const LANES = `
  with recursive lanes(lane) as (
    select (select d.lane from deliveries d where ${isOpen("d")} order by d.lane limit 1)
    union all
    select (select d.lane from deliveries d where ${isOpen("d")} and d.lane > lanes.lane order by d.lane limit 1)
    from lanes where lanes.lane is not null)
  select lane, (
    select d.concurrency from deliveries d where d.lane = lanes.lane and ${isOpen("d")} and d.due <= :now
    order by d.due desc, d.position desc limit 1) as concurrency
  from lanes where lane is not null`;

export const RUNNING = `
  select lane, count(*) as count from deliveries where state = 'running' and due > :now group by lane`;

/** A row if something is open although its time has come: one that waits, or whose worker was lost. */
export const BLOCKED = `
  select 1 as blocked from deliveries where ${OPEN} and due <= :now limit 1`;

const FIRST = `
  select d.* from deliveries d where d.lane = :lane and ${isOpen("d")} and d.due <= :now
  order by d.due, d.position limit ${WINDOW}`;

/** Those of the first {@link WINDOW} that nothing holds back. */
export const DUE_WINDOW = `
  select w.position, w.due from (${FIRST}) w where not ${held("w")} order by w.due, w.position limit :room`;

/** A row if there are more than {@link DUE_WINDOW} looks at. */
export const WINDOW_FULL = `
  select 1 as more from deliveries d where d.lane = :lane and ${isOpen("d")} and d.due <= :now
  order by d.due, d.position limit 1 offset ${WINDOW}`;

/** The first of each key, and those that may be passed. */
export const HEADS = `
  with recursive keys(ordering_key) as (
    select (select d.ordering_key from deliveries d where d.lane = :lane and ${isOpen("d")}
      order by d.ordering_key limit 1)
    union all
    select (select d.ordering_key from deliveries d
      where d.lane = :lane and ${isOpen("d")} and d.ordering_key > keys.ordering_key
      order by d.ordering_key limit 1)
    from keys where keys.ordering_key is not null),
  heads as (
    select (select d.position from deliveries d
      where d.lane = :lane and d.ordering_key = keys.ordering_key and ${isOpen("d")} and not ${passed("d")}
      order by d.position limit 1) as position
    from keys where keys.ordering_key is not null
    union
    select d.position from deliveries d
    where d.lane = :lane and d.state = 'waiting' and d.held_since is not null and d.held_since <= :passed
      and d.due <= :now and not ${held("d")})
  select d.position, d.due from heads join deliveries d on d.position = heads.position
  where d.due <= :now order by d.due, d.position limit :room`;
