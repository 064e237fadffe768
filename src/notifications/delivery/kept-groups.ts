/**
 * Groups as the store keeps them: a small one in one row; a large one in a row for itself, one for each event that it
 * holds, and one for what it told last.
 *
 * A group may hold thousands of alerts, of which one changes at a time. Written whole, each change would cost as much as
 * all of them (0.7 MB of 5,000); so what the store has of large ones is remembered, and only what differs is written.
 * Most groups hold one event, and one row is the least that there can be of them.
 */
import type { KeptState } from "../../store/notice-types.ts";
import type { GroupRecord, HeldEvent, Told } from "../group-state.ts";
import type { StateChanges, StateRecord } from "../state-records.ts";

/** What is to be written of a group. */
export interface KeptChanges {
  put: readonly KeptState[];
  drop: readonly Pick<KeptState, "kind" | "id">[];
}

/** One event of a group: `place` rises in the order in which the group holds them. */
interface Member {
  group: string;
  key: string;
  place: number;
  held: HeldEvent;
}

/** What the store has of one large group. */
interface Written {
  /** By {@link memberKey}, with the texts. */
  members: Map<string, { place: number; text: string }>;
  told: string | undefined;
  /** The highest place that was ever given. */
  last: number;
}

/** A large group without what has rows of its own. */
type Head = Omit<GroupRecord, "events" | "told">;

/** Events held and alerts told of up to which a group is one row: some 10 kB. */
const SMALL = 64;

export class KeptGroups {
  readonly #written = new Map<string, Written>();

  /**
   * @param kept all that the store has.
   * @returns it as records, and what the store has of them, from which the next changes are made.
   */
  static read(kept: readonly KeptState[]): { groups: KeptGroups; records: StateRecord[] } {
    const groups = new KeptGroups();
    for (const one of kept) groups.#note(one);
    const members = membersOf(kept);
    const told = new Map(kept.filter(({ kind }) => kind === "told").map(({ id, value }) => [id, value]));
    const records = kept.flatMap((one) => recordsOf(one, members, told));
    return { groups, records };
  }

  /** @returns what of the changes the store does not have yet. It is taken to have it from then on. */
  changes({ put, drop }: StateChanges): KeptChanges {
    const puts = put.map((record) => (record.kind === "group" ? this.#put(record.id, record.value) : plain(record)));
    const drops = drop.map(({ kind, id }) => ({
      put: [],
      drop: [{ kind, id }, ...(kind === "group" ? this.#rows(id) : [])],
    }));
    const all = [...puts, ...drops];
    return { put: all.flatMap((one) => one.put), drop: all.flatMap((one) => one.drop) };
  }

  #of(group: string): Written {
    const written = this.#written.get(group) ?? { members: new Map(), told: undefined, last: 0 };
    this.#written.set(group, written);
    return written;
  }

  #note({ kind, id, value }: KeptState): void {
    if (kind === "told") this.#of(id).told = value;
    if (kind !== "member") return;
    const { group, key, place } = JSON.parse(value) as Member;
    const written = this.#of(group);
    written.members.set(key, { place, text: value });
    written.last = Math.max(written.last, place);
  }

  #put(id: string, record: GroupRecord): KeptChanges {
    const { events, told, ...head } = record;
    if (isSmall(record)) {
      const numbers = [...new Set(events.map(({ event }) => event))];
      return { put: [{ kind: "group", id, value: JSON.stringify(record), events: numbers }], drop: this.#rows(id) };
    }
    const members = this.#members(id, events);
    const last = this.#told(id, told);
    const group: KeptState = { kind: "group", id, value: JSON.stringify(head satisfies Head), events: [] };
    return { put: [group, ...members.put, ...last.put], drop: [...members.drop, ...last.drop] };
  }

  /** @returns the rows of their own that a group has; it has none from then on. */
  #rows(id: string): Pick<KeptState, "kind" | "id">[] {
    const written = this.#written.get(id);
    if (!written) return [];
    this.#written.delete(id);
    const members = [...written.members.keys()].map((key) => ({ kind: "member" as const, id: memberId(id, key) }));
    return written.told === undefined ? members : [...members, { kind: "told", id }];
  }

  #members(id: string, events: readonly HeldEvent[]): KeptChanges {
    const written = this.#of(id);
    const members: Written["members"] = new Map();
    const put: KeptState[] = [];
    let before = 0;
    for (const held of events) {
      const key = memberKey(held);
      const known = written.members.get(key);
      // One that left and came again stands behind those that stayed.
      const place = known && known.place > before ? known.place : ++written.last;
      before = place;
      const text = JSON.stringify({ group: id, key, place, held } satisfies Member);
      members.set(key, { place, text });
      if (known?.text !== text) put.push({ kind: "member", id: memberId(id, key), value: text, events: [held.event] });
    }
    const gone = [...written.members.keys()].filter((key) => !members.has(key));
    written.members = members;
    return { put, drop: gone.map((key) => ({ kind: "member", id: memberId(id, key) })) };
  }

  #told(id: string, told: Told | undefined): KeptChanges {
    const written = this.#of(id);
    const before = written.told;
    const value = told && JSON.stringify(told);
    written.told = value;
    if (value === before) return { put: [], drop: [] };
    if (value === undefined) return { put: [], drop: [{ kind: "told", id }] };
    return { put: [{ kind: "told", id, value, events: [] }], drop: [] };
  }
}

function isSmall({ events, told }: GroupRecord): boolean {
  return events.length + (told ? told.firing.length + told.resolved.length : 0) <= SMALL;
}

/** An alert is held once, by its id, whichever event told of it last. */
function memberKey({ event, alert }: HeldEvent): string {
  return alert ? `alert:${alert.id}` : `event:${event}`;
}

const memberId = (group: string, key: string) => `${group}\n${key}`;

function membersOf(kept: readonly KeptState[]): ReadonlyMap<string, Member[]> {
  const members = kept.filter(({ kind }) => kind === "member").map(({ value }) => JSON.parse(value) as Member);
  return Map.groupBy(
    members.sort((a, b) => a.place - b.place),
    ({ group }) => group,
  );
}

function recordsOf(
  { kind, id, value }: KeptState,
  members: ReadonlyMap<string, Member[]>,
  told: ReadonlyMap<string, string>,
): StateRecord[] {
  if (kind === "member" || kind === "told") return [];
  if (kind !== "group") return [{ kind, id, value: JSON.parse(value) } as StateRecord];
  const head = JSON.parse(value) as Head | GroupRecord;
  if ("events" in head) return [{ kind, id, value: head }];
  const events = (members.get(id) ?? []).map(({ held }) => held);
  const last = told.get(id);
  return [{ kind, id, value: { ...head, events, ...(last === undefined ? {} : { told: JSON.parse(last) as Told }) } }];
}

function plain({ kind, id, value }: Exclude<StateRecord, { kind: "group" }>): KeptChanges {
  return { put: [{ kind, id, value: JSON.stringify(value), events: [] }], drop: [] };
}
