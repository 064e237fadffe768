import fc from "fast-check";
import { expect, test } from "vitest";
import { type KeptChanges, KeptGroups } from "../../../src/notifications/delivery/kept-groups.ts";
import type { GroupRecord, HeldEvent } from "../../../src/notifications/group-state.ts";
import type { StateRecord } from "../../../src/notifications/state-records.ts";
import type { KeptState } from "../../../src/store/notice-types.ts";

/** A store as far as state goes. */
class Kept {
  readonly rows = new Map<string, KeptState>();
  write({ put, drop }: KeptChanges): void {
    const key = ({ kind, id }: Pick<KeptState, "kind" | "id">) => `${kind} ${id}`;
    for (const one of [...put, ...drop]) this.rows.delete(key(one));
    for (const one of put) this.rows.set(key(one), one);
  }
  read() {
    return KeptGroups.read([...this.rows.values()]);
  }
}

const alert = (id: string, event: number, more: Partial<HeldEvent> = {}): HeldEvent => ({
  ...{ event, type: "alert", labels: { host: id }, alert: { id, firing: true } },
  ...more,
});

const group = (events: readonly HeldEvent[], more: Partial<GroupRecord> = {}): StateRecord => ({
  kind: "group",
  id: "g",
  value: {
    ...{
      namespace: "default",
      route: "r",
      node: "",
      labels: {},
      tick: 1,
      due: 1,
      flushed: false,
      asleep: false,
      fresh: 0,
    },
    ...{ events, ...more },
  },
});

const many = Array.from({ length: 5000 }, (_, n) => alert(`a${n}`, n));
const told = { at: 1, firing: many.map((_, n) => `a${n}`), resolved: [] };

test("of 5,000 alerts that a group holds and told of, a change of one writes it and the group, and no more", () => {
  const kept = new Kept();
  const groups = new KeptGroups();
  kept.write(groups.changes({ put: [group(many, { told })], drop: [] }));
  const after = many.with(7, alert("a7", 9000));
  const changes = groups.changes({ put: [group(after, { told, fresh: 1 })], drop: [] });
  expect(changes.put.map(({ kind, events }) => [kind, events])).toEqual([
    ["group", []],
    ["member", [9000]],
  ]);
  expect([changes.drop, JSON.stringify(changes).length < 1000]).toEqual([[], true]);
  kept.write(changes);
  expect(kept.read().records).toEqual([group(after, { told, fresh: 1 })]);
  expect(kept.read().groups.changes({ put: [group(after, { told, fresh: 1 })], drop: [] }).put).toHaveLength(1);
});

test("a small group is one row, which keeps its events from retention, also once it was a large one", () => {
  const kept = new Kept();
  const groups = new KeptGroups();
  const one = [alert("a", 5, { muted: true })];
  kept.write(groups.changes({ put: [group(many, { told })], drop: [] }));
  kept.write(groups.changes({ put: [group(one)], drop: [] }));
  expect([...kept.rows.values()].map(({ kind, events }) => [kind, events])).toEqual([["group", [5]]]);
  expect(kept.read().records).toEqual([group(one)]);
});

/** So many that a group is not small, in front of which the others come and go. */
const crowd = Array.from({ length: 64 }, (_, n) => alert(`c${n}`, 1000 + n));

const held = fc
  .uniqueArray(fc.integer({ min: 0, max: 9 }), { maxLength: 8 })
  .chain((ids) =>
    fc.tuple(...ids.map((id) => fc.record({ event: fc.nat(99), firing: fc.boolean() }).map((one) => ({ id, ...one })))),
  )
  .map((all): HeldEvent[] =>
    all.map(({ id, event, firing }) => {
      const base = { type: "t", labels: {} };
      // An odd one is no alert, and is known by its event.
      return id % 2 === 0 ? { ...base, event, alert: { id: `a${id}`, firing } } : { ...base, event: 100 + id };
    }),
  );

const record = fc
  .record({
    ...{ id: fc.constantFrom("g", "h"), large: fc.boolean(), events: held },
    told: fc.option(fc.nat(3), { nil: undefined }),
  })
  .map(({ id, events: some, told, large }): StateRecord => {
    const events = large ? [...some, ...crowd] : some;
    const told_ = told === undefined ? {} : { told: { at: told, firing: ["a0"], resolved: [] } };
    const { value } = group(events, told_) as Extract<StateRecord, { kind: "group" }>;
    return { kind: "group", id, value };
  });

const step = fc.oneof(
  record.map((put) => ({ put: [put], drop: [] })),
  fc.constantFrom("g", "h").map((id) => ({ put: [], drop: [{ kind: "group" as const, id }] })),
  fc.nat(9).map((until) => ({ put: [{ kind: "throttle" as const, id: "t", value: { until } }], drop: [] })),
);

test("whatever changes, and whenever it is read back, what is read is what there was, in its order", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(step, fc.boolean()), { maxLength: 12 }), (steps) => {
      const kept = new Kept();
      const expected = new Map<string, StateRecord>();
      let groups = new KeptGroups();
      for (const [{ put, drop }, restart] of steps) {
        for (const { kind, id } of drop) expected.delete(`${kind} ${id}`);
        for (const one of put) expected.set(`${one.kind} ${one.id}`, one);
        kept.write(groups.changes({ put, drop }));
        const read = kept.read();
        if (restart) groups = read.groups;
        const found = new Map(read.records.map((one) => [`${one.kind} ${one.id}`, one]));
        expect(found).toEqual(expected);
      }
      const groupsLeft = [...expected.values()].filter(({ kind }) => kind === "group").length;
      if (groupsLeft === 0) expect([...kept.rows.values()].filter(({ kind }) => kind !== "throttle")).toEqual([]);
    }),
  );
});
