/**
 * Whether something that came still waits to be told, by what the groups would keep of themselves. Pure.
 *
 * A firing alert that was told waits for nothing, although it will be repeated; one that is withheld waits for its
 * group's next look, since what inhibits it may have ended meanwhile. What a silence withholds waits for the silence's end,
 * and what a mute time keeps for that of the time, whatever withheld it before.
 */
import type { GroupRecord, HeldEvent } from "../notifications/group-state.ts";
import type { StateChanges, StateRecord } from "../notifications/state-records.ts";

/** What groups, throttles and sources have to say of themselves, as a store would keep it. */
export class KeptRecords {
  readonly #groups = new Map<string, GroupRecord>();
  /** When each group is looked at next, at the moment of {@link mark}. */
  #marked: ReadonlyMap<string, number> = new Map();

  keep({ put, drop }: StateChanges): void {
    for (const { id, kind } of drop) if (kind === "group") this.#groups.delete(id);
    for (const record of put) this.#put(record);
  }

  /** To be called once the last event has come. */
  mark(): void {
    this.#marked = new Map([...this.#groups].map(([id, { due }]) => [id, due]));
  }

  /**
   * @param now the last moment that was looked at.
   * @param passing silences whose end is waited for, by their ids.
   */
  wait(now: number, passing: ReadonlySet<string>): boolean {
    return [...this.#groups].some(([id, group]) => {
      const looked = now >= (this.#marked.get(id) ?? 0);
      return group.events.some((held) => waits(held, group) && !(looked && isWithheld(held, passing)));
    });
  }

  #put(record: StateRecord): void {
    if (record.kind === "group") this.#groups.set(record.id, record.value);
  }
}

function waits({ alert }: HeldEvent, { told }: GroupRecord): boolean {
  if (!alert) return true; // what is told once leaves its group with that
  const isTold = told?.firing.includes(alert.id) ?? false;
  return alert.firing ? !isTold : isTold;
}

/** Whether nothing that is known will end what withholds it. */
function isWithheld({ withheld, muted }: HeldEvent, passing: ReadonlySet<string>): boolean {
  return withheld !== undefined && !muted && !passing.has(withheld);
}
